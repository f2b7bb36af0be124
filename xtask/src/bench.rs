//! Measuring: native benches are a program of the crate `starlane-tests`, browser benches are `tests/bench/*.mjs`.

use anyhow::{Result, bail};
use clap::Args;

use crate::build;
use crate::files;
use crate::lock::build_lock;
use crate::root::{at, shown};
use crate::run::{cargo, command, succeed};
use crate::{chromium, test};

/// What is measured.
#[derive(Args, Clone, Default)]
pub(crate) struct Options {
    /// Given to every bench: a part of a row's name
    filter: Option<String>,
}

/// `cargo xtask bench`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let lock = build_lock()?;
    build::all(&build::Options { release: true, ..build::Options::default() })?;
    drop(lock);
    native(options)?;
    browser(options)
}

fn native(options: &Options) -> Result<()> {
    let mut cargo = cargo();
    cargo.args(["run", "--release", "-p", "starlane-tests", "--bin", "bench", "--"]).args(&options.filter);
    succeed(cargo.envs(test::environment(true)))
}

fn browser(options: &Options) -> Result<()> {
    let benches: Vec<_> = files::entries(&at("tests/bench"))?
        .into_iter()
        .filter(|file| file.extension() == Some("mjs".as_ref()))
        .collect();
    if benches.is_empty() {
        bail!("no browser bench was found in tests/bench");
    }
    let chromium = chromium::found()?;
    for bench in benches {
        println!("{}", shown(&bench));
        succeed(
            command("node").arg(&bench).args(&options.filter).envs(test::environment(true)).env("CHROMIUM", &chromium),
        )?;
    }
    Ok(())
}
