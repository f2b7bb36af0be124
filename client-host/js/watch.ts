// Watching: what a mechtron signals to its watchers, as an async iterator.
//
// A watch is a lease. It is taken with `Cmd<Watch>` in the name of a hidden name below this star, renewed at half its time
// and on every new lane, and given back at the end. Who reads too slowly loses the oldest waves, and is told how many.

import type { StarlaneError } from "./errors.js";
import type { Wave } from "./received.js";
import type { Service } from "./serve.js";

/** Milliseconds a lease lasts. */
const LEASE_MS = 60_000;

/** Waves that wait to be read: several seconds of a lively room. */
const BUFFER = 256;

/** Milliseconds until a lease that could not be taken is asked for again. */
const AGAIN_MS = 5_000;

/** What a watch may be told. */
export interface WatchOptions {
  /** Ends the watch. */
  signal?: AbortSignal;
  /** Waves that may wait to be read; 256 when left out. */
  buffer?: number;
}

/** What a watch needs of its star. */
export interface Watched {
  /** Serves the hidden name. */
  serve(take: (wave: Wave) => void): Service;
  /** Takes the lease, or gives it back. */
  lease(from: string, ms: number): Promise<void>;
  /** Calls back on every new lane; gives what stops that. */
  onUp(call: () => void): () => void;
}

/** Waves of one point, until it is ended by `return`, its signal, or a refusal. */
export class Watch implements AsyncIterableIterator<Wave> {
  /** Settles when the first lease is there, or the watch has ended. */
  readonly ready: Promise<void>;
  readonly #star: Watched;
  readonly #service: Service;
  readonly #offUp: () => void;
  readonly #most: number;
  readonly #unread: Wave[] = [];
  readonly #readers: { resolve(result: IteratorResult<Wave>): void; reject(error: unknown): void }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;
  #error: StarlaneError | undefined;
  #isReady: () => void = () => undefined;

  constructor(star: Watched, options: WatchOptions = {}) {
    this.#star = star;
    this.#most = Math.max(1, options.buffer ?? BUFFER);
    this.ready = new Promise((resolve) => (this.#isReady = resolve));
    this.#service = star.serve((wave) => this.#take(wave));
    this.#offUp = star.onUp(() => void this.#renew());
    if (options.signal?.aborted) this.#end();
    else options.signal?.addEventListener("abort", () => this.#end(), { once: true });
    void this.#renew();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Wave>> {
    const wave = this.#unread.shift();
    if (wave) return { done: false, value: wave };
    if (this.#error) throw this.#takeError();
    if (this.#ended) return { done: true, value: undefined };
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  async return(): Promise<IteratorResult<Wave>> {
    this.#unread.length = 0;
    this.#end();
    return { done: true, value: undefined };
  }

  /** Ends the watch with its star. */
  end(error?: StarlaneError): void {
    this.#end(error);
  }

  #take(wave: Wave): void {
    const reader = this.#readers.shift();
    if (reader) return reader.resolve({ done: false, value: wave });
    const key = wave.header("watch-key");
    const older = key === undefined ? -1 : this.#unread.findIndex((unread) => unread.header("watch-key") === key);
    if (older >= 0) this.#drop(older, 0, wave);
    this.#unread.push(wave);
    if (this.#unread.length > this.#most) this.#drop(0, 1, wave);
  }

  /** Drops an unread wave; what comes next tells of what was lost before it. */
  #drop(at: number, lost: number, last: Wave): void {
    const [dropped] = this.#unread.splice(at, 1);
    const next = this.#unread[at] ?? last;
    next.gap += (dropped?.gap ?? 0) + lost;
  }

  async #renew(): Promise<void> {
    if (this.#ended) return;
    clearTimeout(this.#timer);
    let again = LEASE_MS / 2;
    try {
      await this.#star.lease(this.#service.name, LEASE_MS);
      this.#isReady();
    } catch (error) {
      const told = error as StarlaneError;
      if (told.retry === "no" || told.code === "no-route") return this.#end(told);
      again = AGAIN_MS;
    }
    if (this.#ended) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#renew(), again);
  }

  #end(error?: StarlaneError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    clearTimeout(this.#timer);
    this.#offUp();
    if (!error) this.#star.lease(this.#service.name, 0).catch(() => undefined);
    try {
      this.#service.stop();
    } catch {
      // The star is gone, and its names with it.
    }
    this.#isReady();
    for (const reader of this.#readers.splice(0)) {
      if (this.#error) reader.reject(this.#takeError());
      else reader.resolve({ done: true, value: undefined });
    }
  }

  /** An iterator tells its error once. */
  #takeError(): StarlaneError | undefined {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }
}
