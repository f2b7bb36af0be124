// The chat, put together: a star in this tab, the room that the address names, and the page around them.

import { compose, ownName } from "./composer.js";
import { filter } from "./filter.js";
import { notice, showLink } from "./link.js";
import { add, clear, ready } from "./messages.js";
import { Room } from "./room.js";
import { showFilter, showRoom } from "./side.js";
import { appPoint, roomKey } from "./where.js";

/** How long the first lane may take before the page says that it is offline. */
const FIRST_LANE_MS = 5_000;

let room;
compose((name, text) => room.say(name, text));
showLink("starting");
try {
  await begin();
} catch (error) {
  notice("This page could not join the mesh.", `${error.message} ${error.hint ?? ""}`, error.code);
}

async function begin() {
  const { Star } = await import("/starlane/client/starlane.mjs");
  await Star.signIn();
  showRoom(roomKey());
  const star = await Star.start();
  star.addEventListener("link", (event) => linked(star, event.detail?.reason));
  window.addEventListener("hashchange", () => enter(star));
  showFilter(star);
  const reason = await star.online({ timeout: FIRST_LANE_MS }).then(() => "", (error) => error.code);
  showLink(star.state, reason);
  await enter(star);
}

/** Leaves the room one is in and joins the one that the address names. */
async function enter(star) {
  room?.leave();
  clear();
  showRoom(roomKey());
  const app = appPoint(star);
  room = new Room(star, `${app}:room:${roomKey()}`, {
    format: filter(star, app),
    show: (message, made) => add(message, made, message.agent === star.agent && message.name === ownName()),
    tell: (error) => star.state === "up" && (error ? notice("The room does not answer.", error.message, error.code) : notice()),
  });
  const joined = room;
  await joined.join();
  if (joined === room) ready();
}

async function linked(star, reason) {
  showLink(star.state, reason);
  if (star.state === "up") await room?.catchUp();
}
