//! A local ping of 64 bytes, all checks on, beside 2 bare calls with 4 imports.
//!
//! The ping goes from one mechtron to another of the same star: written, judged by fence and grants, routed, held to the
//! bind, answered, its answer read. The shell's part is left out by sending many from one wave.

use anyhow::{Result, anyhow};
use starlane_bench_bare::{Bare, Guest};

use super::app::point;
use super::guests::wasm;
use super::row::{Aim, Pairs, Row, micros_each};
use super::shell::Shell;

/// Pings of one round, and bare ones, so that each side of it takes some ten milliseconds.
const PINGS: u32 = 10_000;
const BARE: u32 = 100_000;
/// Rounds: enough for a median that stays where it is.
const ROUNDS: usize = 21;
/// Bytes of a ping.
const BYTES: usize = 64;

const BESIDE: &str = "2 bare calls with 4 imports";

/// From a mechtron to a mechtron.
pub(super) fn run() -> Result<Row> {
    let mut shell = Shell::new(&[("asks", "asks"), ("echo", "echo")])?;
    let asks = point("localhost:bench:asks")?;
    let (mut one, mut two) = bare()?;
    let pairs = Pairs::measure(
        ROUNDS,
        || micros_each(PINGS, || shell.ping(&asks, "Ext<Go>", &PINGS.to_le_bytes()).map(drop)),
        || micros_each(BARE, || calls(&mut one, &mut two)),
    )?;
    Ok(Row::new(
        "a local ping of 64 bytes, mechtron to mechtron, native",
        BESIDE,
        Some(Aim::AtMost(4.0)),
        &pairs,
        note(&pairs),
    ))
}

/// From the shell to a mechtron: one call in.
pub(super) fn run_shell() -> Result<Row> {
    let mut shell = Shell::new(&[("echo", "echo")])?;
    let echo = point("localhost:bench:echo")?;
    let (mut one, mut two) = bare()?;
    let pairs = Pairs::measure(
        ROUNDS,
        || micros_each(PINGS, || (0..PINGS).try_for_each(|_| shell.ping(&echo, "Ext<Go>", &[7; BYTES]).map(drop))),
        || micros_each(BARE, || calls(&mut one, &mut two)),
    )?;
    Ok(Row::new("a local ping of 64 bytes, shell to mechtron, native", BESIDE, None, &pairs, note(&pairs)))
}

fn bare() -> Result<(Guest, Guest)> {
    let bare = Bare::new(&wasm("two")?).map_err(|error| anyhow!("{error}"))?;
    let instance = || bare.instance(vec![7; BYTES]).map_err(|error| anyhow!("{error}"));
    Ok((instance()?, instance()?))
}

fn calls(one: &mut Guest, two: &mut Guest) -> Result<()> {
    for _ in 0..BARE {
        one.call().and_then(|_| two.call()).map_err(|error| anyhow!("{error}"))?;
    }
    Ok(())
}

fn note(pairs: &Pairs) -> String {
    let (ours, theirs) = pairs.medians();
    format!("{ours:.2} µs beside {theirs:.2} µs")
}
