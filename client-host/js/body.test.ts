import assert from "node:assert/strict";
import { test } from "node:test";
import { BODY_BYTES, decode, encode, textOf } from "./body.js";
import { StarlaneError } from "./errors.js";

test("a body's type follows what it is", () => {
  const cases: [unknown, string, string][] = [
    [undefined, "", ""],
    ["hé", "text/plain", "hé"],
    [new Uint8Array([97]), "application/octet-stream", "a"],
    [new Uint8Array([97, 98]).buffer, "application/octet-stream", "ab"],
    [{ a: 1 }, "application/json", '{"a":1}'],
    [null, "application/json", "null"],
  ];
  for (const [body, type, text] of cases) {
    const encoded = encode(body);
    assert.deepEqual([encoded.type, textOf(encoded.bytes)], [type, text]);
  }
  assert.equal(encode("<p>", "text/html").type, "text/html");
});

test("what cannot be sent is refused by name", () => {
  const code = (body: unknown): string => {
    try {
      encode(body);
      return "none";
    } catch (error) {
      return (error as StarlaneError).code;
    }
  };
  assert.equal(code(new Uint8Array(BODY_BYTES + 1)), "too-large");
  assert.equal(code(() => 1), "bad-body");
  assert.equal(code(1n), "bad-body");
});

test("a body is given as its type says", () => {
  const bytes = new TextEncoder().encode('{"a":1}');
  assert.deepEqual(decode("application/json; charset=utf-8", bytes), { a: 1 });
  assert.deepEqual(decode("application/problem+json", bytes), { a: 1 });
  assert.equal(decode("text/html", bytes), '{"a":1}');
  assert.equal(decode("application/octet-stream", bytes), bytes);
  assert.equal(decode("application/json", new Uint8Array([123])), "{");
  assert.equal(decode("", new Uint8Array(0)), undefined);
});
