// One of three mechtrons that behave alike; this one is in AssemblyScript.

import { Field, answer, begin, discard, get, join, keep, send, set, status, text, utf8 } from "./starlane";

/** Where the counter is kept, in decimal. */
const COUNT = "count";

export function starlane_abi_1(): void {}

export function mechtron_init(): i32 {
  return 0;
}

export function mechtron_wave(): i32 {
  begin();
  const name = get(Field.config, "name");
  const method = text(get(Field.method));
  if (method == "Ext<Echo>") return say("text/plain", join([name, utf8(": "), get(Field.body)]));
  if (method == "Ext<Relay>") return say("text/plain", join([name, utf8("("), relay(), utf8(")")]));
  if (method == "Ext<Count>") return countUp();
  if (method == "Http<Get>") return say("text/html", utf8(page(text(name))));
  set(Field.status, utf8("404"));
  return answer();
}

function say(type: string, body: ArrayBuffer): i32 {
  set(Field.type, utf8(type));
  const refused = set(Field.body, body);
  return refused < 0 ? -refused : answer();
}

function countUp(): i32 {
  const next = utf8((count() + 1).toString());
  const refused = keep(COUNT, next);
  return refused < 0 ? -refused : say("text/plain", next);
}

/**
 * What the next in the row answers; the body when this is the last. An answer that is not 200 stands as `!` and its
 * status, an ask that was refused as `!` and the refusal's number.
 */
function relay(): ArrayBuffer {
  const next = text(get(Field.header, "next"));
  const comma = next.indexOf(",");
  const first = comma < 0 ? next : next.substring(0, comma);
  const rest = comma < 0 ? "" : next.substring(comma + 1);
  if (first.length == 0) return get(Field.body);
  const result = ask(first, rest);
  return result == 200 ? get(Field.pongBody) : utf8("!" + result.toString());
}

/** The answer's status, or minus a code. */
function ask(to: string, rest: string): i32 {
  let refused = 0;
  if (rest.length > 0) refused = set(Field.header, utf8(rest), "next");
  if (refused == 0) refused = set(Field.type, utf8("text/plain"));
  if (refused == 0) refused = set(Field.body, get(Field.body));
  if (refused == 0) refused = set(Field.method, utf8("Ext<Relay>"));
  if (refused == 0) refused = set(Field.to, utf8(to));
  if (refused == 0) refused = send();
  if (refused >= 0) return status(refused);
  discard();
  return refused;
}

function count(): u32 {
  const digits = Uint8Array.wrap(get(Field.state, COUNT));
  let number: u32 = 0;
  for (let i = 0; i < digits.length; i++) number = number * 10 + digits[i] - 48;
  return number;
}

function page(name: string): string {
  return `<!doctype html><meta charset="utf-8"><title>${name}</title><h1>${name}</h1><p>Counted to ${count()}.</p>`;
}
