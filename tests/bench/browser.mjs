// The browser's half of `cargo xtask bench`: rows with one side or both in a Chromium tab. Prints each as JSON, one a line.
//
// Told by the environment: STARLANE_BIN (the relay), STARLANE_BENCH (the native half), STARLANE_BARE (the engine alone as
// wasm), CHROMIUM, STARLANE_ROOT. The first argument is a part of a row's name.

import { idle } from "./browser/idle.mjs";
import { ping } from "./browser/ping.mjs";
import { reload } from "./browser/reload.mjs";
import { swap } from "./browser/swap.mjs";
import { upgrade } from "./browser/upgrade.mjs";
import { World } from "./browser/world.mjs";
import { work } from "./browser/work.mjs";

/** Rows by what makes them. */
const BENCHES = [
  { names: ["work-tab"], run: work },
  { names: ["ping-tab"], run: ping },
  { names: ["reload"], run: reload },
  { names: ["awake-tab", "asleep-tab"], run: idle },
  { names: ["swap-tab"], run: swap },
  { names: ["upgrade-tabs", "upgrade-bytes"], run: upgrade },
];

const filter = process.argv[2] ?? "";
const wanted = BENCHES.filter(({ names }) => names.some((name) => name.includes(filter)));
if (wanted.length > 0) {
  const world = await World.start();
  try {
    for (const { names, run } of wanted) {
      console.error(`  ${names.join(", ")}`);
      for (const row of await run(world)) console.log(JSON.stringify(row));
    }
  } finally {
    await world.end();
  }
}
