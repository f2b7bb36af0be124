// The lane to the relay, as the page shows it: a lamp that is always there, and a banner while it is down.

import { allow } from "./composer.js";
import { $, h, say } from "./dom.js";

const WORDS = { starting: "Joining", up: "Connected", down: "Offline, reconnecting" };

/** Why a lane is not opened again by itself, and what to do then. */
const ENDED = {
  replaced: "Another tab took this star’s place. Reload this page to take it back.",
  "token-expired": "Your sign-in is over. Open a new sign-in link, or go on as a guest.",
  "bad-token": "This relay does not know your sign-in. Open a new sign-in link, or go on as a guest.",
};

/** Shows `starting`, `up` or `down` everywhere; `reason` is the word of the lane's end. */
export function showLink(state, reason = "") {
  const ended = state === "down" ? ENDED[reason] : undefined;
  document.body.dataset.link = state;
  say($("link-words"), ended ? "Offline" : WORDS[state]);
  allow(state);
  if (ended) notice("The lane to the relay has ended.", ended, reason, reason === "replaced" ? null : guest());
  else if (state === "down") notice("The lane to the relay is down.", "It is tried again by itself. This tab’s own mechtrons go on; what others say arrives when the lane is back.");
  else notice();
}

/** Forgets the token of this tab and begins again as nobody in particular. */
function guest() {
  const begin = () => {
    sessionStorage.removeItem("starlane:token");
    location.reload();
  };
  return h("button", { type: "button", onclick: begin }, "Go on as a guest");
}

/** A banner above the messages; without words it goes. */
export function notice(title, more = "", code = "", action = null) {
  const banner = $("notice");
  banner.hidden = !title;
  banner.replaceChildren(...(title ? [h("strong", {}, title), " ", more, ...(code ? [" ", h("code", {}, code)] : []), ...(action ? [" ", action] : [])] : []));
}
