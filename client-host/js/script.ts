// Starlane as one script with everything inside: `window.starlane`.

import wasm from "../glue/starlane_bg.wasm";
import { parsePoint, PointError, Star, StarlaneError } from "./exports.js";
import { comesFrom } from "./source.js";

const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : undefined;
comesFrom(() => wasm, script);

Object.assign(window, { starlane: { Star, StarlaneError, PointError, parsePoint } });
