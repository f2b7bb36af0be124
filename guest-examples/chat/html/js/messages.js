// The list of messages: in the order of their numbers, grouped by who wrote them, with a line where a day begins.

import { avatar } from "./avatar.js";
import { $, h } from "./dom.js";

/** Messages of one person this close together stand under one name. */
const TOGETHER_MS = 5 * 60_000;

/** Closer to the end than this many pixels, the list follows new messages. */
const AT_END_PX = 80;

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });

const [list, scroll, empty, newer] = ["messages", "scroll", "empty", "newer"].map($);

let following = true;
newer.addEventListener("click", toEnd);
scroll.addEventListener("scroll", () => {
  following = atEnd();
  if (following) newer.hidden = true;
});
// A banner or a keyboard takes room away: whoever read the end goes on reading the end.
new ResizeObserver(() => following && toEnd()).observe(scroll);

/** Empties the list for another room; nothing is read aloud until the history is there. */
export function clear() {
  list.replaceChildren();
  scroll.setAttribute("aria-busy", "true");
  empty.hidden = true;
  newer.hidden = true;
  following = true;
}

/** The history is there. */
export function ready() {
  scroll.removeAttribute("aria-busy");
  empty.hidden = list.childElementCount > 0;
}

/** Adds one message at its place. `mine` marks those of this person. */
export function add(message, made, mine) {
  const follow = following || mine;
  const item = itemOf(message, made, mine);
  const after = [...list.children].findLast((one) => Number(one.dataset.n) < message.n);
  if (after) after.after(item);
  else list.prepend(item);
  regroup(item);
  if (item.nextElementSibling) regroup(item.nextElementSibling);
  empty.hidden = true;
  if (follow) toEnd();
  else newer.hidden = false;
}

function itemOf({ n, at, name, agent, text }, made, mine) {
  const when = new Date(at);
  const known = Number.isNaN(when.getTime()) ? new Date() : when;
  const called = String(name || "somebody");
  const body = h("div", { class: "bubble" });
  fill(body, made, String(text ?? ""));
  const head = h("p", { class: "message-head" }, h("strong", {}, called), user(agent), h("time", { datetime: known.toISOString() }, clock.format(known)));
  const item = h("li", { class: mine ? "message message-mine" : "message", "data-n": n }, avatar(called), h("div", { class: "message-body" }, head, body));
  Object.assign(item.dataset, { at: known.getTime(), by: `${agent} ${called}` });
  return item;
}

/** Who is signed in is said beside the name, which anybody may choose. */
function user(agent) {
  const [, kind, id] = String(agent ?? "").split(":");
  return kind === "users" && id ? h("span", { class: "message-user", title: agent }, `@${id}`) : null;
}

function fill(body, made, original) {
  const text = h("p", { class: "message-text" }, ...(made.hidden ? ["Hidden by the filter in this tab."] : made.nodes));
  if (!made.hidden) return body.replaceChildren(text, ...(made.raw ? [h("p", { class: "message-raw" }, `as it came: the filter did not answer (${made.raw})`)] : []));
  const show = h("button", { type: "button", class: "show", onclick: () => body.replaceChildren(h("p", { class: "message-text" }, original)) }, "Show");
  body.classList.add("bubble-hidden");
  body.replaceChildren(text, show);
}

/** Whether an item begins a day or a group depends on the one before it. */
function regroup(item) {
  const before = item.previousElementSibling;
  const [at, last] = [Number(item.dataset.at), Number(before?.dataset.at)];
  const newDay = !before || dayName(at) !== dayName(last);
  item.classList.toggle("message-joined", !newDay && before.dataset.by === item.dataset.by && at - last < TOGETHER_MS);
  if (newDay) item.dataset.day = dayName(at);
  else delete item.dataset.day;
}

function dayName(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : day.format(at);
}

const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < AT_END_PX;

function toEnd() {
  following = true;
  scroll.scrollTop = scroll.scrollHeight;
  newer.hidden = true;
}
