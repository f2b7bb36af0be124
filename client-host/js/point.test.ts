import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parsePoint, PointError } from "./point.js";

interface Fixture {
  valid: { text: string; segments: string[]; path: string | null }[];
  invalid: { text: string; code: string; at: number }[];
}

const root = process.env["STARLANE_ROOT"] ?? ".";
const fixture = JSON.parse(readFileSync(`${root}/tests/fixtures/points.json`, "utf8")) as Fixture;

test("points of the fixture are read as the Rust side reads them", () => {
  assert.ok(fixture.valid.length > 10);
  for (const { text, segments, path } of fixture.valid) assert.deepEqual(parsePoint(text), { text, segments, path }, text);
});

test("what is no point has the same code and place as on the Rust side", () => {
  assert.ok(fixture.invalid.length > 10);
  for (const { text, code, at } of fixture.invalid) {
    assert.throws(
      () => parsePoint(text),
      (error) => {
        assert.ok(error instanceof PointError);
        assert.deepEqual({ text, code: error.code, at: error.at }, { text, code, at });
        return true;
      },
    );
  }
});
