// Everything a page may use, the same from every entry point.

export type { BodyInput } from "./body.js";
export { type Retry, StarlaneError } from "./errors.js";
export type { LinkDetail, LogDetail, SliceDetail, StarEvents } from "./events.js";
export type { HeaderPairs, HeadersInput } from "./headers.js";
export { type Point, parsePoint, PointError } from "./point.js";
export { Pong, Received, Wave } from "./received.js";
export type { Handler, Reply, Service } from "./serve.js";
export type { SignedIn } from "./sign-in.js";
export { type CallOptions, type MechtronInfo, type PingOptions, Star, type StarOptions } from "./star.js";
export type { Wait } from "./wait.js";
export type { Watch, WatchOptions } from "./watch.js";
