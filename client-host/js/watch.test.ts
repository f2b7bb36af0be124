import assert from "node:assert/strict";
import { test } from "node:test";
import { StarlaneError } from "./errors.js";
import { Wave } from "./received.js";
import { Watch, type Watched, type WatchOptions } from "./watch.js";

/** A star that only notes what a watch asks of it. */
function watching(options: WatchOptions = {}, lease: (ms: number) => Promise<void> = async () => undefined) {
  const leases: number[] = [];
  let deliver: (wave: Wave) => void = () => undefined;
  let stopped = 0;
  const star: Watched = {
    serve: (take) => {
      deliver = take;
      return { name: "watch-1", stop: () => void (stopped += 1) };
    },
    lease: (_, ms) => {
      leases.push(ms);
      return lease(ms);
    },
    onUp: () => () => undefined,
  };
  const watch = new Watch(star, options);
  return { watch, leases, deliver: (n: number, key?: string) => deliver(wave(n, key)), stopped: () => stopped };
}

function wave(n: number, key?: string): Wave {
  const headers: [string, string][] = key === undefined ? [] : [["watch-key", key]];
  const bytes = new TextEncoder().encode(String(n));
  const fields = { kind: "signal", from: "a:b", to: "a:c", agent: "anonymous", method: "Ext<X>", path: "/", query: "" } as const;
  return new Wave({ ...fields, headers, type: "application/json", bytes, wait: 1 });
}

test("waves are read in their order, those that came before and after", async () => {
  const { watch, deliver } = watching();
  deliver(1);
  deliver(2);
  assert.deepEqual([(await watch.next()).value?.body, (await watch.next()).value?.body], [1, 2]);
  const later = watch.next();
  deliver(3);
  assert.equal((await later).value?.body, 3);
  await watch.return();
});

test("who reads too slowly loses the oldest and is told how many", async () => {
  const { watch, deliver } = watching({ buffer: 2 });
  for (const n of [1, 2, 3, 4, 5]) deliver(n);
  const first = (await watch.next()).value as Wave;
  assert.deepEqual([first.body, first.gap], [4, 3]);
  const second = (await watch.next()).value as Wave;
  assert.deepEqual([second.body, second.gap], [5, 0]);
  await watch.return();
});

test("a newer wave of the same key replaces the unread one", async () => {
  const { watch, deliver } = watching();
  deliver(1, "k");
  deliver(2);
  deliver(3, "k");
  assert.deepEqual([(await watch.next()).value?.body, (await watch.next()).value?.body], [2, 3]);
  await watch.return();
});

test("the end gives the lease back and settles who reads", async () => {
  const { watch, leases, stopped } = watching();
  await watch.ready;
  const reading = watch.next();
  await watch.return();
  assert.deepEqual([(await reading).done, (await watch.next()).done, stopped()], [true, true, 1]);
  assert.deepEqual(leases, [60_000, 0]);
});

test("a refusal ends the watch with its error, once", async () => {
  const refusal = new StarlaneError({ code: "forbidden", message: "no" });
  const { watch } = watching({}, async () => Promise.reject(refusal));
  await assert.rejects(watch.next(), refusal);
  assert.equal((await watch.next()).done, true);
});

test("a signal that is aborted already ends it at once", async () => {
  const { watch, leases } = watching({ signal: AbortSignal.abort() });
  assert.equal((await watch.next()).done, true);
  assert.deepEqual(leases, [0]);
});
