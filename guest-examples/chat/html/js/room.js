// A room as this tab follows it: what it has said so far, then what it says. Every message is shown once, whichever way
// and however often it arrives: from the history, from the watch, or as the answer to one's own.

// Typed calls of the room, written by `starlane bindgen` from its bind.
import { Room as Calls } from "./room.bind.js";

/** Pause before a watch that ended is begun again, unless the lane comes back first. */
const AGAIN_MS = 5_000;

export class Room {
  #star;
  #point;
  #calls;
  #seen = new Set();
  #show;
  #tell;
  #left = false;
  #waves;
  #work = Promise.resolve();
  #format;

  /** `show` gets each message with what the filter made of it, `tell` a problem or null, `format` is the filter. */
  constructor(star, point, { show, tell, format }) {
    [this.#star, this.#point, this.#show, this.#tell, this.#format] = [star, point, show, tell, format];
    this.#calls = new Calls(star, point);
  }

  /** Follows the room until `leave`. */
  async join() {
    void this.#listen();
    await this.catchUp();
  }

  leave() {
    this.#left = true;
    void this.#waves?.return?.();
  }

  /** Reads what the room has kept and adds what is missing here; asked again whenever the lane comes back. */
  async catchUp() {
    try {
      for (const message of (await this.#calls.history()) ?? []) this.#take(message);
      await this.#work;
      if (!this.#left) this.#tell(null);
    } catch (error) {
      if (!this.#left && error.code !== "offline") this.#tell(error);
    }
  }

  /** Says something in the room; rejects with the mesh's error when it was not kept. */
  async say(name, text) {
    this.#take(await this.#calls.say({ name, text }));
  }

  async #listen() {
    while (!this.#left) {
      try {
        this.#waves = this.#star.watch(this.#point)[Symbol.asyncIterator]();
        for (let next = await this.#waves.next(); !next.done; next = await this.#waves.next()) this.#heard(next.value);
      } catch (error) {
        if (!this.#left && error.code !== "offline") this.#tell(error);
      }
      if (!this.#left) await this.#linkOrPause();
    }
  }

  /** A message; anything else that comes by the watch (a gap that was left) means that some are missing. */
  #heard(wave) {
    if (wave.method === "Ext<Said>") this.#take(wave.body);
    else void this.catchUp();
  }

  /** One after the other through the filter, in the order they came: its mailbox is short, and order matters here. */
  #take(message) {
    if (typeof message?.n !== "number" || this.#seen.has(message.n)) return;
    this.#seen.add(message.n);
    this.#work = this.#work.then(async () => {
      const made = await this.#format(message);
      if (!this.#left) this.#show(message, made);
    });
  }

  #linkOrPause() {
    return new Promise((resume) => {
      setTimeout(resume, AGAIN_MS);
      this.#star.addEventListener("link", resume, { once: true });
    });
  }
}
