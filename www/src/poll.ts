// Something asked again and again: while the page is visible and the lane is up, never twice at once.

import type { Star } from "starlane";

/** Time between an answer and the next question; a person sees a change at once enough, a relay hardly notices it. */
const EVERY_MS = 2_000;

/** Calls `ask` now, then every two seconds, and at once when the page or the lane comes back. */
export function poll(star: Star, ask: () => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  const round = async (): Promise<void> => {
    clearTimeout(timer);
    if (asking || document.hidden || star.state !== "up") return;
    asking = true;
    await ask();
    asking = false;
    timer = setTimeout(round, EVERY_MS);
  };
  document.addEventListener("visibilitychange", round);
  star.addEventListener("link", round);
  void round();
}
