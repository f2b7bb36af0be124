// The listing as a picture's nodes and links: stars are joined by lanes, a star holds its mechtrons.

import { agentName, mechtronName, starName } from "../point";
import type { ListedMechtron, ListedStar, Listing } from "./listing";

/** Stars drawn at most, and mechtrons: more than these are neither readable nor smooth; the directory has them all. */
const STARS_DRAWN = 120;
const MECHTRONS_DRAWN = 240;

export interface Node {
  id: string;
  kind: "relay" | "tab" | "mechtron";
  point: string;
  name: string;
  mine: boolean;
  status: string;
  star?: ListedStar;
  mechtron?: ListedMechtron;
  x?: number;
  y?: number;
  vx?: number;
  vy?: number;
  fx?: number | null;
  fy?: number | null;
}

export interface Link {
  id: string;
  kind: "lane" | "holds";
  source: string | Node;
  target: string | Node;
  mine: boolean;
}

export interface Graph {
  nodes: Node[];
  links: Link[];
  left: number;
}

/** Builds the picture of `listing` as the star `me` sees it; `own` are the mechtrons this tab runs itself. */
export function graphOf(listing: Listing, me: string | null, own: ListedMechtron[]): Graph {
  const stars = starsOf(listing, me);
  const shown = nearest(stars, me).slice(0, STARS_DRAWN);
  const relays = stars.filter((star) => star.kind === "relay").length;
  const centre = shown.find((star) => star.kind === "relay")?.point;
  const held = shown.flatMap((star) => mechtronsOn(star, listing, centre, star.point === me ? own : []));
  const drawn = held.slice(0, MECHTRONS_DRAWN);
  return {
    nodes: [...shown.map((star) => starNode(star, me, relays > 1)), ...drawn.map(mechtronNode)],
    links: [...lanes(shown, centre, me), ...drawn.map(holding)],
    left: stars.length - shown.length + held.length - drawn.length,
  };
}

interface Held {
  star: ListedStar;
  mine: boolean;
  point: string;
  mechtron?: ListedMechtron;
}

/** The listed stars; this one too while the relay has not listed it. */
function starsOf(listing: Listing, me: string | null): ListedStar[] {
  if (me === null || listing.stars.some((star) => star.point === me)) return listing.stars;
  return [...listing.stars, { point: me, agent: "", kind: "tab", since: 0, mechtrons: [] }];
}

/** Relays first, then this tab, then the others in the order listed. */
function nearest(stars: ListedStar[], me: string | null): ListedStar[] {
  const rank = (star: ListedStar): number => (star.kind === "relay" ? 0 : star.point === me ? 1 : 2);
  return [...stars].sort((a, b) => rank(a) - rank(b));
}

function mechtronsOn(star: ListedStar, listing: Listing, centre: string | undefined, own: ListedMechtron[]): Held[] {
  const here = new Map<string, Held>();
  const add = (point: string, mechtron?: ListedMechtron): void => {
    const known = here.get(mechtronName(point));
    const found = mechtron ?? known?.mechtron;
    here.set(mechtronName(point), { star, mine: own.length > 0, point: known?.point ?? point, ...(found ? { mechtron: found } : {}) });
  };
  for (const point of star.mechtrons) add(point);
  for (const one of listing.mechtrons) if ((one.star || centre) === star.point) add(one.point, one);
  for (const one of own) add(one.point, one);
  return [...here.values()];
}

/** A star by what tells it apart; the relay's only one is just that. */
function starNode(star: ListedStar, me: string | null, several: boolean): Node {
  const mine = star.point === me;
  const relay = several ? starName(star.point) : "relay";
  const name = star.kind === "relay" ? relay : mine ? "this tab" : agentName(star.agent) || starName(star.point);
  return { id: star.point, kind: star.kind, point: star.point, name, mine, status: "up", star };
}

function mechtronNode({ star, mine, point, mechtron }: Held): Node {
  const status = mechtron?.status ?? "idle";
  return { id: `${star.point} ${mechtronName(point)}`, kind: "mechtron", point, name: mechtronName(point), mine, status, ...(mechtron ? { mechtron } : {}) };
}

function holding({ star, mine, point }: Held): Link {
  const id = `${star.point} ${mechtronName(point)}`;
  return { id, kind: "holds", source: star.point, target: id, mine };
}

function lanes(stars: ListedStar[], centre: string | undefined, me: string | null): Link[] {
  if (!centre) return [];
  return stars
    .filter((star) => star.point !== centre)
    .map((star) => ({ id: `lane ${star.point}`, kind: "lane", source: centre, target: star.point, mine: star.point === me }));
}
