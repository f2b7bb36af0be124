// Reload → first answered ping of a tab mechtron, its 256 KB from IndexedDB, beside the bare engine loaded the same way with
// the same 256 KB from the HTTP cache.

import { createHash } from "node:crypto";

import { inTurn, medians } from "./rounds.mjs";

const ROUNDS = 21;
/** Loads of each before anything is counted: the browser keeps compiled code from the second or third on. */
const WARM = 5;
/** Milliseconds a page may take. */
const PATIENCE = 20_000;
/** Milliseconds between two looks whether it is done; what is measured is noted by the page itself. */
const LOOK = 20;
/** Milliseconds between two loads: what the last one left behind is over by then. */
const BREATH = 150;

export async function reload(world) {
  const large = await world.bytes("large", "wasm/large.wasm");
  const digest = createHash("sha256").update(large).digest("hex");
  return world.page(async (ours) => {
    const theirs = await ours.context().newPage();
    await ours.goto(world.url("large", "/ours.html"));
    await theirs.goto(world.url("large", `/bare.html?${digest}`));
    const load = (page) => async () => {
      await page.bringToFront();
      await page.reload();
      await page.waitForFunction(() => window.answered !== undefined, null, { timeout: PATIENCE, polling: LOOK });
      const ms = await page.evaluate(() => window.answered);
      await new Promise((done) => setTimeout(done, BREATH));
      return ms;
    };
    for (let warm = 0; warm < WARM; warm++) await inTurn(1, load(ours), load(theirs));
    const pairs = await inTurn(ROUNDS, load(ours), load(theirs));
    const [a, b] = medians(pairs);
    return [
      {
        row: "reload",
        what: `reload → first answered ping, bundle of ${Math.round(large.length / 1024)} KB from IndexedDB`,
        beside: "bare wasmi build, the same bytes from HTTP cache",
        unit: "×",
        ratios: pairs.map(([ours, theirs]) => ours / theirs),
        aim: { at_most: 1.5 },
        note: `${a.toFixed(0)} ms beside ${b.toFixed(0)} ms`,
      },
    ];
  });
}
