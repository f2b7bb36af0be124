// Where one writes: a name, a message, and why it cannot be sent while the lane is down. What was typed is never lost.

import { avatar } from "./avatar.js";
import { $, say } from "./dom.js";
import { keepName, name as keptName } from "./kept.js";

const [form, name, text, send, note, face] = ["composer", "name", "text", "send", "composer-note", "own-avatar"].map($);

const HELP = "Enter sends, Shift and Enter begins a new line.";
const OFFLINE = "You can write again when the lane to the relay is back. What you typed stays here.";
const STARTING = "Joining the mesh…";

/** The name as it is sent. */
export const ownName = () => name.value.trim();

/** Lets one write or says why not: `up`, `down` or `starting`. */
export function allow(state) {
  const off = state !== "up";
  const typing = document.activeElement === text;
  form.classList.toggle("composer-off", off);
  text.disabled = send.disabled = off;
  say(note, off ? (state === "down" ? OFFLINE : STARTING) : HELP);
  if (typing || (!off && wanted)) text.focus();
  wanted = typing && off;
}

/** The cursor was in the message when the lane went; it comes back with it. */
let wanted = false;

/** `deliver(name, text)` says it in the room; its error is shown here and the text stays. */
export function compose(deliver) {
  name.value = keptName();
  avatar(ownName(), face);
  name.addEventListener("input", () => {
    keepName(ownName());
    avatar(ownName(), face);
  });
  text.addEventListener("input", grow);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (ownName() && text.value.trim() && !send.disabled) void submit(deliver);
  });
}

async function submit(deliver) {
  const words = text.value;
  text.value = "";
  grow();
  say(note, "Sending…");
  try {
    await deliver(ownName(), words.trim());
    say(note, text.disabled ? OFFLINE : HELP);
  } catch (error) {
    text.value = text.value ? `${words}\n${text.value}` : words;
    grow();
    say(note, `Not sent: ${error.message}${error.retry === "unknown" ? " It may have arrived all the same." : ""}`);
  }
}

/** As high as what was typed; the style sheet sets the limit. */
function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + text.offsetHeight - text.clientHeight}px`;
}
