// Names below this star that the page itself answers.

import { type BodyInput, encode } from "./body.js";
import { StarlaneError } from "./errors.js";
import { type HeadersInput, toLines } from "./headers.js";
import type { Wave } from "./received.js";
import type { Tab } from "./tab.js";

/** What a page answers to a ping. */
export interface Reply {
  /** An HTTP number; 200 when left out. */
  status?: number;
  headers?: HeadersInput;
  /** The content type, when it is not the one that goes with the body. */
  type?: string;
  body?: BodyInput;
}

/** Answers waves. What it gives is the answer to a ping; a signal has none. */
export type Handler = (wave: Wave) => Reply | void | Promise<Reply | void>;

/** A name that is served. */
export interface Service {
  /** The name below this star. */
  readonly name: string;
  /** No wave comes here any more. */
  stop(): void;
}

/** All names that a page serves. */
export class Services {
  readonly #handlers = new Map<string, Handler>();

  /** Serves a name. */
  add(tab: Tab, name: string, handler: Handler): Service {
    if (this.#handlers.has(name)) {
      throw new StarlaneError({ code: "name-taken", message: `\`${name}\` is served already`, hint: "Stop the other one first, or take another name." });
    }
    tab.serve(name, true);
    this.#handlers.set(name, handler);
    const stop = (): void => {
      if (this.#handlers.get(name) !== handler) return;
      this.#handlers.delete(name);
      tab.serve(name, false);
    };
    return { name, stop };
  }

  /** Serves all names by a star that takes another's place. */
  restore(tab: Tab): void {
    for (const name of this.#handlers.keys()) tab.serve(name, true);
  }

  /** Hands a wave to its handler and answers with what comes of it. */
  async take(tab: Tab, name: string, ticket: number, wave: Wave): Promise<void> {
    const handler = this.#handlers.get(name);
    const reply = handler ? await answered(handler, wave) : refusal(404, "no-route", `\`${name}\` is not served any more`);
    if (ticket === 0) return;
    try {
      send(tab, ticket, reply);
    } catch (error) {
      send(tab, ticket, failed(error));
    }
  }
}

async function answered(handler: Handler, wave: Wave): Promise<Reply> {
  try {
    return (await handler(wave)) ?? {};
  } catch (error) {
    if (wave.kind === "signal") reportError(error);
    return failed(error);
  }
}

function send(tab: Tab, ticket: number, reply: Reply): void {
  const { type, bytes } = encode(reply.body, reply.type);
  const status = reply.status ?? 200;
  if (!Number.isInteger(status) || status < 100 || status > 599) throw new TypeError(`a status is 100 to 599, not ${status}`);
  tab.answer(ticket, status, toLines(reply.headers), type, bytes);
}

/** What a sender is told of a handler that threw. */
function failed(error: unknown): Reply {
  if (error instanceof StarlaneError) return refusal(error.status ?? 500, error.code, error.message);
  return refusal(500, "handler-failed", error instanceof Error ? error.message : String(error));
}

function refusal(status: number, code: string, message: string): Reply {
  return { status, body: { code, message, hint: "", retry: "unknown" } };
}
