// The star behind the face: the only file that calls into the wasm, and hears from it.
//
// A failure of the module itself (a panic, a trap) is the end of every star of this page, for they share it: every open
// call is rejected, later ones at once, and the module is loaded afresh for whoever starts again.

import { start as startStar, type Page, type Tab as Wasm, whenBroken } from "../glue/starlane.js";
import { type Answer, Calls } from "./calls.js";
import type { Draft, Options } from "./crossing.js";
import { lost, StarlaneError, thrown } from "./errors.js";
import { fromLines } from "./headers.js";
import { Locks } from "./locks.js";
import { Wave } from "./received.js";
import { reload } from "./source.js";

/** How the lane is. */
export interface Link {
  up: boolean;
  resumed: boolean;
  reason: string;
  message: string;
  /** No further attempt is made. */
  final: boolean;
}

/** Who hears what the star says. */
export interface Listener {
  named(point: string, agent: string): void;
  linked(link: Link): void;
  delivered(name: string, ticket: number, wave: Wave): void;
  logged(level: number, point: string, text: string): void;
  sliced(start: number, end: number): void;
  taken(): void;
  /** It failed, and is no more. */
  over(error: StarlaneError): void;
}

/** The running star. */
export class Tab {
  static readonly #all = new Set<Tab>();
  readonly #calls = new Calls();
  readonly #locks = new Locks();
  readonly #listener: Listener;
  /** Never fulfilled; rejected with the star's end. */
  readonly #ended: Promise<never>;
  #end!: (error: StarlaneError) => void;
  #wasm: Wasm | undefined;
  #panic: string | undefined;
  #over: StarlaneError | undefined;

  static {
    whenBroken((cause) => {
      reload();
      for (const tab of [...Tab.#all]) tab.#fail(cause);
    });
  }

  private constructor(listener: Listener) {
    this.#listener = listener;
    this.#ended = new Promise((_, reject) => (this.#end = reject));
    this.#ended.catch(() => undefined);
    Tab.#all.add(this);
  }

  static async start(options: Options, listener: Listener): Promise<Tab> {
    const tab = new Tab(listener);
    try {
      tab.#wasm = await Promise.race([startStar(options, tab.#page()), tab.#ended]);
      return tab;
    } catch (error) {
      Tab.#all.delete(tab);
      throw thrown(error);
    }
  }

  /** Asks, and waits for the answer, the signal, or the star's end. */
  ping(draft: Draft, signal: AbortSignal | undefined, aborted: () => StarlaneError): Promise<Answer> {
    return new Promise((resolve, reject) => {
      let settled = (): void => undefined;
      const number = this.#calls.keep({
        resolve: (answer) => (settled(), resolve(answer)),
        reject: (error) => (settled(), reject(error)),
      });
      if (signal) settled = this.#until(signal, number, aborted);
      try {
        this.#call((wasm) => wasm.ping(number, draft), draft.to);
      } catch (error) {
        this.#calls.take(number)?.reject(error as StarlaneError);
      }
    });
  }

  /** Gives a call up when the signal says so; gives what stops listening. */
  #until(signal: AbortSignal, number: number, aborted: () => StarlaneError): () => void {
    const abort = (): void => {
      const call = this.#calls.take(number);
      if (call === undefined) return;
      call.reject(aborted());
      this.#try((wasm) => wasm.cancel(number));
    };
    signal.addEventListener("abort", abort, { once: true });
    return () => signal.removeEventListener("abort", abort);
  }

  signal(draft: Draft): void {
    this.#call((wasm) => wasm.signal(draft), draft.to);
  }

  serve(name: string, on: boolean): void {
    this.#call((wasm) => wasm.serve(name, on));
  }

  answer(ticket: number, status: number, headers: string, type: string, body: Uint8Array): void {
    this.#call((wasm) => wasm.answer(ticket, status, headers, type, body));
  }

  async open(app: string): Promise<void> {
    try {
      await Promise.race([this.#call((wasm) => wasm.open(app), app), this.#ended]);
    } catch (error) {
      throw thrown(error, app);
    }
  }

  mechtrons(): string {
    return this.#call((wasm) => wasm.mechtrons());
  }

  /** The page is idle; whether the engine wants more of that. */
  warmUp(): boolean {
    return this.#over === undefined && this.#call((wasm) => wasm.warm_up());
  }

  /** The page or its network came back. */
  wake(): void {
    this.#try((wasm) => wasm.wake());
  }

  rename(star: string, secret: string): void {
    this.#try((wasm) => wasm.rename(star, secret));
  }

  /** From now on this token says who answers for the star. */
  renew(token: string): void {
    this.#call((wasm) => wasm.renew(token));
  }

  /** Ends the star; what waits is told why. */
  close(error: StarlaneError): void {
    this.#try((wasm) => wasm.close());
    this.#finish(error);
  }

  #page(): Page {
    const listener = this.#listener;
    return {
      named: (point, agent) => listener.named(point, agent),
      linked: (up, resumed, reason, message, final) => listener.linked({ up, resumed, reason, message, final }),
      settled: (call, from, status, headers, type, body) => this.#calls.take(call)?.resolve({ from, status, headers, type, body }),
      delivered: (name, ticket, from, to, agent, method, path, query, headers, type, bytes, wait) => {
        const kind = ticket === 0 ? "signal" : "ping";
        const wave = new Wave({ kind, from, to, agent, method, path, query, headers: fromLines(headers), type, bytes, wait });
        listener.delivered(name, ticket, wave);
      },
      logged: (level, point, text) => listener.logged(level, point, text),
      sliced: (start, end) => listener.sliced(start, end),
      hold: (ticket, name) => this.#locks.hold(ticket, name, () => this.#try((wasm) => wasm.held(ticket))),
      letGo: (ticket) => this.#locks.letGo(ticket),
      taken: () => listener.taken(),
      trapped: (message) => void (this.#panic = message),
    };
  }

  #call<T>(call: (wasm: Wasm) => T, point?: string): T {
    if (this.#over) throw this.#over;
    if (!this.#wasm) throw lost("it has not started");
    try {
      return call(this.#wasm);
    } catch (error) {
      throw this.#over ?? thrown(error, point);
    }
  }

  /** A call whose failure nobody waits for. */
  #try(call: (wasm: Wasm) => void): void {
    try {
      if (!this.#over) this.#call(call);
    } catch {
      // A star that failed has told everybody who waits.
    }
  }

  #fail(cause: unknown): void {
    const started = this.#wasm !== undefined;
    const error = lost(this.#panic ?? cause);
    this.#locks.end();
    this.#finish(error);
    if (started) this.#listener.over(error);
  }

  #finish(error: StarlaneError): void {
    this.#over ??= error;
    this.#wasm = undefined;
    Tab.#all.delete(this);
    this.#calls.end(() => error);
    this.#end(error);
  }
}
