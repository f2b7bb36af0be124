import assert from "node:assert/strict";
import { test } from "node:test";
import { readable } from "./names.js";

test("names of compiled functions become readable, in the middle of a text", () => {
  const cases: [string, string][] = [
    ["_ZN4core9panicking5panic17h2400fc21e370df05E", "core::panicking::panic"],
    ["_ZN4core3ptr43drop_in_place$LT$mechtron..reply..Reply$GT$17h055483695544f7b5E", "core::ptr::drop_in_place<mechtron::reply::Reply>"],
    ["_RNvMsa_NtCsgXGp5Oqx2Ny_4core3fmtNtB5_9Formatter3pad", "core::fmt::Formatter::pad"],
    ["_RNvXsq_NtCs5cOc02OMXlo_5alloc6stringNtB5_6StringNtNtCsgXGp5Oqx2Ny_4core3fmt7Display3fmt", "alloc::string::String::core::fmt::Display::fmt"],
    // Long names arrive cut off.
    ["_ZN4core9panick", "core::panick"],
  ];
  for (const [name, told] of cases) assert.equal(readable(`in ${name} ← mechtron_wave`), `in ${told} ← mechtron_wave`);
});

test("anything else stays as it is", () => {
  for (const text of ["", "_R", "_ZN4", "an_ZN4core name", "function 7", "_RRRR"]) assert.equal(readable(text), text);
});
