// What is known about the node that was picked in the chart, in one line below it.

import { h, put } from "../dom";
import { agentName } from "../point";
import { age, bytes, compact, whole } from "../format";
import type { Node } from "./graph";

export interface Detail {
  element: HTMLElement;
  show(node: Node | undefined): void;
}

/** `write` is told the point that a wave should go to. */
export function detail(write: (point: string) => void): Detail {
  const element = h("div", { class: "detail", "aria-live": "polite" });
  const empty = (): void => put(element, h("p", { class: "quiet" }, "Pick a star or a mechtron to see what it does. Drag to rearrange."));
  empty();
  return {
    element,
    show(node) {
      if (!node) return empty();
      const open = (): void => write(node.point);
      put(
        element,
        h("code", { class: "detail-point" }, node.point),
        h("dl", { class: "facts" }, ...facts(node).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
        node.kind === "mechtron" ? h("button", { type: "button", class: "small", onclick: open }, "Send it a wave") : null,
      );
    },
  };
}

function facts({ star, mechtron, status }: Node): [string, string][] {
  if (star) return [["agent", agentName(star.agent) || "this tab"], ["up for", age(star.since)], ["mechtrons", whole(star.mechtrons.length)]];
  if (!mechtron) return [["status", status]];
  return [["status", status], ["waves", whole(mechtron.waves)], ["fuel", compact(mechtron.fuel)], ["memory", bytes(mechtron.memory)]];
}
