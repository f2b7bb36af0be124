// Who this tab is: an id and a secret that last over reloads, held by a Web Lock so that a duplicated tab becomes another.

import { keep, kept } from "./session.js";

/** Who a star is. */
export interface Identity {
  /** Its id, one segment. */
  star: string;
  /** 64 hex digits that prove a later knock comes from the same star. */
  secret: string;
  /** Under which name this tab's state is kept; stays the same when the star must take another id. */
  home: string;
  /** Lets go of the id, for whoever comes after this star. */
  release(): void;
}

/** Bytes of an id, and of a secret. */
const ID_BYTES = 8;
const SECRET_BYTES = 32;

/** Milliseconds a reloaded page waits until the page before it has let go. A duplicated tab starts later by as much. */
const HANDOVER_MS = 400;

/** What is kept of an identity. */
type Kept = Omit<Identity, "release">;

/** Stars of this page by the name their identity is kept under: a second one with the same name keeps nothing. */
const used = new Set<string>();

/** The identity of this tab for a relay: the one of before the reload, or a new one. */
export async function claim(relay: string): Promise<Identity> {
  const name = `starlane:star@${relay}`;
  const first = !used.has(name);
  used.add(name);
  const before = first ? read(name) : undefined;
  const held = before && (await hold(before.star));
  const mine = before && held ? { identity: before, release: held } : await create();
  if (first) keep(name, JSON.stringify(mine.identity));
  const release = (): void => {
    mine.release();
    if (first) used.delete(name);
  };
  return { ...mine.identity, release };
}

/** Another id for a star whose own is taken; its state stays where it is. */
export async function renew(relay: string, before: Identity): Promise<Identity> {
  const fresh = await create();
  before.release();
  const identity = { ...fresh.identity, home: before.home };
  keep(`starlane:star@${relay}`, JSON.stringify(identity));
  return { ...identity, release: fresh.release };
}

async function create(): Promise<{ identity: Kept; release: () => void }> {
  const star = `s-${hex(ID_BYTES)}`;
  const release = (await hold(star)) ?? (() => undefined);
  return { identity: { star, secret: hex(SECRET_BYTES), home: star }, release };
}

/** Holds the lock of an id; gives what lets it go, or undefined when another page holds it. */
async function hold(star: string): Promise<(() => void) | undefined> {
  const locks = globalThis.navigator?.locks;
  // Without locks nobody can tell: the relay's `star-taken` will.
  if (locks === undefined) return () => undefined;
  return new Promise((resolve) => {
    const held = (): Promise<void> => new Promise<void>((release) => resolve(release));
    locks.request(`starlane:${star}`, { signal: AbortSignal.timeout(HANDOVER_MS) }, held).catch(() => resolve(undefined));
  });
}

function read(name: string): Kept | undefined {
  try {
    const { star, secret, home } = JSON.parse(kept(name) ?? "null") as Kept;
    const whole = /^s-[0-9a-f]{16}$/.test(star) && /^[0-9a-f]{64}$/.test(secret) && /^s-[0-9a-f]{16}$/.test(home);
    return whole ? { star, secret, home } : undefined;
  } catch {
    return undefined;
  }
}

function hex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
