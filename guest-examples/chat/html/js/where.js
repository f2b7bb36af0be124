// Which points this page talks to: the app's from the page's host, the room's key from the address.

const APP = "chat";
const FIRST_ROOM = "tea-time";

/** A key has 63 letters at most; it is one segment of a point. */
const KEY_LENGTH = 63;

/** `chat.localhost` is the app `chat` of the space `localhost`; on the space's own host the app is called by its usual name. */
export function appPoint(star) {
  const space = star.point?.split(":")[0] ?? location.hostname.split(".").slice(1).join(".");
  const name = location.hostname.endsWith(`.${space}`) ? location.hostname.slice(0, -space.length - 1) : APP;
  return `${space}:${name}`;
}

/** The room that the address names. */
export const roomKey = () => key(decoded(location.hash.slice(1))) || FIRST_ROOM;

/** Any words as a segment of a point: lower-case letters and digits, joined by single hyphens; empty when none are left. */
export function key(words) {
  const plain = words.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "");
  return plain.replace(/[^a-z0-9]+/g, "-").slice(0, KEY_LENGTH).replace(/^-+|-+$/g, "");
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
