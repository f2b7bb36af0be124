//! A relay with the example apps, on this machine, until Ctrl-C.

mod apps;
mod http;
mod relay;

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Result, bail};
use clap::Args;
use nix::sys::signal::Signal;

use crate::build;
use crate::guard;
use crate::lock::build_lock;
use relay::Relay;

/// How the relay is started.
#[derive(Args, Clone)]
#[group(id = "start-options")]
pub(crate) struct Options {
    /// Where the relay listens
    #[arg(long, default_value_t = 7827)]
    port: u16,
    /// Where the relay keeps everything, relative to the project's root
    #[arg(long, default_value = "target/starlane")]
    data: std::path::PathBuf,
    #[command(flatten)]
    build: build::Options,
}

/// The process group of the running relay; 0 when none runs.
static RELAY: AtomicU32 = AtomicU32::new(0);

/// `cargo xtask start`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let lock = build_lock()?;
    build::all(&options.build)?;
    drop(lock);
    println!("start");
    let mut relay = Relay::start(options)?;
    RELAY.store(relay.group(), Ordering::SeqCst);
    relay.until_healthy()?;
    apps::install_all(&relay)?;
    relay.introduce()?;
    let status = relay.wait()?;
    if !status.success() {
        bail!("the relay ended with {status}");
    }
    Ok(())
}

/// Ctrl-C or SIGTERM: a running relay is asked to stop and waited for; else xtask ends, and the guard ends its children.
pub(crate) fn interrupted(code: i32) {
    match RELAY.swap(0, Ordering::SeqCst) {
        0 => std::process::exit(code),
        relay => guard::signal(relay, Signal::SIGINT),
    }
}
