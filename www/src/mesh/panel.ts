// The mesh panel: chart, detail and directory of one listing, asked for every two seconds while somebody looks.

import type { Star } from "starlane";
import { h, tell } from "../dom";
import { whole } from "../format";
import { spaceOf } from "../point";
import { poll } from "../poll";
import { problem } from "../session";
import { chart } from "./chart";
import { detail } from "./detail";
import { directory } from "./directory";
import { graphOf, type Graph } from "./graph";
import { EMPTY, readListing, readMechtron, type Listing } from "./listing";

export interface MeshPanel {
  element: HTMLElement;
}

/** `write` is told the point a wave should go to, `listed` every new listing. */
export function meshPanel(star: Star, write: (point: string) => void, listed: (listing: Listing) => void): MeshPanel {
  let picked: string | null = null;
  let graph: Graph = { nodes: [], links: [], left: 0 };
  const state = h("p", { class: "panel-note", role: "status" });
  const about = detail(write);
  const picture = chart((node) => {
    picked = node.id === picked ? null : node.id;
    picture.select(picked);
    about.show(picked ? node : undefined);
  });
  const index = directory(write);

  const show = (listing: Listing): void => {
    graph = graphOf(listing, star.point, star.mechtrons().map(readMechtron));
    picture.update(graph);
    index.update(listing, star.point);
    if (picked) about.show(graph.nodes.find((node) => node.id === picked));
    listed(listing);
  };
  const ask = async (): Promise<void> => {
    try {
      const listing = readListing((await star.ping(spaceOf(star.point ?? ""), "Cmd<List>")).json());
      show(listing);
      tell(state, `${counted(listing.stars.length, "star")}, ${counted(listing.mechtrons.length, "mechtron")}`);
    } catch (error) {
      tell(state, problem(error).message);
    }
  };
  star.addEventListener("link", () => {
    if (star.state !== "up") tell(state, "Link down: this is how the mesh looked last.");
  });
  show(EMPTY);
  poll(star, ask);
  return {
    element: h("section", { class: "panel mesh", "aria-labelledby": "mesh-title" }, h("header", { class: "panel-head" }, h("h2", { id: "mesh-title" }, "Mesh"), state), picture.element, legend(), about.element, index.element),
  };
}

const counted = (n: number, what: string): string => `${whole(n)} ${what}${n === 1 ? "" : "s"}`;

function legend(): HTMLElement {
  const states = ["running", "idle", "waiting", "asleep", "stopped"];
  return h("ul", { class: "legend", "aria-label": "Colours of mechtrons" }, ...states.map((status) => h("li", {}, h("i", { class: "dot", "data-status": status }), status)));
}
