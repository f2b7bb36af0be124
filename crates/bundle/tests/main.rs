//! The bundle's promises, a file per behaviour.

// A test that does not find what it expects panics.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod digests;
mod docs;
mod manifests;
mod records;
mod sample;
mod series;
mod signatures;
mod trust;
