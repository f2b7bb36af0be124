//! Measuring: ratios, not times. The native half is a program of the crate `starlane-tests`, the browser's half is
//! `tests/bench/browser.mjs`; each prints its rows as JSON, one a line, and here they become a table.

mod bare;
mod row;
mod table;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::build;
use crate::lock::build_lock;
use crate::root::{at, target};
use crate::run::{cargo, command, stdout_of, succeed};
use crate::step::always;
use crate::{chromium, test};
use row::Row;

/// What is measured.
#[derive(Args, Clone, Default)]
pub(crate) struct Options {
    /// Only rows whose name holds this text
    filter: Option<String>,
    /// Print the rows as JSON, in the last line, instead of a table
    #[arg(long)]
    json: bool,
}

/// `cargo xtask bench`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let lock = build_lock()?;
    build::all(&build::Options { release: true, ..build::Options::default() })?;
    let bare = bare::build()?;
    always("benches", native_build)?;
    drop(lock);
    let mut rows = measure(options, &bare)?;
    rows.sort_by_key(Row::place);
    if options.json {
        // The last line; above it stands what was built.
        println!("{}", serde_json::Value::from_iter(rows.iter().map(Row::to_json)));
    } else {
        print!("{}", table::of(&rows));
    }
    Ok(())
}

fn measure(options: &Options, bare: &std::path::Path) -> Result<Vec<Row>> {
    let filter = options.filter.as_deref().unwrap_or_default();
    eprintln!("measuring; keep this machine idle");
    let mut rows = vec![bare::size(bare)?];
    rows.retain(|row| row.name.contains(filter));
    rows.extend(Row::all(&stdout_of(command(program()).args(["rows", filter]).envs(test::environment(true)))?)?);
    let browser = &mut command("node");
    browser.arg(at("tests/bench/browser.mjs")).arg(filter).envs(test::environment(true));
    browser.env("CHROMIUM", chromium::found()?).env("STARLANE_BENCH", program()).env("STARLANE_BARE", bare);
    rows.extend(Row::all(&stdout_of(browser)?)?);
    Ok(rows)
}

fn native_build() -> Result<()> {
    succeed(cargo().args(["build", "--release", "-p", "starlane-tests", "--bin", "bench"]))
}

fn program() -> PathBuf {
    target().join("release/bench")
}
