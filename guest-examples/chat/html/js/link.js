// The lane to the relay, as the page shows it: a lamp that is always there, and a banner while it is down.

import { allow } from "./composer.js";
import { $, h, say } from "./dom.js";

const WORDS = { starting: "Joining", up: "Connected", down: "Offline, reconnecting" };

/** Shows `starting`, `up` or `down` everywhere. */
export function showLink(state) {
  document.body.dataset.link = state;
  say($("link-words"), WORDS[state]);
  allow(state);
  if (state === "down") notice("The lane to the relay is down.", "It is tried again by itself. This tab’s own mechtrons go on; what others say arrives when the lane is back.");
  if (state === "up") notice();
}

/** A banner above the messages; without words it goes. */
export function notice(title, more = "", code = "") {
  const banner = $("notice");
  banner.hidden = !title;
  banner.replaceChildren(...(title ? [h("strong", {}, title), " ", more, ...(code ? [" ", h("code", {}, code)] : [])] : []));
}
