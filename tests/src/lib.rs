//! Whole-mesh tests, their fixtures and the benches.

pub mod bench;
