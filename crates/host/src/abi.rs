//! Guest ABI 1: the functions a mechtron imports, over numbers and byte ranges.
//!
//! A call that fails changes nothing. The guest is never called back from here, and none of its allocators is. What a call
//! may see and change is in [`Guest`]; effects are only noted there, and the star carries them out after the slice.

mod error;
mod field;
mod guest;
mod import;
mod memory;
mod message;

pub(crate) use error::AbiError;
pub(crate) use field::percent_decode;
pub use guest::Guest;
pub(crate) use guest::{AskOut, Blocked, Open, SignalOut, Turn};
pub(crate) use import::{Call, IMPORTS, Import, Reply, call, finish, now};
pub(crate) use message::{Message, Said};
