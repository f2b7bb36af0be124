// What a star tells by events.

/** How the lane is, told when that changes. */
export interface LinkDetail {
  state: "up" | "down";
  /** Whether the session from before goes on. */
  resumed: boolean;
  /** Why it is down, as a stable word. */
  reason?: string;
  /** Why it is down, in one sentence. */
  message?: string;
}

/** One line of the log, of this star or a mechtron in it. */
export interface LogDetail {
  level: "error" | "warn" | "info" | "debug";
  point: string;
  text: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** How long guests held the page's thread, in milliseconds as `performance.now()` counts. */
export interface SliceDetail {
  start: number;
  end: number;
}

/** The events of a star. */
export interface StarEvents {
  link: CustomEvent<LinkDetail>;
  /** Shown in the console, unless `preventDefault` is called. */
  log: CustomEvent<LogDetail>;
  slice: CustomEvent<SliceDetail>;
}

/** The levels by the numbers of the guest ABI. */
const LEVELS: readonly LogDetail["level"][] = ["error", "error", "warn", "info", "debug"];

/** A line of the log, by the number of its level. */
export function logDetail(level: number, point: string, text: string): LogDetail {
  return { level: LEVELS[level] ?? "info", point, text, at: Date.now() };
}

/** Milliseconds until what can wait begins: a page that starts has better things to do, and no idle moment is really one. */
const SETTLED_MS = 1_000;

/** Milliseconds of idleness that are worth a piece of work. */
const IDLE_MS = 8;

/** Does a piece of work in each moment in which the page is idle, for as long as it gives true. Never where a browser does not tell. */
export function whileIdle(work: () => boolean): void {
  const { requestIdleCallback: ask } = globalThis;
  if (ask === undefined) return;
  const idle = (deadline: IdleDeadline): void => {
    if (deadline.timeRemaining() < IDLE_MS || work()) ask(idle);
  };
  setTimeout(() => ask(idle), SETTLED_MS);
}

/** Calls back when this page or its network comes back; gives what stops that. */
export function onReturn(call: () => void): () => void {
  const visible = (): void => {
    if (globalThis.document?.visibilityState === "visible") call();
  };
  const stop = new AbortController();
  const { signal } = stop;
  globalThis.addEventListener?.("online", call, { signal });
  globalThis.addEventListener?.("pageshow", call, { signal });
  globalThis.document?.addEventListener("visibilitychange", visible, { signal });
  globalThis.document?.addEventListener("resume", call, { signal });
  return () => stop.abort();
}
