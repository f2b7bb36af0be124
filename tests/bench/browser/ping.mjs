// A local ping of 64 bytes in a tab, mechtron to mechtron, beside 2 bare calls with 4 imports in the same tab.

import { inTurn, medians } from "./rounds.mjs";

/** Pings of one round, and rounds. */
const PINGS = 4_000;
const ROUNDS = 15;
/** Rounds before anything is counted: the browser's compiler takes its time. */
const WARM = 10;

export async function ping(world) {
  return world.page(async (page) => {
    await page.goto(world.url("bench"));
    await page.evaluate(prepare);
    const ours = () => page.evaluate((pings) => window.ours(pings), PINGS);
    const theirs = () => page.evaluate((pings) => window.theirs(pings), PINGS);
    for (let warm = 0; warm < WARM; warm++) await inTurn(1, ours, theirs);
    const pairs = await inTurn(ROUNDS, ours, theirs);
    const [a, b] = medians(pairs);
    return [
      {
        row: "ping-tab",
        what: "a local ping of 64 bytes, mechtron to mechtron, in a tab",
        beside: "2 bare calls with 4 imports",
        unit: "×",
        ratios: pairs.map(([ours, theirs]) => ours / theirs),
        aim: { at_most: 4 },
        note: `${a.toFixed(2)} µs beside ${b.toFixed(2)} µs`,
      },
    ];
  });
}

/** In the page: makes both sides. */
async function prepare() {
  const { Star } = await import("/starlane/client/starlane.mjs");
  const star = await Star.start();
  await star.open("localhost:bench");
  window.ours = async (pings) => {
    const body = new Uint8Array(Uint32Array.of(pings).buffer);
    const began = performance.now();
    await star.ping("localhost:bench:tab-asks", "Ext<Go>", body);
    return ((performance.now() - began) * 1000) / pings;
  };
  const { instance } = await WebAssembly.instantiateStreaming(fetch("/bare.wasm"));
  const bare = instance.exports;
  const two = new Uint8Array(await (await fetch("/two.wasm")).arrayBuffer());
  const at = bare.room(two.length);
  new Uint8Array(bare.memory.buffer).set(two, at);
  if (bare.load() !== 0) throw new Error("the bare engine refuses the guest");
  window.theirs = (pings) => {
    const began = performance.now();
    if (bare.calls(pings) !== 0) throw new Error("a bare call failed");
    return ((performance.now() - began) * 1000) / pings;
  };
}
