// Starlane as an ES module, its wasm beside it.

import { comesFrom } from "./source.js";

comesFrom(() => new URL("./starlane.wasm", import.meta.url), import.meta.url);

export * from "./exports.js";
