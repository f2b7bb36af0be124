import assert from "node:assert/strict";
import { test } from "node:test";
import { StarlaneError } from "./errors.js";
import { fromLines, toLines } from "./headers.js";
import { relayUrl } from "./relay-url.js";
import { milliseconds } from "./wait.js";

const code = (call: () => unknown): string => {
  try {
    call();
    return "none";
  } catch (error) {
    return (error as StarlaneError).code;
  }
};

test("a relay is given by any of its addresses, else it is where the script came from, else the page", () => {
  const local = { http: "http://localhost:7827", lane: "ws://localhost:7827/starlane/lane" };
  for (const given of ["ws://localhost:7827", "http://localhost:7827/", "http://localhost:7827/starlane/x?y#z"]) {
    assert.deepEqual(relayUrl(given, undefined, undefined), local);
  }
  assert.deepEqual(relayUrl(undefined, "http://localhost:7827/starlane/starlane.js", "https://other.org/"), local);
  assert.deepEqual(relayUrl(undefined, "blob:x", "http://localhost:7827/a"), local);
  assert.equal(relayUrl("wss://a.b", undefined, undefined).http, "https://a.b");
  assert.equal(relayUrl("https://a.b", undefined, undefined).lane, "wss://a.b/starlane/lane");
});

test("what is no address of a relay is refused by name", () => {
  for (const given of ["", "localhost:7827", "ftp://x", "nonsense"]) {
    assert.equal(code(() => relayUrl(given, undefined, undefined)), "bad-relay");
  }
  assert.equal(code(() => relayUrl(undefined, "file:///x.js", undefined)), "bad-relay");
});

test("headers cross in lines and come back", () => {
  assert.equal(toLines(undefined), "");
  assert.equal(toLines({ "X-A": "1", b: "" }), "x-a\n1\nb\n");
  assert.deepEqual(fromLines(toLines([["a", "1"], ["a", "2"]])), [["a", "1"], ["a", "2"]]);
  assert.deepEqual(fromLines(""), []);
  assert.equal(code(() => toLines({ a: "1\n2" })), "bad-wave");
});

test("a patience is a number of milliseconds or has a name", () => {
  assert.deepEqual([milliseconds(), milliseconds("med"), milliseconds("high"), milliseconds(1.2)], [15_000, 60_000, 300_000, 2]);
  for (const wait of [-1, 300_001, Number.NaN, "long" as "low"]) assert.equal(code(() => milliseconds(wait)), "bad-wave");
});
