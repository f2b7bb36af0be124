//! Tests of schemas: a file per behaviour.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod any_bytes;
mod bounds;
mod comparing;
mod conformance;
mod openness;
mod strategies;
mod suite;
mod texts;
mod two_forms;
