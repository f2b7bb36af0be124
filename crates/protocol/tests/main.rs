//! The protocol's promises, a file per behaviour; fixtures are shared with other languages.

// A test that does not find what it expects panics.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod any_bytes;
mod documents;
mod fixtures;
mod frames;
mod headers;
mod memory;
mod patterns;
mod points;
mod strategies;
mod waves;
mod wire_doc;
mod words;
