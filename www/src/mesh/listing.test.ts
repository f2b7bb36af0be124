// The listing is told by others: any JSON value gives a listing, and nothing of another type gets through.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY, readListing } from "./listing";

for (const value of [null, 7, "mesh", [], {}, { stars: 1, apps: "x", mechtrons: null, bundles: {}, users: false }]) {
  test(`console: ${JSON.stringify(value)} is an empty listing`, () => assert.deepEqual(readListing(value), EMPTY));
}

test("console: fields of another type become empty values", () => {
  const [star] = readListing({ stars: [{ point: 5, agent: ["a"], kind: "sun", since_ms: "1", mechtrons: [1, "a:b", { point: "a:c" }] }] }).stars;
  assert.deepEqual(star, { point: "", agent: "", kind: "tab", since: 0, mechtrons: ["", "a:b", "a:c"] });
});
