// Log lines as they come: of this tab's star at once, of the mesh by asking for what is newer than the last line seen.

import type { Star } from "starlane";
import { h, put, sentence, tell } from "./dom";
import { time } from "./format";
import { local, spaceOf } from "./point";
import { poll } from "./poll";
import { problem } from "./session";

/** Lines kept; about an hour of a lively mesh, and still quick to draw. */
const KEPT = 500;

/** Lines asked for at once. */
const ASKED = 200;

/** Closer to the end than this many pixels, the list follows new lines. */
const AT_END_PX = 24;

const LEVELS = ["debug", "info", "warn", "error"];

/** How the relay calls two of them. */
const NAMED: Record<string, string> = { warning: "warn", detail: "debug" };

export function logsPanel(star: Star): { element: HTMLElement } {
  const list = h("ol", { class: "log-lines" });
  const scroll = h("div", { class: "log-scroll", role: "log", tabindex: 0, "aria-labelledby": "logs-title" }, list);
  const note = h("p", { class: "panel-note", role: "status" }, "Nothing yet.");
  const least = h("select", { "aria-label": "Least level shown" }, ...LEVELS.map((level) => h("option", { value: level, selected: level === "debug" }, `${level} and up`)));
  const filter = (): void => void (list.dataset.least = String(LEVELS.indexOf(least.value)));
  const add = (lines: Line[]): void => {
    if (lines.length === 0) return;
    append(scroll, list, lines);
    tell(note, "");
  };
  least.addEventListener("change", filter);
  filter();
  star.addEventListener("log", (event) => add([readLine((event as CustomEvent<unknown>).detail)]));
  followMesh(star, add, (words) => tell(note, words));
  return {
    element: h("section", { class: "panel logs", "aria-labelledby": "logs-title" }, h("header", { class: "panel-head" }, h("h2", { id: "logs-title" }, "Logs"), note, least), scroll),
  };
}

interface Line {
  seq: number;
  at: number;
  level: string;
  point: string;
  text: string;
}

/** Asks the space for its lines; somebody who may not read them is told so, once for each answer. */
function followMesh(star: Star, add: (lines: Line[]) => void, refused: (words: string) => void): void {
  let after = 0;
  poll(star, async () => {
    try {
      const pong = await star.ping(spaceOf(star.point ?? ""), "Cmd<Logs>", { after, limit: ASKED });
      const told = pong.json() as { lines?: unknown } | null;
      const lines = Array.isArray(told?.lines) ? told.lines.map(readLine) : [];
      // A relay that was started anew counts from the beginning.
      after = Math.max(after, ...lines.map((line) => line.seq));
      add(lines);
    } catch (error) {
      refused(problem(error).message);
    }
  });
  star.addEventListener("link", (event) => {
    const { state, resumed } = (event as CustomEvent<{ state?: string; resumed?: boolean }>).detail ?? {};
    if (state === "up" && !resumed) after = 0;
  });
}

function readLine(value: unknown): Line {
  const one = (typeof value === "object" && value !== null ? value : {}) as Partial<Record<keyof Line, unknown>>;
  const said = typeof one.level === "string" ? one.level : "";
  const level = NAMED[said] ?? said;
  return {
    seq: typeof one.seq === "number" ? one.seq : 0,
    at: typeof one.at === "number" ? one.at : Date.now(),
    level: LEVELS.includes(level) ? level : "info",
    point: typeof one.point === "string" ? one.point : "",
    text: typeof one.text === "string" ? one.text : "",
  };
}

function append(scroll: HTMLElement, list: HTMLElement, lines: Line[]): void {
  const follow = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < AT_END_PX;
  list.append(...lines.map(row));
  while (list.childElementCount > KEPT) list.firstElementChild?.remove();
  if (follow) scroll.scrollTop = scroll.scrollHeight;
}

function row({ at, level, point, text }: Line): HTMLElement {
  const item = h("li", { "data-level": level, "data-rank": LEVELS.indexOf(level) });
  put(item, h("time", {}, time(at)), h("span", { class: "level" }, level), h("code", { title: point }, local(point)), h("span", { class: "log-text" }, ...sentence(text)));
  return item;
}
