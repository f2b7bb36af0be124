// A star: the face of everything.

import { type BodyInput, encode } from "./body.js";
import { aborted, StarlaneError, thrown } from "./errors.js";
import { type LinkDetail, logDetail, onReturn, type StarEvents, whileIdle } from "./events.js";
import { fromLines, type HeadersInput, toLines } from "./headers.js";
import { claim, type Identity, renew } from "./identity.js";
import { readable } from "./names.js";
import { Pong, type Wave } from "./received.js";
import { type RelayUrl, relayUrl } from "./relay-url.js";
import { type Handler, type Service, Services } from "./serve.js";
import { keep } from "./session.js";
import { keptToken, type SignedIn, signIn, TOKEN } from "./sign-in.js";
import { load, origin } from "./source.js";
import { type Link, type Listener, Tab } from "./tab.js";
import { milliseconds, type Wait } from "./wait.js";
import { Watch, type WatchOptions } from "./watch.js";

/** What a star may be told at its start. */
export interface StarOptions {
  /** The relay's address, like `ws://localhost:7827`; where this script came from when left out. */
  relay?: string | URL;
  /** Who answers for this tab; the token this tab signed in with when left out, nobody when there is none. */
  token?: string;
  /** The space's public key in hex, to trust no other; the first one met is kept when left out. */
  root?: string;
}

/** What a call may be told. */
export interface CallOptions {
  /** Begins with `/`. */
  path?: string;
  /** What follows `?`. */
  query?: string | URLSearchParams;
  headers?: HeadersInput;
  /** The content type, when it is not the one that goes with the body. */
  type?: string;
  /** How long it may take. */
  wait?: Wait;
  /** Gives the call up. */
  signal?: AbortSignal;
}

/** What a ping may be told. */
export interface PingOptions extends CallOptions {
  /** With `false`, an answer of 400 and above is given like any other. */
  throws?: boolean;
}

/** How a mechtron of this star is doing. */
export interface MechtronInfo {
  point: string;
  status: "asleep" | "waking" | "idle" | "running" | "waiting" | "stopped";
  /** Waves handled since the star started. */
  waves: number;
  /** Fuel burnt since the star started. */
  fuel: number;
  /** Bytes it holds now. */
  memory: number;
}

/** Milliseconds `online` waits when nothing else is said. */
const ONLINE_MS = 15_000;

/** What a star was started with; the relay as it was named, empty when it was not. */
interface Given {
  relay: string;
  token: string;
  root: string;
}

/** The level of an error, by the numbers of the guest ABI. */
const ERROR = 1;

/** How often a star that failed is made anew within `REBUILD_MS`: one that fails more often would do so for ever. */
const REBUILDS = 3;
const REBUILD_MS = 60_000;

/** Stars of this page, so that the same options give the same star. */
const stars = new Map<string, Promise<Star>>();

/** A star in this page: it runs mechtrons, and speaks with those elsewhere. */
export class Star extends EventTarget {
  readonly #relay: RelayUrl;
  readonly #services = new Services();
  readonly #watches = new Set<Watch>();
  /** Applications that were opened. */
  readonly #apps = new Set<string>();
  #identity: Identity;
  /** What it was started with, with the newest token. */
  #given: Given;
  #tab!: Tab;
  #point: string | null = null;
  #agent = "anonymous";
  #link: Link = { up: false, resumed: false, reason: "", message: "", final: false };
  #linked = false;
  /** Whether there ever was a lane. */
  #met = false;
  #offReturn: () => void = () => undefined;
  #watchNumber = 0;
  #renewing = false;
  #slicesWanted = false;
  /** When it was made anew because it had failed. */
  #rebuilt: number[] = [];
  #closed = false;

  private constructor(relay: RelayUrl, identity: Identity, given: Given) {
    super();
    this.#relay = relay;
    this.#identity = identity;
    this.#given = given;
  }

  /** Starts a star; settles when it runs, with or without a lane. The same options give the same star. */
  static start(options: StarOptions = {}): Promise<Star> {
    const { relay = "", token = keptToken(), root = "" } = options;
    const given: Given = { relay: String(relay), token, root };
    const key = keyOf(given);
    const running = stars.get(key);
    if (running) return running;
    const starting = Star.#start(options.relay, given);
    stars.set(key, starting);
    starting.catch(() => stars.delete(key));
    return starting;
  }

  /** Exchanges the code of a sign-in link (`#code=…`) for a token that this tab keeps; null when there is no code. */
  static signIn(options: { relay?: string | URL; signal?: AbortSignal } = {}): Promise<SignedIn | null> {
    return signIn(options);
  }

  static async #start(at: string | URL | undefined, given: Given): Promise<Star> {
    const relay = relayUrl(at, origin(), globalThis.location?.href);
    const [identity] = await Promise.all([claim(relay.http), load()]);
    const star = new Star(relay, identity, given);
    try {
      star.#tab = await star.#begin();
    } catch (error) {
      identity.release();
      throw error;
    }
    star.#offReturn = onReturn(() => star.#tab.wake());
    return star;
  }

  #begin(): Promise<Tab> {
    const { star, secret, home } = this.#identity;
    const { token, root } = this.#given;
    const tab = Tab.start({ ...this.#relay, token, root, star, secret, home }, this.#listener());
    tab.then((tab) => whileIdle(() => tab.warmUp())).catch(() => undefined);
    return tab;
  }

  /** This star's point; null before it ever had a lane. */
  get point(): string | null {
    return this.#point;
  }

  /** Who answers for what is sent from here: a user's point, or `anonymous`. */
  get agent(): string {
    return this.#agent;
  }

  /** Whether there is a lane. */
  get state(): "up" | "down" {
    return this.#link.up ? "up" : "down";
  }

  /** Settles when there is a lane; rejects with `offline` when that takes too long, or with why there will be none. */
  async online(options: { timeout?: number; signal?: AbortSignal } = {}): Promise<void> {
    const { timeout = ONLINE_MS, signal } = options;
    if (signal?.aborted) throw aborted(signal);
    if (this.#link.up) return;
    if (this.#link.final) throw this.#refused();
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.removeEventListener("link", look);
        signal?.removeEventListener("abort", abort);
        settle();
      };
      const look = (): void => {
        if (this.#link.up) end(resolve);
        else if (this.#link.final) end(() => reject(this.#refused()));
      };
      const abort = (): void => end(() => reject(aborted(signal as AbortSignal)));
      const timer = setTimeout(() => end(() => reject(this.#offline())), timeout);
      this.addEventListener("link", look);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Runs what an application places in tabs here, also after a reload without a relay. */
  async open(app: string, options: { signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options;
    if (signal?.aborted) throw aborted(signal, app);
    const opening = this.#tab.open(String(app)).then(() => void this.#apps.add(String(app)));
    if (!signal) return opening;
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => reject(aborted(signal, app));
      signal.addEventListener("abort", abort, { once: true });
      opening.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    });
  }

  /** Asks a point; gives its answer. An answer of 400 and above is thrown as a `StarlaneError`. */
  async ping(to: string, method: string, body?: BodyInput, options: PingOptions = {}): Promise<Pong> {
    const pong = await this.#ask("", to, method, body, options);
    const error = options.throws === false ? undefined : pong.error();
    if (error?.code === "offline" && error.cause === pong && !this.#link.up) throw this.#explained(error);
    if (error) throw error;
    return pong;
  }

  /** Tells a point something; there is no answer, and no promise that it arrives. */
  async signal(to: string, method: string, body?: BodyInput, options: CallOptions = {}): Promise<void> {
    if (options.signal?.aborted) throw aborted(options.signal, to);
    this.#tab.signal(draft("", to, method, body, options));
  }

  /** Answers waves to `${star.point}:${name}` here. */
  async serve(name: string, handler: Handler): Promise<Service> {
    return this.#services.add(this.#tab, name, handler);
  }

  /** What a mechtron signals to its watchers, for as long as the loop over it runs. */
  watch(point: string, options: WatchOptions = {}): Watch {
    this.#watchNumber += 1;
    const name = `watch-${this.#watchNumber}`;
    const watch: Watch = new Watch(
      {
        serve: (take) => this.#services.add(this.#tab, name, (wave) => void take(wave)),
        lease: async (from, ms) => {
          if (ms === 0) this.#watches.delete(watch);
          const pong = await this.#ask(from, point, "Cmd<Watch>", undefined, { headers: { "watch-lease": String(ms) } });
          const error = pong.error();
          if (error) throw error;
        },
        onUp: (call) => {
          const up = (): void => void (this.#link.up && call());
          this.addEventListener("link", up);
          return () => this.removeEventListener("link", up);
        },
      },
      options,
    );
    this.#watches.add(watch);
    return watch;
  }

  /** The mechtrons that run in this star. */
  mechtrons(): MechtronInfo[] {
    return JSON.parse(this.#tab.mechtrons()) as MechtronInfo[];
  }

  /**
   * A newer token of the same user, before the one this star has ends: the lane goes on with it. A star that an ended token
   * has cut off (`token-expired`) comes back by it, also as another user.
   */
  renew(token: string): void {
    const star = stars.get(keyOf(this.#given));
    stars.delete(keyOf(this.#given));
    if (keptToken() === this.#given.token) keep(TOKEN, token);
    this.#given = { ...this.#given, token };
    if (star) stars.set(keyOf(this.#given), star);
    if (RENEWED.has(this.#link.reason)) this.#link = { ...this.#link, final: false };
    this.#tab.renew(token);
  }

  /** Ends this star. Whatever waits is rejected with `star-away`. */
  async close(): Promise<void> {
    const error = closed();
    this.#closed = true;
    this.#tab.close(error);
    this.#gone(error);
  }

  override addEventListener<K extends keyof StarEvents>(type: K, listener: (event: StarEvents[K]) => void, options?: boolean | AddEventListenerOptions): void;
  override addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
  override addEventListener(type: string, listener: unknown, options?: boolean | AddEventListenerOptions): void {
    // Told to nobody, slices would cost more than many a turn in them.
    if (type === "slice") this.#slicesWanted = true;
    super.addEventListener(type, listener as EventListener, options);
  }

  async #ask(from: string, to: string, method: string, body: BodyInput, options: CallOptions): Promise<Pong> {
    const { signal } = options;
    const givenUp = (): StarlaneError => aborted(signal as AbortSignal, to);
    if (signal?.aborted) throw givenUp();
    const began = performance.now();
    const answer = await this.#tab.ping(draft(from, to, method, body, options), signal, givenUp);
    const { status, type } = answer;
    return new Pong(answer.from, status, fromLines(answer.headers), type, answer.body, performance.now() - began);
  }

  #listener(): Listener {
    return {
      named: (point, agent) => {
        this.#point = point;
        this.#agent = agent;
      },
      linked: (link) => this.#linkedAs(link),
      delivered: (name, ticket, wave: Wave) => void this.#services.take(this.#tab, name, ticket, wave).catch(reportError),
      logged: (level, point, text) => this.#log(level, point, text),
      sliced: (start, end) => {
        if (this.#slicesWanted) this.dispatchEvent(new CustomEvent("slice", { detail: { start, end } }));
      },
      taken: () => void this.#rename().catch(reportError),
      over: (error) => this.#over(error),
    };
  }

  /** It failed: another takes its place, unless that keeps happening. */
  #over(error: StarlaneError): void {
    const now = performance.now();
    this.#rebuilt = this.#rebuilt.filter((at) => now - at < REBUILD_MS);
    if (this.#rebuilt.push(now) > REBUILDS) return this.#gone(error);
    this.#linkedAs({ up: false, resumed: false, reason: error.code, message: error.message, final: false });
    this.#rebuild().catch((cause: unknown) => this.#gone(thrown(cause)));
  }

  /** The same star again, from what is stored: its names are served, its applications open. */
  async #rebuild(): Promise<void> {
    await load();
    const tab = await this.#begin();
    if (this.#closed) return tab.close(closed());
    this.#tab = tab;
    this.#services.restore(tab);
    const failed = (app: string) => (error: StarlaneError) => this.#log(ERROR, app, `${error.code}: ${error.message}`);
    for (const app of this.#apps) tab.open(app).catch(failed(app));
  }

  /** Tells how the lane is; further failures of a lane that is down are not news. */
  #linkedAs(link: Link): void {
    const news = link.up !== this.#link.up || link.final || !this.#linked;
    this.#link = link;
    this.#linked = true;
    this.#met ||= link.up;
    if (!news) return;
    const detail: LinkDetail = { state: this.state, resumed: link.resumed };
    if (!link.up) Object.assign(detail, { reason: link.reason, message: link.message });
    this.dispatchEvent(new CustomEvent("link", { detail }));
  }

  #log(level: number, point: string, text: string): void {
    const detail = logDetail(level, point, readable(text));
    const shown = this.dispatchEvent(new CustomEvent("log", { detail, cancelable: true }));
    if (shown) console[detail.level](`${point}: ${detail.text}`);
  }

  /** Somebody else has this star's id: it becomes another, with the same state. */
  async #rename(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    try {
      this.#identity = await renew(this.#relay.http, this.#identity);
      this.#tab.rename(this.#identity.star, this.#identity.secret);
    } finally {
      this.#renewing = false;
    }
  }

  #gone(error: StarlaneError): void {
    stars.delete(keyOf(this.#given));
    this.#offReturn();
    this.#identity.release();
    for (const watch of this.#watches) watch.end(error.code === "star-away" ? undefined : error);
    this.#watches.clear();
    this.#linkedAs({ up: false, resumed: false, reason: error.code, message: error.message, final: true });
  }

  /** Why there will be no lane. */
  #refused(): StarlaneError {
    const { reason: code, message } = this.#link;
    return new StarlaneError({ code, message, hint: HINTS[code] ?? "Start the star anew." });
  }

  #offline(): StarlaneError {
    const why = this.#link.message === "" ? "" : ` (${this.#link.message})`;
    const message = `there is no lane to ${this.#relay.http}${why}`;
    return this.#explained(new StarlaneError({ code: "offline", message, hint: "Wait until the lane is back; it comes back by itself.", retry: "safe" }));
  }

  /** A call for which there was no lane, with what to do about that when it is more than to wait. */
  #explained({ code, message, hint, retry, point, status, cause }: StarlaneError): StarlaneError {
    const about = { code, point, status, cause };
    if (this.#link.final) return new StarlaneError({ ...about, message: `${message} (${this.#link.message})`, hint: HINTS[this.#link.reason], retry: "no" });
    if (this.#met) return new StarlaneError({ ...about, message, hint, retry });
    const where = this.#relay.http;
    return new StarlaneError({ ...about, message: `${message}; the relay at ${where} was not reached yet`, hint: `Look whether a relay runs at ${where} (\`starlane up\`), or name another: \`Star.start({ relay })\`.`, retry });
  }
}

/** Why there is no lane, where another token brings it back. */
const RENEWED = new Set(["bad-token", "token-expired"]);

/** What to do about a lane that will not come back. */
const HINTS: Record<string, string> = {
  "bad-token": "Sign in: `starlane token <user>` prints a link.",
  "token-expired": "Get a new token: `starlane token <user>`.",
  replaced: "Close one of the two pages, or reload this one.",
};

function keyOf({ relay, token, root }: Given): string {
  return JSON.stringify([relay, token, root]);
}

function closed(): StarlaneError {
  return new StarlaneError({ code: "star-away", message: "the page closed its star", hint: "Start another one.", retry: "unknown" });
}

function draft(from: string, to: string, method: string, body: BodyInput, options: CallOptions): Parameters<Tab["signal"]>[0] {
  const { type, bytes } = encode(body, options.type);
  return {
    from,
    // A wrong type would only be met inside the module, and break it.
    to: String(to),
    method: String(method),
    path: String(options.path ?? "/"),
    query: String(options.query ?? ""),
    headers: toLines(options.headers),
    type,
    body: bytes,
    wait: milliseconds(options.wait),
  };
}
