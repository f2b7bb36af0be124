// Where the relay is: given, or the origin this script came from.

import { StarlaneError } from "./errors.js";

/** The two addresses of a relay. */
export interface RelayUrl {
  /** Its HTTP: an origin without a slash at the end. */
  http: string;
  /** Its lane: a `ws:` or `wss:` URL. */
  lane: string;
}

/** Which schemes an address may have, and the pair that belongs together. */
const SCHEMES: Record<string, [http: string, lane: string]> = {
  "http:": ["http:", "ws:"],
  "ws:": ["http:", "ws:"],
  "https:": ["https:", "wss:"],
  "wss:": ["https:", "wss:"],
};

/** The addresses of the relay that `relay` names, or of the one that sent `script`, or this page. */
export function relayUrl(relay: string | URL | undefined, script: string | undefined, page: string | undefined): RelayUrl {
  const given = relay === undefined ? [script, page].find((url) => url !== undefined && /^https?:/.test(url)) : String(relay);
  if (given === undefined) throw bad("there is no relay this script came from", "Name one: `Star.start({ relay: \"ws://localhost:7827\" })`.");
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw bad(`\`${given}\` is not an address`, "Write it like `ws://localhost:7827`.");
  }
  const schemes = SCHEMES[url.protocol];
  if (schemes === undefined || url.host === "") throw bad(`\`${given}\` is not the address of a relay`, "Write it like `ws://localhost:7827`.");
  const [http, lane] = schemes;
  return { http: `${http}//${url.host}`, lane: `${lane}//${url.host}/starlane/lane` };
}

function bad(message: string, hint: string): StarlaneError {
  return new StarlaneError({ code: "bad-relay", message, hint });
}
