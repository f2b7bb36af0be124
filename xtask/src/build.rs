//! The whole build, in order: client, guest examples, console, relay. Each step is skipped when nothing it reads changed.

mod client;
mod console;
mod face;
mod glue;
mod guests;
mod order;
pub(crate) mod relay;
mod shrink;

use anyhow::Result;
use clap::{Args, ValueEnum};

pub(crate) use face::gzip;
pub(crate) use glue::wasm as glue_wasm;
pub(crate) use shrink::shrink;

use crate::lock::build_lock;
use crate::setup;

/// How the build is done.
#[derive(Args, Clone, Default)]
#[group(id = "build-options")]
pub(crate) struct Options {
    /// How the client's wasm is shrunk
    #[arg(long, value_enum, default_value_t)]
    pub(crate) wasm_opt: WasmOpt,
    /// Build the relay optimised (slow to compile) instead of with the tests' profile
    #[arg(long)]
    pub(crate) release: bool,
}

/// What wasm-opt does.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum, Debug)]
pub(crate) enum WasmOpt {
    /// Smallest where it counts: `-Oz` makes the module 5 % smaller but its gzip 5 % larger, in twice the time
    #[default]
    O1,
    /// The fewest bytes before compression
    Oz,
    /// As the compiler made it
    None,
}

/// `cargo xtask build`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let _lock = build_lock()?;
    all(options)
}

/// Set-up and everything after it, for a caller that holds the build lock.
pub(crate) fn all(options: &Options) -> Result<()> {
    before_relay(options)?;
    relay::build(options.release)
}

/// All that the workspace's own crates need to compile: they embed the client, the console and the guests.
pub(crate) fn before_relay(options: &Options) -> Result<()> {
    setup::all()?;
    println!("build");
    client::build(options.wasm_opt)?;
    guests::build()?;
    console::build()
}
