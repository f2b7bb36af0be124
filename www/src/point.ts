// What the console needs to know about points: their first segment is the space, and some places have fixed names.

/** The space of a point: `localhost` of `localhost:stars:s-4f`. */
export const spaceOf = (point: string): string => point.split(":", 1)[0] ?? "";

/** A point without its space: what is left to read when all points share one. */
export const local = (point: string): string => point.slice(spaceOf(point).length + 1) || point;

/** The name of an agent: `operator` of `localhost:users:operator`; anything else as it is. */
export function agentName(agent: string): string {
  const [, kind, name] = agent.split(":");
  return kind === "users" && name ? name : agent;
}

/** A star's own name, short enough for a label: `s-4fd29a…`. */
export function starName(point: string): string {
  const name = point.split(":")[2] ?? point;
  return name.length > STAR_LABEL ? `${name.slice(0, STAR_LABEL)}…` : name;
}

/** What of a mechtron's point names it in the mesh: `chat:room:tea-time`, also when a tab holds it. */
export function mechtronName(point: string): string {
  const segments = point.split(":");
  return segments.slice(segments[1] === "stars" ? 3 : 1).join(":");
}

/** Letters of a star's name that are shown; ten tell the stars of a demonstration apart. */
const STAR_LABEL = 10;
