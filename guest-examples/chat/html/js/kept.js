// What this browser remembers of its own: a name and the rooms that were opened. A browser that keeps nothing works as well.

const NAME = "chat:name";
const ROOMS = "chat:rooms";

/** Rooms listed at the side. */
const ROOMS_KEPT = 8;

export const name = () => read(NAME, "");
export const keepName = (value) => write(NAME, value);

/** The rooms, the one opened last first. */
export function rooms() {
  const kept = read(ROOMS, []);
  return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
}

export function keepRoom(key) {
  write(ROOMS, [key, ...rooms().filter((one) => one !== key)].slice(0, ROOMS_KEPT));
}

function read(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Not remembered, nothing else.
  }
}
