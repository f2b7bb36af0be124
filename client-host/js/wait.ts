// How long a call may take.

import { StarlaneError } from "./errors.js";

/** Milliseconds, or a named patience: `low` 15 s (the default), `med` 60 s, `high` 300 s (the most there is). */
export type Wait = number | "low" | "med" | "high";

const NAMED: Record<string, number> = { low: 15_000, med: 60_000, high: 300_000 };

/** The most a wave may ask for, in milliseconds. */
const MOST = 300_000;

/** A patience in whole milliseconds. */
export function milliseconds(wait: Wait = "low"): number {
  const ms = typeof wait === "number" ? wait : NAMED[wait];
  if (ms !== undefined && ms >= 0 && ms <= MOST) return Math.ceil(ms);
  throw new StarlaneError({ code: "bad-wave", message: `a call cannot wait ${wait} ms`, hint: "Give 0 to 300,000 ms, or `low`, `med` or `high`." });
}
