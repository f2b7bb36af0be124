// The pause of a mechtron in a tab while it is swapped: a page pings it without a rest, and the relay takes the application
// from one version to the other and back. What counts is the longest time between two answers around each swap.

import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { median } from "./rounds.mjs";

/** Swaps of one round; the 99th of 100 counts. */
const SWAPS = 100;
const ROUNDS = 3;
/** Milliseconds from one swap to the next: a tab fetches and prepares meanwhile. */
const EVERY = 60;
/** Milliseconds that 99 of 100 pauses should not exceed. */
const AIM = 100;

export async function swap(world) {
  // A custom section of its own: id 0, four bytes, the name `new`.
  const section = Uint8Array.of(0, 4, 3, 110, 101, 119);
  await world.publish("bench", "1.0.1", (folder) => appendFile(join(folder, "wasm/echo.wasm"), section));
  return world.page(async (page) => {
    await page.goto(world.url("bench"));
    await page.evaluate(prepare);
    const rounds = [];
    const usual = [];
    for (let round = 0; round <= ROUNDS; round++) {
      await page.evaluate(() => window.begin());
      for (let number = 0; number < SWAPS; number++) {
        await new Promise((done) => setTimeout(done, EVERY));
        await world.upgrade("bench", number % 2 === 0 ? "1.0.1" : "1.0.0");
      }
      const { pauses, quiet, swaps } = await page.evaluate(() => window.end());
      // The first round warms up; a tab may take two generations in one go.
      if (round === 0) continue;
      if (swaps < SWAPS / 2) throw new Error(`only ${swaps} swaps reached the tab`);
      rounds.push(most(pauses));
      usual.push(quiet);
    }
    return [
      {
        row: "swap-tab",
        what: "the pause of a mechtron in a tab in a swap that nothing delays, 99 of 100",
        beside: "",
        unit: "ms",
        ratios: rounds,
        aim: { at_most: AIM },
        note: `${median(usual).toFixed(1)} ms at most in the usual half of the time`,
      },
    ];
  });
}

/** The 99th of 100, in order. */
function most(all) {
  return [...all].sort((a, b) => a - b)[Math.floor((all.length * 99) / 100) - 1] ?? 0;
}

/** In the page: pings the tab's own echo one after the other, and notes which version answered when. */
async function prepare() {
  const { Star } = await import("/starlane/client/starlane.mjs");
  const star = await Star.start();
  await star.open("localhost:bench");
  let running = null;
  let going = false;
  const gaps = [];
  window.begin = () => {
    gaps.length = 0;
    going = true;
    running = (async () => {
      let last = performance.now();
      while (going) {
        await star.ping("localhost:bench:tab-echo", "Ext<Go>", "x", { type: "text/plain" });
        const now = performance.now();
        gaps.push({ at: now, gap: now - last });
        last = now;
        // The lane and the timers of the page have their turn too.
        if (gaps.length % 50 === 0) await new Promise((done) => setTimeout(done));
        last = performance.now();
      }
    })();
  };
  window.end = async () => {
    going = false;
    await running;
    // The longest gap of each window of 60 ms: about one swap lies in each.
    const windows = new Map();
    for (const { at, gap } of gaps) windows.set(Math.floor(at / 60), Math.max(gap, windows.get(Math.floor(at / 60)) ?? 0));
    const pauses = [...windows.values()];
    const quiet = [...pauses].sort((a, b) => a - b)[pauses.length >> 2];
    return { pauses, quiet, swaps: pauses.length };
  };
}
