//! What the author of a mechtron in Rust imports.
//!
//! A mechtron is a small WebAssembly module that is woken by a wave (a message), handles it, and goes back to sleep.
//! This crate is a safe face of the guest ABI: it needs no other crate, no `std` and one page of memory.
//!
//! ```
//! // The first line of the crate: #![no_std]
//! use mechtron::{Error, Reply, Wave, escape_html, format};
//!
//! mechtron::export!(handle);
//!
//! fn handle(wave: &Wave) -> Result<Reply, Error> {
//!     let name = wave.param("name").ok_or("the route has no {name}")?;
//!     Ok(Reply::html(format!("<h1>Hello, {}!</h1>", escape_html(&name))))
//! }
//! ```
//!
//! Handling a wave is one transaction: what was put into the [`state`], the reply and the signals leave together when the
//! handler has returned `Ok`. When it returns `Err` or panics, all of it is undone and the sender gets 500. Pings leave
//! at once. Memory (statics, too) is only a cache: between two waves it may be gone.
//!
//! # Building
//!
//! A library with `crate-type = ["cdylib"]`, for `wasm32-unknown-unknown`, with `panic = "abort"` and a small stack
//! (`-C link-arg=-zstack-size=16384`): so a mechtron starts with one page of memory.
//!
//! # Features
//!
//! `std`: for a mechtron that does not say `#![no_std]`. The panic handler is `std`'s then; what it says still goes to
//! the log.

#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

mod abi;
mod ask;
mod call;
mod error;
mod export;
mod html;
mod memory;
mod message;
mod panic;
mod reply;
mod route;
mod signal;
mod star;
mod wave;

pub mod json;
pub mod log;
pub mod state;

pub use alloc::{boxed::Box, format, string::String, vec::Vec};

pub use self::{
    ask::{Asked, Pong, ask, ping},
    call::{Call, Refused},
    error::Error,
    export::{Answer, init, migrate, run},
    html::{escape_html, fill_html},
    message::Message,
    reply::Reply,
    route::{Instead, Word, fits, pair, part},
    signal::{signal, signal_watchers},
    star::{config, config_all, file, file_range, file_text, now, own_point, random},
    wave::{Headers, Wave},
};
