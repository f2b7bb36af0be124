// The picture says what the listing says: every star once, every mechtron with the star that holds it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { graphOf } from "./graph";
import { readListing } from "./listing";

const ME = "localhost:stars:s-1";

const listing = readListing({
  stars: [
    { point: ME, agent: "localhost:users:ada", kind: "tab", since_ms: 10, mechtrons: [`${ME}:chat:format`] },
    { point: "localhost:stars:r-0", agent: "", kind: "relay", since_ms: 10, mechtrons: [] },
    { point: "localhost:stars:s-2", agent: "anonymous", kind: "tab", since_ms: 10, mechtrons: [] },
  ],
  mechtrons: [{ point: "localhost:chat:room:tea-time", star: "localhost:stars:r-0", status: "idle", waves: 3, fuel: 7, memory: 65536 }],
});

const drawn = (own: unknown[] = []): string[] => {
  const mechtrons = readListing({ mechtrons: own }).mechtrons;
  return graphOf(listing, ME, mechtrons).links.map((link) => `${String(link.source)} > ${String(link.target)}`);
};

test("console: every tab has a lane to the relay, every mechtron its star", () => {
  assert.deepEqual(drawn(), [
    "localhost:stars:r-0 > localhost:stars:s-1",
    "localhost:stars:r-0 > localhost:stars:s-2",
    "localhost:stars:r-0 > localhost:stars:r-0 chat:room:tea-time",
    "localhost:stars:s-1 > localhost:stars:s-1 chat:format",
  ]);
});

test("console: a mechtron of this tab that the relay lists too is drawn once", () => {
  assert.deepEqual(drawn([{ point: "localhost:chat:format", status: "idle", waves: 1, fuel: 1, memory: 1 }]), drawn());
});

test("console: this tab is drawn before the relay lists it", () => {
  const graph = graphOf(readListing({}), ME, []);
  assert.deepEqual(graph.nodes.map((node) => node.name), ["this tab"]);
});

test("console: the stars of one relay are told apart", () => {
  const names = (count: number): string[] => {
    const stars = Array.from({ length: count }, (_, i) => ({ point: `localhost:stars:relay-${i}`, kind: "relay" }));
    return graphOf(readListing({ stars }), null, []).nodes.map((node) => node.name);
  };
  assert.deepEqual([names(1), names(2)], [["relay"], ["relay-0", "relay-1"]]);
});

test("console: what is left out of a large mesh is counted", () => {
  const stars = Array.from({ length: 500 }, (_, i) => ({ point: `localhost:stars:s-${i}`, kind: i ? "tab" : "relay" }));
  const graph = graphOf(readListing({ stars }), "localhost:stars:s-7", []);
  assert.equal(graph.nodes.length + graph.left, 500);
  assert.ok(graph.nodes.some((node) => node.mine));
});
