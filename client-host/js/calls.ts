// Calls that wait for an answer. Each settles once: by its pong, by the caller's signal, or with the star's end.

import type { StarlaneError } from "./errors.js";

/** What a call needs to be settled. */
export interface Call {
  resolve(answer: Answer): void;
  reject(error: StarlaneError): void;
}

/** A pong as it crosses. */
export interface Answer {
  from: string;
  status: number;
  headers: string;
  type: string;
  body: Uint8Array;
}

/** The open calls of a star, by number. */
export class Calls {
  readonly #open = new Map<number, Call>();
  #last = 0;

  /** Keeps a call; gives its number, of 32 bits, unused. */
  keep(call: Call): number {
    do this.#last = (this.#last + 1) >>> 0;
    while (this.#open.has(this.#last));
    this.#open.set(this.#last, call);
    return this.#last;
  }

  /** Takes a call out; undefined when it was settled already. */
  take(number: number): Call | undefined {
    const call = this.#open.get(number);
    this.#open.delete(number);
    return call;
  }

  /** Ends all of them. */
  end(error: () => StarlaneError): void {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const call of open) call.reject(error());
  }
}
