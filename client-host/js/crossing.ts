// What crosses into the star, by name: the same as the module's own types, which are no part of the package.

/** How the star is started. */
export interface Options {
    /** Where the relay's HTTP is: an origin, without a slash at the end. */
    http: string;
    /** Where the relay's lane is: a `ws:` or `wss:` URL. */
    lane: string;
    /** The token of who answers for this tab; empty for nobody. */
    token: string;
    /** The space's public key in hex, when the page pins it; else empty. */
    root: string;
    /** This star's id, one segment. */
    star: string;
    /** 64 hex digits that prove a later knock comes from the same star. */
    secret: string;
    /** Under which name this tab's state is kept; stays the same when the star must take another id. */
    home: string;
}

/** A wave that begins in the page. */
export interface Draft {
    /** The name below this star that sends it; empty for the star itself. */
    from: string;
    to: string;
    method: string;
    path: string;
    query: string;
    /** A name and a value on alternating lines. */
    headers: string;
    type: string;
    body: Uint8Array;
    /** Milliseconds until it is given up. */
    wait: number;
}
