//! The protocol's promises, a file per behaviour; fixtures are shared with other languages.

// A test that does not find what it expects panics.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fixtures;
mod frames;
mod patterns;
mod points;
