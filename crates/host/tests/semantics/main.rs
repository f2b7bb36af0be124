//! What the runtime guarantees, sentence by sentence: see `docs/semantics.md`.
//!
//! No test sleeps and none does I/O but reading guests: time is an event, and the test decides when a commit is stored, a
//! file arrives or a lane breaks.

#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod admission;
mod asking;
mod binds;
mod compatibility;
mod config;
mod crashes;
mod deadlines;
mod deadlock;
mod fuel;
mod generations;
mod hostile;
mod keyed;
mod languages;
mod memory;
mod migrating;
mod order;
mod overriding;
mod placement;
mod random_events;
mod replay;
mod sentences;
mod sleeping;
mod swapping;
mod transactions;
mod trials;
mod watching;
mod world;
