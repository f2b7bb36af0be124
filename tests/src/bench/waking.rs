//! Waking a cached one-page mechtron to its first reply, beside a bare instantiation and call of the same module.

use std::time::Duration;

use anyhow::{Result, anyhow};
use starlane_bench_bare::Bare;

use super::app::point;
use super::guests::wasm;
use super::row::{Aim, Pairs, Row, micros};
use super::shell::Shell;

/// Wakings of one round.
const TIMES: u32 = 2_000;
/// Rounds: enough for a median that stays where it is.
const ROUNDS: usize = 21;
/// Bytes of the ping.
const BYTES: usize = 64;

pub(super) fn run() -> Result<Row> {
    let mut shell = Shell::new(&[("echo", "echo")])?;
    let echo = point("localhost:bench:echo")?;
    let bare = Bare::new(&wasm("echo")?).map_err(|error| anyhow!("{error}"))?;
    let pairs = Pairs::measure(
        ROUNDS,
        || {
            each(|| {
                shell.sleep();
                let began = std::time::Instant::now();
                shell.ping(&echo, "Ext<Go>", &[7; BYTES])?;
                Ok(began.elapsed())
            })
        },
        || {
            each(|| {
                let began = std::time::Instant::now();
                let called = bare.instance(vec![7; BYTES]).and_then(|mut guest| guest.call().map(|_| guest));
                let guest = called.map_err(|error| anyhow!("{error}"))?;
                let took = began.elapsed();
                drop(guest);
                Ok(took)
            })
        },
    )?;
    let (ours, theirs) = pairs.medians();
    let note = format!("{ours:.1} µs beside {theirs:.1} µs");
    let what = "waking a cached one-page mechtron to its first reply";
    Ok(Row::new(what, "bare instantiate and call", Some(Aim::AtMost(2.0)), &pairs, note))
}

/// Microseconds of one, over many.
fn each(mut once: impl FnMut() -> Result<Duration>) -> Result<f64> {
    let mut sum = Duration::ZERO;
    for _ in 0..TIMES {
        sum += once()?;
    }
    Ok(micros(sum) / f64::from(TIMES))
}
