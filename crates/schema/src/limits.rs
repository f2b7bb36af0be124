//! Bounds of bodies and schemas. Each has a name, a unit and a reason.

/// Bytes of a body under a schema: a megabyte of hostile JSON would cost a tab some 24 MiB of memory for good.
pub const BODY_BYTES: usize = 256 * 1_024;

/// Arrays and objects within one another, in a body and in a schema: what fits a tab's small stack many times over.
pub const DEPTH: usize = 32;

/// Values in a body, those inside others included; some two megabytes while it is checked.
pub const NODES: usize = 32_768;

/// Mistakes of a schema that are named: whoever has more has another problem.
pub const MISTAKES: usize = 64;

/// Letters of a place or of a value that a message names; what is longer is cut.
pub const SHOWN: usize = 200;

/// Steps of comparing one schema with another: some tenths of a second, and far more than schemas of people take.
pub const COMPARING: u64 = 1_000_000;

/// Forms in a schema, definitions included: far above what people write, and a compiled one stays below a megabyte.
pub const SCHEMA_NODES: usize = 4_096;
