// Where the star's code comes from. Each entry point says it once.

import init, { __wbg_reset_state as renew } from "../glue/starlane.js";
import { StarlaneError } from "./errors.js";

/** A URL to fetch the module from, or its bytes. */
type Source = URL | BufferSource;

let wasm: (() => Source) | undefined;
let script: string | undefined;
let ready: Promise<void> | undefined;

/** Said by an entry point: where the module is, and where the script itself came from. */
export function comesFrom(module: () => Source, from: string | undefined): void {
  wasm = module;
  script = from;
}

/** Where this script came from. */
export function origin(): string | undefined {
  return script;
}

/** Makes the module ready, once. */
export function load(): Promise<void> {
  ready ??= loadOnce().catch((error: unknown) => {
    // The next start tries again.
    ready = undefined;
    throw error;
  });
  return ready;
}

/** The module broke: the next load gives a fresh one, made of the code that is here. What called into the old one has to end first. */
export function reload(): void {
  ready = Promise.resolve().then(renew);
  ready.catch(() => undefined);
}

async function loadOnce(): Promise<void> {
  try {
    await init({ module_or_path: (wasm as () => Source)() });
  } catch (cause) {
    throw new StarlaneError({
      code: "client-unavailable",
      message: "the star's code could not be loaded",
      hint: "Look whether `starlane.wasm` lies beside the script and the page's Content-Security-Policy allows 'wasm-unsafe-eval'.",
      retry: "safe",
      cause,
    });
  }
}
