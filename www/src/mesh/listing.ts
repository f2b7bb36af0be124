// The mesh listing, read with care: it is told by others, so a field that is missing or of another type becomes an empty value.

export interface Listing {
  stars: ListedStar[];
  apps: ListedApp[];
  mechtrons: ListedMechtron[];
  bundles: string[];
  users: string[];
}

export interface ListedStar {
  point: string;
  agent: string;
  kind: "relay" | "tab";
  since: number;
  mechtrons: string[];
}

export interface ListedApp {
  point: string;
  bundle: string;
  generation: number;
  mechtrons: { point: string; keyed: boolean; placement: string }[];
}

export interface ListedMechtron {
  point: string;
  star: string;
  status: string;
  waves: number;
  fuel: number;
  memory: number;
}

export const EMPTY: Listing = { stars: [], apps: [], mechtrons: [], bundles: [], users: [] };

/** Any JSON value as a listing. */
export function readListing(value: unknown): Listing {
  const all = record(value);
  return {
    stars: records(all.stars).map(readStar),
    apps: records(all.apps).map(readApp),
    mechtrons: records(all.mechtrons).map(readMechtron),
    bundles: list(all.bundles).map(pointOf),
    users: list(all.users).map(pointOf),
  };
}

/** One mechtron's line; also what `star.mechtrons()` gives, which names no star. */
export function readMechtron(value: object): ListedMechtron {
  const one = record(value);
  return {
    point: text(one.point),
    star: text(one.star),
    status: text(one.status) || "unknown",
    waves: number(one.waves),
    fuel: number(one.fuel),
    memory: number(one.memory),
  };
}

function readStar(one: Fields): ListedStar {
  return {
    point: text(one.point),
    agent: text(one.agent),
    kind: one.kind === "relay" ? "relay" : "tab",
    since: number(one.since_ms),
    mechtrons: list(one.mechtrons).map(pointOf),
  };
}

function readApp(one: Fields): ListedApp {
  return {
    point: text(one.point),
    bundle: text(one.bundle),
    generation: number(one.generation),
    mechtrons: records(one.mechtrons).map((each) => ({
      point: text(each.point),
      keyed: each.keyed === true || each.keyed === "user",
      placement: text(each.placement) || "server",
    })),
  };
}

type Fields = Record<string, unknown>;

const record = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const records = (value: unknown): Fields[] => list(value).map(record);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const pointOf = (value: unknown): string => text(value) || text(record(value).point);

function number(value: unknown): number {
  const n = typeof value === "bigint" ? Number(value) : value;
  return typeof n === "number" && Number.isFinite(n) ? n : 0;
}
