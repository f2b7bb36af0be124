// Numbers, sizes and times as people read them.

const count = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** 18322 → 18,322 */
export const whole = (n: number): string => count.format(n);

/** 2411090 → 2.4M */
export const compact = (n: number): string => short.format(n);

/** Milliseconds of a round trip: 1.37 ms, 218 ms, 3.2 s. */
export function elapsed(ms: number): string {
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** How long something has been there: 12 s, 7 min, 2 h, 3 d. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** Bytes in binary units. */
export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  return n < 1024 ** 2 ? `${compact(n / 1024)} KiB` : `${compact(n / 1024 ** 2)} MiB`;
}

/** The time of day. */
export const time = (at: number): string => clock.format(at);
