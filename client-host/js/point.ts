// Points, read as the Rust side reads them: the same verdict, code and byte for every text.

import { StarlaneError } from "./errors.js";

/** The parts of a point. */
export interface Point {
  /** The whole text. */
  text: string;
  /** The segments, the space first. */
  segments: string[];
  /** The path with its leading slash, if there is one. */
  path: string | null;
}

/** A text that is not a point. */
export class PointError extends StarlaneError {
  override readonly name: string = "PointError";
  /** The byte of its UTF-8, from 0, at which the mistake stands. */
  readonly at: number;

  constructor(code: string, at: number) {
    super({ code, message: `${SENTENCES[code] ?? code} (at byte ${at})`, hint: "Correct the point at the place named." });
    this.at = at;
  }
}

/** Bytes of a point: it must fit a header line. */
const POINT_BYTES = 1_024;

/** Segments of a point, the space included. */
const SEGMENTS = 32;

/** Bytes of a space: a host name has no more. */
const SPACE_BYTES = 253;

/** Bytes of a segment, as of one label of a host name. */
const SEGMENT_BYTES = 63;

/** The largest number in a version: 64 bits. */
const LARGEST = (1n << 64n) - 1n;

const SENTENCES: Record<string, string> = {
  "point-empty": "a point cannot be empty",
  "point-too-long": "a point has at most 1,024 bytes",
  "point-too-many-segments": "a point has at most 32 segments",
  "point-bad-space": "a point begins with a host name in lower case, like `localhost` or `my-domain.com`",
  "point-empty-segment": "there is an empty segment",
  "point-bad-segment": "a segment is lower-case letters and digits, joined by single hyphens",
  "point-segment-too-long": "a segment has at most 63 bytes",
  "point-bad-version": "only versions have dots, and this is none (a version is like `1.2.0`)",
  "point-bad-path": "a path has no control characters, backslashes or empty parts",
  "point-path-escapes": "a path has no `.` or `..` parts",
};

/** Semantic Versioning 2.0.0, section "BNF", as a pattern. */
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;

/** A control character (in UTF-8, one byte a character here) or a backslash. */
// biome-ignore lint: control characters are what is looked for
const NOT_IN_PATHS = /[\x00-\x1f\x7f\\]|\xc2[\x80-\x9f]/;

/** Reads a point; throws a `PointError` that says what is wrong and where. */
export function parsePoint(text: string): Point {
  // One character a byte, so that places are bytes.
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
  if (bytes === "") throw new PointError("point-empty", 0);
  if (bytes.length > POINT_BYTES) throw new PointError("point-too-long", POINT_BYTES);
  const found = bytes.indexOf(":/");
  const end = found < 0 ? bytes.length : found;
  let at = 0;
  const segments = bytes.slice(0, end).split(":");
  segments.forEach((segment, index) => {
    if (index === SEGMENTS) throw new PointError("point-too-many-segments", at);
    if (index === 0) checkSpace(segment);
    else checkSegment(segment, at);
    at += segment.length + 1;
  });
  if (found >= 0) checkPath(bytes.slice(end + 1), end + 1);
  return { text, segments, path: found < 0 ? null : text.slice(end + 1) };
}

function checkSpace(space: string): void {
  let at = 0;
  for (const label of space.split(".")) {
    if (label.length > SEGMENT_BYTES) throw new PointError("point-bad-space", at + SEGMENT_BYTES);
    const wrong = wrongInName(label, true);
    if (wrong !== undefined) throw new PointError("point-bad-space", at + wrong);
    at += label.length + 1;
  }
  if (space.length > SPACE_BYTES) throw new PointError("point-bad-space", SPACE_BYTES);
}

function checkSegment(segment: string, at: number): void {
  if (segment === "") throw new PointError("point-empty-segment", at);
  if (segment.length > SEGMENT_BYTES) throw new PointError("point-segment-too-long", at + SEGMENT_BYTES);
  if (segment.includes(".")) {
    if (!isVersion(segment)) throw new PointError("point-bad-version", at);
    return;
  }
  const wrong = wrongInName(segment, false);
  if (wrong !== undefined) throw new PointError("point-bad-segment", at + wrong);
}

function isVersion(text: string): boolean {
  const numbers = VERSION.exec(text)?.slice(1, 4);
  return numbers?.every((number) => BigInt(number) <= LARGEST) ?? false;
}

/** The first byte that breaks `[a-z0-9]+(-[a-z0-9]+)*`; a host name's label may hold hyphens in a row. */
function wrongInName(name: string, hyphensInARow: boolean): number | undefined {
  let before = "-";
  for (let at = 0; at < name.length; at += 1) {
    const byte = name.charAt(at);
    const fits = byte === "-" ? before !== "-" || (hyphensInARow && at > 0) : /[a-z0-9]/.test(byte);
    if (!fits) return at;
    before = byte;
  }
  return before === "-" ? Math.max(0, name.length - 1) : undefined;
}

function checkPath(path: string, at: number): void {
  const wrong = path.search(NOT_IN_PATHS);
  if (wrong >= 0) throw new PointError("point-bad-path", at + wrong);
  let start = at + 1;
  const parts = path.slice(1).split("/");
  parts.forEach((part, index) => {
    if (part === "" && index < parts.length - 1) throw new PointError("point-bad-path", start);
    if (part === "." || part === "..") throw new PointError("point-path-escapes", start);
    start += part.length + 1;
  });
}
