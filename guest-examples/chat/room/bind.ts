// Written by `starlane bindgen --lang ts` from room.toml; write it again when the bind changes.

import type { PingOptions, Reply, Star, Wave } from "starlane";

export type SayBody = { name?: string; text: string };

export type SayReply = { agent: string; at: number; n: number; name: string; text: string };

/** What may be asked of the mechtron at a point. */
export class Room {
  constructor(
    readonly star: Star,
    readonly point: string,
  ) {}

  /** `Ext<Say> /` */
  async say(body: SayBody, options: PingOptions = {}): Promise<SayReply> {
    const pong = await this.star.ping(this.point, "Ext<Say>", JSON.stringify(body), { ...options, type: "application/json" });
    return pong.json<SayReply>();
  }

  /** `Ext<History> /` */
  async history(body?: unknown, options: PingOptions = {}): Promise<unknown> {
    const pong = await this.star.ping(this.point, "Ext<History>", body, { ...options });
    return pong.json<unknown>();
  }
}

/** What answers for it: give this to `roomHandler`, and what comes of it to `star.serve`. */
export interface RoomRoutes {
  /** `Ext<Say> /` */
  say(body: SayBody, wave: Wave): SayReply | Promise<SayReply>;
  /** `Ext<History> /` */
  history(wave: Wave): unknown | Promise<unknown>;
}

/** Leads each wave to its route. A page is not a mechtron: nobody has checked what comes, so check what matters. */
export function roomHandler(routes: RoomRoutes): (wave: Wave) => Promise<Reply> {
  return async (wave) => {
    {
      const params = matched(wave, "Ext<Say>", "/");
      if (params) {
        return { body: JSON.stringify(await routes.say(wave.json<SayBody>(), wave)), type: "application/json" };
      }
    }
    {
      const params = matched(wave, "Ext<History>", "/");
      if (params) {
        return { body: JSON.stringify(await routes.history(wave)), type: "application/json" };
      }
    }
    return { status: 404, body: { code: "not-found", message: `no route for ${wave.method} ${wave.path}` } };
  };
}

/** The parts of a path that a template names; undefined when the wave is for another route. */
function matched(wave: Wave, method: string, template: string): Record<string, string> | undefined {
  if (wave.method !== method) return undefined;
  const named: Record<string, string> = Object.create(null);
  const parts = wave.path.split("/");
  const wanted = template.split("/");
  for (const [index, part] of wanted.entries()) {
    if (part === "*") return named;
    const given = parts[index];
    if (given === undefined) return undefined;
    if (part.startsWith("{") && part.endsWith("}")) {
      if (given === "") return undefined;
      named[part.slice(1, -1)] = decoded(given);
    } else if (part !== given) return undefined;
  }
  return parts.length === wanted.length ? named : undefined;
}

/** A part of a path; one that is wrongly escaped is taken as it stands. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** An object as a query: a member that is an array stands once for each of its elements. */
export function queryOf(members: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) query.append(name, String(one));
  }
  return query.toString();
}
