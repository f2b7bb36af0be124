// Greets whoever asks, with a page and in JSON, and counts.

import { Reply, begin, bytes, decimal, escapeHtml, json, star, state, wave } from "../lib/starlane";

export { mechtron_init, starlane_abi_1 } from "../lib/starlane";

export function mechtron_wave(): i32 {
  begin();
  return answer().send();
}

function answer(): Reply {
  const visitor = wave.param("name");
  if (visitor) return Reply.html(`<!doctype html><h1>${escapeHtml(greet(visitor))}</h1>`);
  const name = json.text(wave.words(), "name");
  return name ? Reply.json(json.quote(greet(name))) : new Reply(400);
}

/** What is put into the state lasts; it is kept when the wave has been handled. */
function greet(name: string): string {
  const greeting = star.config("greeting");
  const digits = state.text("count");
  const count = decimal(digits ? digits : "", 0) + 1;
  state.set("count", bytes(count.toString()));
  return `${greeting ? greeting : "Hello"}, ${name}! You are number ${count}.`;
}
