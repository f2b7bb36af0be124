// Beside the room: the rooms of this browser, a form to open another, and what runs where just now.

import { $, h, say } from "./dom.js";
import { keepRoom, rooms } from "./kept.js";
import { key } from "./where.js";

/** How often the filter's numbers are read; they are this tab's own and cost nothing. */
const EVERY_MS = 1_000;

$("open-room").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = $("room-key");
  const wanted = key(field.value);
  field.setCustomValidity(wanted ? "" : "A room’s name needs a letter or a digit.");
  if (!wanted) return field.reportValidity();
  field.value = "";
  location.hash = wanted;
  $("text").focus();
});
$("room-key").addEventListener("input", (event) => event.target.setCustomValidity(""));

/** Shows which room is open. */
export function showRoom(current) {
  keepRoom(current);
  say($("room-name"), current);
  say($("about-room"), `room:${current}`);
  document.title = `${current} · Starlane chat`;
  const item = (one) => h("li", {}, h("a", { href: `#${one}`, "aria-current": one === current && "page" }, one));
  $("rooms").replaceChildren(...rooms().map(item));
}

/** Follows the filter's own numbers. */
export function showFilter(star) {
  setInterval(() => {
    const mine = star.mechtrons().find((one) => one.point.endsWith(":format"));
    say($("about-format"), mine ? ` (${mine.waves} so far, ${Number(mine.fuel).toLocaleString("en")} fuel)` : "");
  }, EVERY_MS);
}
