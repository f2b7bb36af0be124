// What the form offers while one types: points from the mesh listing, methods that mean something there.

import { h, put } from "../dom";
import { spaceOf } from "../point";
import type { Listing } from "../mesh/listing";

/** Points offered at most: browsers slow down with longer lists, and nobody reads them. */
const OFFERED = 200;

const METHODS = ["Http<Get>", "Http<Post>", "Cmd<List>", "Cmd<Logs>", "Cmd<Watch>"];

/** A list element for the `to` field that follows the mesh. */
export function pointList(id: string): { element: HTMLElement; update(listing: Listing): void } {
  const element = h("datalist", { id });
  let last = "";
  return {
    element,
    update(listing) {
      const points = pointsOf(listing).slice(0, OFFERED);
      if (points.join() === last) return;
      last = points.join();
      put(element, ...points.map((value) => h("option", { value })));
    },
  };
}

/** A list element for the method field: fixed ones, and those that were sent before. */
export function methodList(id: string, sent: () => string[]): { element: HTMLElement; update(): void } {
  const element = h("datalist", { id });
  const update = (): void => put(element, ...[...new Set([...sent(), ...METHODS])].map((value) => h("option", { value })));
  update();
  return { element, update };
}

/** Mechtrons first, then what tabs hold, then the space itself. */
function pointsOf(listing: Listing): string[] {
  const fixed = listing.apps.flatMap((app) => app.mechtrons.filter((one) => !one.keyed && one.placement === "server").map((one) => one.point));
  const live = listing.mechtrons.map((one) => one.point);
  const held = listing.stars.flatMap((star) => star.mechtrons);
  const spaces = listing.stars.map((star) => spaceOf(star.point));
  return [...new Set([...fixed, ...live, ...held, ...spaces])].filter(Boolean);
}
