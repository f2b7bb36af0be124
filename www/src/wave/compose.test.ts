// A draft becomes exactly the wave that was typed, or a sentence that says why not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compose, Unsendable } from "./compose";
import type { Draft } from "./draft";

const draft: Draft = { to: " localhost:hello:greeter ", method: "Ext<Greet>", path: "", headers: "", type: "none", body: "left" };
const sent = (body: Uint8Array | undefined): string => new TextDecoder().decode(body);

test("console: a bare draft sends neither body nor headers", () => {
  assert.deepEqual(compose(draft), { to: "localhost:hello:greeter", method: "Ext<Greet>", body: undefined });
});

test("console: a path is parted from its query", () => {
  const { path, query } = compose({ ...draft, path: "/hello/Ada?loud=1&again" });
  assert.deepEqual([path, query], ["/hello/Ada", "loud=1&again"]);
});

test("console: headers are pairs in the order typed, values may hold colons", () => {
  assert.deepEqual(compose({ ...draft, headers: "Watch-Lease: 0\n\nlink: a:b\nlink: c" }).headers, [["watch-lease", "0"], ["link", "a:b"], ["link", "c"]]);
});

test("console: JSON is sent as typed, large numbers whole", () => {
  const wave = compose({ ...draft, type: "application/json", body: '{ "n": 12345678901234567890 }' });
  assert.equal(wave.type, "application/json");
  assert.equal(sent(wave.body), '{ "n": 12345678901234567890 }');
});

for (const [wrong, said] of [[{ headers: "no colon" }, /name: value/], [{ type: "application/json", body: "{" }, /not JSON/]] as const) {
  test(`console: ${JSON.stringify(wrong)} is not sent`, () => {
    assert.throws(() => compose({ ...draft, ...wrong }), (error) => error instanceof Unsendable && said.test(error.message));
  });
}
