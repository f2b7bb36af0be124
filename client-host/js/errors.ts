// Errors: one class for all of them, told apart by a stable code.

import { readable } from "./names.js";

/** Whether the same may be tried again: `safe` (it was never started), `unknown` (it may have been handled), `no`. */
export type Retry = "safe" | "unknown" | "no";

/** What a `StarlaneError` is made from. */
export interface ErrorFields {
  code: string;
  message: string;
  hint?: string | undefined;
  retry?: Retry | undefined;
  point?: string | undefined;
  status?: number | undefined;
  cause?: unknown;
}

/** Why something failed. `code` is a stable word; `hint` says what to do about it. */
export class StarlaneError extends Error {
  override readonly name: string = "StarlaneError";
  /** The stable word, the same in every language: `no-route`, `offline`, `deadline`, … */
  readonly code: string;
  /** What to do about it, in one sentence; may be empty. */
  readonly hint: string;
  /** Whether the same may be tried again. */
  readonly retry: Retry;
  /** The point it is about. */
  readonly point: string | undefined;
  /** The status of the pong, when there was one. */
  readonly status: number | undefined;

  constructor(fields: ErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.hint = fields.hint ?? "";
    this.retry = fields.retry ?? "no";
    this.point = fields.point;
    this.status = fields.status;
  }
}

/** The error that a JSON object of the mesh tells, `{code, message, hint, retry}`; none if it tells none. */
export function errorOf(told: unknown, more: Partial<ErrorFields> = {}): StarlaneError | undefined {
  if (typeof told !== "object" || told === null) return undefined;
  const { code, message, hint, retry } = told as Record<string, unknown>;
  if (typeof code !== "string" || typeof message !== "string") return undefined;
  return new StarlaneError({
    ...more,
    code,
    message: readable(message),
    hint: typeof hint === "string" ? hint : undefined,
    retry: retry === "safe" || retry === "unknown" ? retry : "no",
  });
}

/** What the wasm side throws: the error as JSON, or something that is its end. */
export function thrown(error: unknown, point?: string): StarlaneError {
  if (error instanceof StarlaneError) return error;
  if (typeof error === "string") {
    const told = errorOf(parsed(error), { point });
    if (told) return told;
  }
  return lost(error);
}

/** The star itself failed: everything of it is over. */
export function lost(cause: unknown): StarlaneError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new StarlaneError({
    code: "star-lost",
    message: `this page's star failed: ${why}`,
    hint: "It is made anew from what was stored; ask again, and reload the page if that does not help.",
    retry: "unknown",
    cause,
  });
}

/** The caller's own signal ended a call. */
export function aborted(signal: AbortSignal, point?: string): StarlaneError {
  return new StarlaneError({ code: "aborted", message: "the call was given up", retry: "unknown", point, cause: signal.reason });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
