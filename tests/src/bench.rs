//! The native benches. Each row is a ratio: two sides, run in turn, in the same minute, on the same machine.
//!
//! Rows are printed as JSON, one a line, for `cargo xtask bench`. Verbs other than `rows` serve the browser's half:
//! `folder` makes the application that is measured with, `work` is the native side of a row that has its other side in a
//! tab, and `echo` is a WebSocket echo to stand beside a lane.

mod app;
mod bind;
mod echo;
mod guests;
mod idle;
mod lane;
mod local;
mod relay;
mod round_trip;
mod row;
mod shell;
mod swap;
mod throughput;
mod waking;
mod work;

use std::path::Path;

use anyhow::{Result, bail, ensure};

use row::Row;

/// A row: part of its name is what a filter is held against.
type Bench = (&'static str, fn() -> Result<Row>);

const BENCHES: [Bench; 9] = [
    ("ping-native", local::run),
    ("bind-64", bind::run_small),
    ("bind-64k", bind::run_large),
    ("waking", waking::run),
    ("round-trip", round_trip::run),
    ("throughput", throughput::run),
    ("idle-lane", idle::run),
    ("shell-native", local::run_shell),
    ("swap-relay", swap::run),
];

/// Runs the verb of the command line.
///
/// # Errors
/// Whatever kept a bench from being measured.
pub fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["rows"] => rows(""),
        ["rows", filter] => rows(filter),
        ["folder", to] => app::write_folder(Path::new(to)),
        ["work"] => work::serve(),
        ["echo", kind] => echo::serve(kind),
        _ => bail!("bench rows [filter] | folder <path> | work | echo frugal|default"),
    }
}

fn rows(filter: &str) -> Result<()> {
    let mut failed = Vec::new();
    for (name, run) in BENCHES.iter().filter(|(name, _)| name.contains(filter)) {
        eprintln!("  {name}");
        match run() {
            Ok(row) => println!("{}", row.named(name).to_json()),
            // The other rows are worth having all the same.
            Err(error) => {
                eprintln!("  {name}: {error:#}");
                failed.push(*name);
            }
        }
    }
    ensure!(failed.is_empty(), "not measured: {}", failed.join(", "));
    Ok(())
}
