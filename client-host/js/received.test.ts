import assert from "node:assert/strict";
import { test } from "node:test";
import { Pong } from "./received.js";

function error(status: number, type: string, body: string, code?: string): (string | undefined)[] {
  const headers: [string, string][] = code ? [["starlane-code", code]] : [];
  const told = new Pong("localhost:a:b", status, headers, type, new TextEncoder().encode(body), 1).error();
  return [told?.code, told?.message];
}

test("an answer of 400 and more is an error that says what the mechtron said", () => {
  assert.deepEqual(error(200, "text/plain", "fine"), [undefined, undefined]);
  assert.deepEqual(error(400, "text/plain; charset=utf-8", "no\nname\n"), ["status-400", "localhost:a:b answered 400: no name"]);
  assert.deepEqual(error(400, "application/json", '"no name"'), ["status-400", "localhost:a:b answered 400: no name"]);
  assert.deepEqual(error(409, "application/json", '{"error":"taken"}'), ["status-409", "localhost:a:b answered 409: taken"]);
  assert.deepEqual(error(409, "application/json", '{"by":["ada"]}'), ["status-409", 'localhost:a:b answered 409: {"by":["ada"]}']);
  assert.deepEqual(error(404, "", ""), ["status-404", "localhost:a:b answered 404"]);
  assert.deepEqual(error(500, "text/html", "<h1>no</h1>"), ["status-500", "localhost:a:b answered 500"]);
  assert.equal(error(400, "text/plain", "x".repeat(999))[1]?.length, "localhost:a:b answered 400: ".length + 201);
});

test("what the mesh says of a refusal is the error itself", () => {
  const body = '{"code":"no-route","message":"nothing stands there","hint":"","retry":"safe"}';
  assert.deepEqual(error(404, "application/json", body, "no-route"), ["no-route", "nothing stands there"]);
});
