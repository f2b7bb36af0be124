//! A step of a build prints one line: what, and how long it took, or that nothing changed.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};

use crate::stamp::Stamp;

/// How often the turning mark of a quiet step moves.
const TICK: Duration = Duration::from_millis(120);

/// Does a step unless its stamp holds.
pub(crate) fn step(what: &str, stamp: &Stamp, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let inputs = stamp.inputs()?;
    if stamp.holds(&inputs)? {
        println!("  {what}: unchanged");
        return Ok(());
    }
    always(what, || work().and_then(|()| stamp.keep(&inputs)))
}

/// Does a step and says how long it took.
pub(crate) fn always<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let begun = Instant::now();
    let made = work().with_context(|| format!("{what} failed"))?;
    println!("  {what}: {}", seconds(begun.elapsed()));
    Ok(made)
}

/// Shows a turning mark while something quiet works; nothing when the output is no terminal.
pub(crate) fn quietly<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let mark = ProgressBar::new_spinner().with_message(what.to_owned());
    if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg} {elapsed}") {
        mark.set_style(style);
    }
    mark.enable_steady_tick(TICK);
    let made = work();
    mark.finish_and_clear();
    made
}

/// A time as people read it.
pub(crate) fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        whole => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}
