// Headers: ordered pairs of a lower-case name and a value. They cross to the star as one text, a name and a value on
// alternating lines, because neither can hold a line break.

import { StarlaneError } from "./errors.js";

/** Ordered pairs of a lower-case name and a value. */
export type HeaderPairs = [name: string, value: string][];

/** What may be given for headers: pairs, an object, or the `Headers` of the Fetch standard. */
export type HeadersInput = Iterable<readonly [string, string]> | Record<string, string>;

/** Headers as the text that crosses. */
export function toLines(input: HeadersInput | undefined): string {
  if (input === undefined) return "";
  const pairs = Symbol.iterator in input ? [...(input as Iterable<readonly [string, string]>)] : Object.entries(input);
  return pairs.map(([name, value]) => `${name.toLowerCase()}\n${line(name, String(value))}`).join("\n");
}

/** Headers from the text that crosses. */
export function fromLines(text: string): HeaderPairs {
  if (text === "") return [];
  const lines = text.split("\n");
  const pairs: HeaderPairs = [];
  for (let at = 0; at + 1 < lines.length; at += 2) pairs.push([lines[at] ?? "", lines[at + 1] ?? ""]);
  return pairs;
}

/** The first value of a name. */
export function headerOf(pairs: HeaderPairs, name: string): string | undefined {
  return pairs.find(([key]) => key === name)?.[1];
}

function line(name: string, value: string): string {
  if (!value.includes("\n") && !name.includes("\n")) return value;
  throw new StarlaneError({ code: "bad-wave", message: `the header ${JSON.stringify(name)} holds a line break`, hint: "Send it in the body." });
}
