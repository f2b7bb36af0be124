// This tab's own star: its point, who it speaks for, its lane, and the mechtrons it runs.

import type { Star } from "starlane";
import { h, put, say } from "./dom";
import { compact, bytes, whole } from "./format";
import { mechtronName } from "./point";

/** How often the numbers of this tab's own mechtrons are read; they cost nothing to read. */
const EVERY_MS = 1_000;

export function starPanel(star: Star, write: (point: string) => void): { element: HTMLElement } {
  const point = h("code", { class: "star-point" });
  const agent = h("code", {});
  const list = h("ul", { class: "own" });
  const shown = { rows: "" };
  const draw = (): void => {
    say(point, star.point ?? "no point before the first lane");
    say(agent, star.agent);
    drawMechtrons(list, star, shown, write);
  };
  draw();
  setInterval(draw, EVERY_MS);
  star.addEventListener("link", draw);
  return {
    element: h(
      "section",
      { class: "panel star", "aria-labelledby": "star-title" },
      h("header", { class: "panel-head" }, h("h2", { id: "star-title" }, "This tab’s star")),
      h("dl", { class: "pairs" }, h("dt", {}, "Point"), h("dd", {}, point), h("dt", {}, "Agent"), h("dd", {}, agent)),
      list,
    ),
  };
}

function drawMechtrons(list: HTMLElement, star: Star, shown: { rows: string }, write: (point: string) => void): void {
  const own = star.mechtrons();
  const rows = JSON.stringify(own);
  if (rows === shown.rows) return;
  shown.rows = rows;
  if (own.length === 0) return put(list, h("li", { class: "quiet" }, "No mechtrons run in this tab."));
  put(list, ...own.map((one) => h("li", {}, h("i", { class: "dot", "data-status": one.status }), h("button", { type: "button", class: "point-link", onclick: () => write(one.point) }, mechtronName(one.point)), h("span", { class: "quiet" }, `${one.status}, ${whole(one.waves)} waves, ${compact(Number(one.fuel))} fuel, ${bytes(one.memory)}`))));
}
