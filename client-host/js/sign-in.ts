// Signing in: a one-time code in the address's fragment becomes a token that this tab keeps.

import { errorOf, StarlaneError } from "./errors.js";
import { relayUrl } from "./relay-url.js";
import { origin } from "./source.js";
import { keep, kept } from "./session.js";

/** Where a tab keeps its token. */
export const TOKEN = "starlane:token";

/** Who signed in. */
export interface SignedIn {
  /** The user's point. */
  user: string;
  /** The token, which this tab keeps. */
  token: string;
}

/** Milliseconds the relay may take. */
const PATIENCE_MS = 15_000;

/** Exchanges the code of a sign-in link, `#code=…`, for a token. Null when the address has none. */
export async function signIn(options: { relay?: string | URL; signal?: AbortSignal } = {}): Promise<SignedIn | null> {
  const code = takeCode();
  if (code === undefined) return null;
  const { http } = relayUrl(options.relay, origin(), globalThis.location?.href);
  const answer = await exchange(`${http}/starlane/sign-in`, code, options.signal);
  const told = (await answer.json().catch(() => undefined)) as Partial<SignedIn> | undefined;
  if (!answer.ok || typeof told?.token !== "string" || typeof told.user !== "string") {
    const fallback = { code: "sign-in", message: `the relay answered ${answer.status}`, hint: "Get a new link: `starlane token <user>`." };
    throw errorOf(told, { status: answer.status }) ?? new StarlaneError({ ...fallback, status: answer.status });
  }
  keep(TOKEN, told.token);
  return { user: told.user, token: told.token };
}

/** The token this tab keeps; empty when nobody signed in. */
export function keptToken(): string {
  return kept(TOKEN) ?? "";
}

/** Takes the code out of the address: it works once, and nobody should copy it. */
function takeCode(): string | undefined {
  const { location, history } = globalThis;
  if (location === undefined) return undefined;
  const fragment = new URLSearchParams(location.hash.slice(1));
  const code = fragment.get("code");
  if (code === null) return undefined;
  fragment.delete("code");
  const rest = fragment.toString();
  history.replaceState(history.state, "", location.pathname + location.search + (rest === "" ? "" : `#${rest}`));
  return code;
}

async function exchange(url: string, code: string, signal?: AbortSignal): Promise<Response> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  const init: RequestInit = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code }),
    credentials: "omit",
    signal: signal ? AbortSignal.any([signal, late]) : late,
  };
  try {
    return await fetch(url, init);
  } catch (cause) {
    throw new StarlaneError({ code: "offline", message: "the relay cannot be reached", hint: "Get a new link when it can.", retry: "safe", cause });
  }
}
