// What comes in: waves for names this page serves or watches, and the pongs of its pings.

import { decode, textOf } from "./body.js";
import { errorOf, StarlaneError } from "./errors.js";
import { type HeaderPairs, headerOf } from "./headers.js";

/** Something with a body. */
export class Received {
  /** Who sent it. */
  readonly from: string;
  /** Ordered lower-case pairs. */
  readonly headers: HeaderPairs;
  /** The content type of the body. */
  readonly type: string;
  /** The body's bytes. */
  readonly bytes: Uint8Array;
  #body: unknown;
  #decoded = false;

  constructor(from: string, headers: HeaderPairs, type: string, bytes: Uint8Array) {
    this.from = from;
    this.headers = headers;
    this.type = type;
    this.bytes = bytes;
  }

  /** The body as its type says: JSON as its value, text as a string, anything else as bytes. */
  get body(): unknown {
    if (!this.#decoded) {
      this.#body = decode(this.type, this.bytes);
      this.#decoded = true;
    }
    return this.#body;
  }

  /** The body as text. */
  text(): string {
    return textOf(this.bytes);
  }

  /** The body as JSON, whatever its type says; throws a `SyntaxError` when it is none. */
  // biome-ignore lint: what is in there is the caller's to know
  json<T = any>(): T {
    return JSON.parse(this.text()) as T;
  }

  /** The first value of a header. */
  header(name: string): string | undefined {
    return headerOf(this.headers, name.toLowerCase());
  }
}

/** The answer to a ping. */
export class Pong extends Received {
  /** An HTTP number. */
  readonly status: number;
  /** The code word, when the mesh itself refused. */
  readonly code: string | undefined;
  /** Milliseconds from asking to this answer. */
  readonly elapsed: number;

  constructor(from: string, status: number, headers: HeaderPairs, type: string, bytes: Uint8Array, elapsed: number) {
    super(from, headers, type, bytes);
    this.status = status;
    this.code = headerOf(headers, "starlane-code");
    this.elapsed = elapsed;
  }

  /** Fuel that the turn burnt, when the star that ran it says so. */
  get fuel(): number | undefined {
    const fuel = this.header("starlane-fuel");
    return fuel === undefined ? undefined : Number(fuel);
  }

  /** The star that ran it, when it says so. */
  get star(): string | undefined {
    return this.header("starlane-star");
  }

  /** This answer as an error; undefined for a status below 400. */
  error(): StarlaneError | undefined {
    if (this.status < 400) return undefined;
    const about = { point: this.from, status: this.status, cause: this };
    // The mesh and page handlers tell their errors in one form; a mechtron may do the same.
    return errorOf(this.body, about) ?? new StarlaneError({ ...about, ...this.#answered() });
  }

  #answered(): { code: string; message: string; retry: "unknown" | "no" } {
    const said = saidBy(this.type, this.body);
    const retry = this.status >= 500 ? "unknown" : "no";
    const message = `${this.from} answered ${this.status}${said === "" ? "" : `: ${said}`}`;
    return { code: this.code ?? `status-${this.status}`, message, retry };
  }
}

/** Characters of a mechtron's own words that an error repeats. */
const SAID = 200;

/** What a mechtron says of its refusal, in one line: its text, its JSON text, or the words of a JSON object. */
function saidBy(type: string, body: unknown): string {
  if (typeof body === "object" && body !== null && !(body instanceof Uint8Array)) {
    const { message, error } = body as Record<string, unknown>;
    return saidBy("text/plain", [message, error].find((word) => typeof word === "string") ?? JSON.stringify(body));
  }
  if (typeof body !== "string" || !/^text\/plain|json/.test(type)) return "";
  const line = body.trim().replace(/\s+/g, " ");
  return line.length > SAID ? `${line.slice(0, SAID)}…` : line;
}

/** What a wave is made from. */
export interface WaveFields {
  kind: "ping" | "signal";
  from: string;
  to: string;
  agent: string;
  method: string;
  path: string;
  query: string;
  headers: HeaderPairs;
  type: string;
  bytes: Uint8Array;
  wait: number;
}

/** A ping or signal for this page. */
export class Wave extends Received {
  /** A ping wants an answer, a signal none. */
  readonly kind: "ping" | "signal";
  /** The point below this star it came to. */
  readonly to: string;
  /** Who answers for it: `<space>:users:<id>`, a mechtron, or `anonymous`. */
  readonly agent: string;
  /** `Ext<…>`, `Http<…>` or `Cmd<…>`. */
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Milliseconds its sender waits. */
  readonly wait: number;
  /** Waves of this watch that were lost right before this one, because they were not read in time. */
  gap = 0;

  constructor(fields: WaveFields) {
    super(fields.from, fields.headers, fields.type, fields.bytes);
    this.kind = fields.kind;
    this.to = fields.to;
    this.agent = fields.agent;
    this.method = fields.method;
    this.path = fields.path;
    this.query = fields.query;
    this.wait = fields.wait;
  }
}
