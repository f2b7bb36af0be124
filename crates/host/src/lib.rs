//! A star without the world: router, mailboxes, mechtrons, engine, limits.
//!
//! A star takes in events and gives back effects. It does no I/O, reads no clock, starts no thread and iterates no
//! unordered map, so the same events give the same effects in a tab and on a server. The shells around it do the rest.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod abi;
pub mod admit;
pub mod app;
pub mod bind;
pub mod engine;
pub mod event;
pub mod inspect;
mod limiter;
mod pool;
mod random;
pub mod star;
mod state;
