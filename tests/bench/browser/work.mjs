// The processor-bound guest in a tab, beside the same guest in a native star.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { inTurn, medians } from "./rounds.mjs";

/** Rounds of the guest's work: about a quarter of a second natively. */
const WORK = "300";
/** Rounds of the bench. */
const ROUNDS = 9;
/** Runs in the tab before anything is counted: the browser's compiler takes its time. */
const WARM = 3;

export async function work(world) {
  const native = spawn(process.env.STARLANE_BENCH, ["work"], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: native.stdout })[Symbol.asyncIterator]();
  const natively = async () => {
    native.stdin.write(`${WORK}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error("the native side ended");
    const [ms, sum] = value.split(" ");
    return { ms: Number(ms), sum };
  };
  try {
    return await world.page(async (page) => {
      // Any page of the application's host will do.
      await page.goto(world.url("work", "/starlane/healthz"));
      const inTab = () => page.evaluate(tab, WORK);
      for (let warm = 0; warm < WARM; warm++) await inTab();
      const sums = new Set();
      const side = async (run) => {
        const { ms, sum } = await run();
        sums.add(sum);
        return ms;
      };
      const pairs = await inTurn(ROUNDS, () => side(inTab), () => side(natively));
      if (sums.size !== 1) throw new Error(`the two sides computed different things: ${[...sums]}`);
      const [ours, theirs] = medians(pairs);
      return [
        {
          row: "work-tab",
          what: "the speed of a CPU-bound metered guest in a Chromium tab",
          beside: "the same guest in the native host",
          unit: "×",
          ratios: pairs.map(([ours, theirs]) => theirs / ours),
          aim: { at_least: 0.55 },
          note: `${ours.toFixed(0)} ms beside ${theirs.toFixed(0)} ms`,
        },
      ];
    });
  } finally {
    native.kill();
  }
}

/** In the page. */
async function tab(rounds) {
  const { Star } = await import("/starlane/client/starlane.mjs");
  const star = await Star.start();
  await star.open("localhost:work");
  const began = performance.now();
  const pong = await star.ping("localhost:work:tab-work", "Ext<Work>", rounds);
  return { ms: performance.now() - began, sum: pong.text() };
}
