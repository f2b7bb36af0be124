import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { whileIdle } from "./events.js";

test("a piece of work is done in each idle moment that is long enough, until there is none", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const asked: IdleRequestCallback[] = [];
  globalThis.requestIdleCallback = (call) => asked.push(call);
  let pieces = 3;
  whileIdle(() => --pieces > 0);
  assert.equal(asked.length, 0, "nothing begins while the page starts");
  mock.timers.tick(1_000);
  const left = [50, 2, 50, 50, 50].map((ms) => {
    asked.pop()?.({ didTimeout: false, timeRemaining: () => ms });
    return pieces;
  });
  assert.deepEqual([left, asked.length], [[2, 2, 1, 0, 0], 0]);
  mock.timers.reset();
});

test("where a browser does not tell when it is idle nothing is done", () => {
  Reflect.deleteProperty(globalThis, "requestIdleCallback");
  whileIdle(() => assert.fail("it was asked"));
});
