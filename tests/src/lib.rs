//! Whole-mesh tests, their fixtures and the benches.
