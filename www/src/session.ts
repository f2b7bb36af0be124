// How this page gets its star: a one-time code in the address becomes a token, a token becomes a star with a user.
// Without a token the console starts nothing: everything it shows needs one.

import { Star, StarlaneError } from "starlane";

/** Where the client library keeps the token of this tab. */
const TOKEN = "starlane:token";

/** How long the first lane may take before the console opens without it and waits there. */
const FIRST_LANE_MS = 5_000;

/** The agent of a lane whose token says nothing. */
const NOBODY = "anonymous";

/** Why a relay takes no lane by this token: only another sign-in helps. */
const REFUSED = new Set(["bad-token", "token-expired", "sign-in"]);

/** Either a running star, or why there is none. */
export type Session = { star: Star } | { problem?: Problem };

/** What went wrong, in words for a person. */
export interface Problem {
  code: string;
  message: string;
  hint?: string;
}

/** Signs in when the address carries a code, then starts the star. */
export async function begin(): Promise<Session> {
  try {
    await Star.signIn();
  } catch (error) {
    return { problem: problem(error) };
  }
  const token = sessionStorage.getItem(TOKEN);
  if (!token) return {};
  return start(token);
}

/** Calls `over` when the relay ends this sign-in while the console is open. */
export function whenOver(star: Star, over: (problem: Problem) => void): void {
  star.addEventListener("link", (event) => {
    const { state, reason } = (event as CustomEvent<{ state?: string; reason?: string }>).detail ?? {};
    if (state !== "down" || !reason || !REFUSED.has(reason)) return;
    void star.close();
    over({ code: reason, message: "The relay ended this sign-in." });
  });
}

/** Keeps a token that a person pasted and begins again with it. */
export function keep(token: string): void {
  sessionStorage.setItem(TOKEN, token);
  location.reload();
}

/** Forgets the token of this tab. */
export function signOut(): void {
  sessionStorage.removeItem(TOKEN);
  location.reload();
}

/** Any error as a problem: the mesh's own carry a code and a hint, others only a sentence. */
export function problem(error: unknown): Problem {
  if (error instanceof StarlaneError) {
    return { code: error.code, message: error.message, ...(error.hint ? { hint: error.hint } : {}) };
  }
  return { code: "failed", message: error instanceof Error ? error.message : String(error) };
}

async function start(token: string): Promise<Session> {
  try {
    const star = await Star.start({ token });
    return (await rejected(star)) ?? { star };
  } catch (error) {
    return { problem: problem(error) };
  }
}

/** The relay's refusal of this token, if it refuses; a relay that is only away is no refusal. */
async function rejected(star: Star): Promise<Session | undefined> {
  try {
    await star.online({ timeout: FIRST_LANE_MS });
  } catch (error) {
    const found = problem(error);
    if (!REFUSED.has(found.code)) return undefined;
    await star.close();
    return { problem: found };
  }
  if (star.agent !== NOBODY) return undefined;
  await star.close();
  return { problem: { code: "anonymous", message: "The relay knows no user by this token." } };
}
