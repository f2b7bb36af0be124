// From a draft to what `star.ping` takes, or the sentence that says what is wrong with it.

import type { Draft } from "./draft";

export interface Composed {
  to: string;
  method: string;
  body: Uint8Array | undefined;
  path?: string;
  query?: string;
  headers?: [string, string][];
  type?: string;
}

/** Thrown for a draft that cannot be sent; the message is for the person who wrote it. */
export class Unsendable extends Error {}

export function compose(draft: Draft): Composed {
  const [path = "", query] = split(draft.path.trim(), "?");
  const headers = readHeaders(draft.headers);
  return {
    to: draft.to.trim(),
    method: draft.method.trim(),
    body: readBody(draft),
    ...(path ? { path } : {}),
    ...(query === undefined ? {} : { query }),
    ...(headers.length ? { headers } : {}),
    ...(draft.type === "none" ? {} : { type: draft.type }),
  };
}

/** One `name: value` on each line. */
function readHeaders(text: string): [string, string][] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter(Boolean).map((line) => {
    const [name = "", value] = split(line, ":");
    if (value === undefined || !name.trim()) throw new Unsendable(`Headers: “${line}” is not “name: value”.`);
    return [name.trim().toLowerCase(), value.trim()];
  });
}

/** The bytes exactly as they were typed; JSON is only tried, so that numbers of any size arrive as written. */
function readBody({ type, body }: Draft): Uint8Array | undefined {
  if (type === "none") return undefined;
  if (type === "application/json") tryJson(body);
  return new TextEncoder().encode(body);
}

function tryJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Unsendable(`The body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function split(text: string, at: string): [string, string?] {
  const place = text.indexOf(at);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}
