// The same mesh as text: apps with what they are made of, then the stars. It can be read aloud and searched in the page.

import { h, put } from "../dom";
import { age, whole } from "../format";
import { agentName, local, mechtronName } from "../point";
import type { ListedMechtron, ListedStar, Listing } from "./listing";

/** Rows of one kind that are shown; the rest is said as a number. */
const ROWS = 200;

export interface Directory {
  element: HTMLElement;
  update(listing: Listing, me: string | null): void;
}

/** `write` is told the point that a wave should go to. */
export function directory(write: (point: string) => void): Directory {
  const body = h("div", { class: "directory-body" });
  const element = h("details", { class: "directory" }, h("summary", {}, "Directory"), body);
  let draw = (): void => {};
  element.addEventListener("toggle", () => draw());
  return {
    element,
    update(listing, me) {
      // A closed directory is not drawn; one that somebody works in is left alone until they are done.
      draw = () => {
        if (element.open && !body.contains(document.activeElement)) put(body, apps(listing, write), stars(listing.stars, me), bundles(listing.bundles));
      };
      draw();
    },
  };
}

function apps(listing: Listing, write: (point: string) => void): HTMLElement {
  const rows = listing.apps.flatMap((app) => {
    const from = `${local(app.bundle)}, generation ${app.generation}`;
    const parts = app.mechtrons.map((part) => [
      link(part.point, write),
      part.keyed ? `${part.placement}, one per key` : part.placement,
      from,
      wavesOf(listing.mechtrons, part.point),
    ]);
    return parts.length > 0 ? parts : [[h("code", {}, local(app.point)), "files only", from, ""]];
  });
  return section("Apps", ["mechtron", "where", "bundle", "waves"], rows, listing.apps.length);
}

/** Waves of a mechtron, or of all its keys together. */
function wavesOf(mechtrons: ListedMechtron[], point: string): string {
  const own = mechtrons.filter((one) => one.point === point || one.point.startsWith(`${point}:`));
  return whole(own.reduce((sum, one) => sum + one.waves, 0));
}

function stars(listed: ListedStar[], me: string | null): HTMLElement {
  const name = (star: ListedStar): HTMLElement => h("code", {}, local(star.point), star.point === me ? " (this tab)" : "");
  return section(
    "Stars",
    ["star", "kind", "agent", "up for"],
    listed.map((star) => [name(star), star.kind, agentName(star.agent), age(star.since)]),
  );
}

function bundles(points: string[]): HTMLElement {
  return section("Bundles", ["point"], points.map((point) => [h("code", {}, local(point))]));
}

/** A table under its title and how many things it lists: as many as rows, unless a thing has several. */
function section(title: string, heads: string[], rows: (Node | string)[][], things = rows.length): HTMLElement {
  const more = rows.length - ROWS;
  const cells = (row: (Node | string)[]): HTMLElement => h("tr", {}, ...row.map((cell) => h("td", {}, cell)));
  return h(
    "section",
    { class: "listing", tabindex: 0, "aria-label": title },
    h("h3", {}, title, " ", h("span", { class: "count" }, whole(things))),
    rows.length === 0
      ? h("p", { class: "quiet" }, "None yet.")
      : h("table", {}, h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, ...rows.slice(0, ROWS).map(cells))),
    more > 0 ? h("p", { class: "quiet" }, `and ${whole(more)} more`) : null,
  );
}

function link(point: string, write: (point: string) => void): HTMLElement {
  return h("button", { type: "button", class: "point-link", title: `Send a wave to ${point}`, onclick: () => write(point) }, mechtronName(point));
}
