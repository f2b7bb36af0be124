//! The Rust tests: each in its own process, as many at once as there are cores, every one timed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use anyhow::{Result, bail};
use indicatif::ProgressBar;

use super::Options;
use super::binaries::Binary;
use super::case::Case;
use crate::report::{Outcome, Report};
use crate::run::{command, output};

/// Runs every Rust test that was asked for.
pub(crate) fn run(report: &mut Report, binaries: &[Binary], options: &Options) -> Result<()> {
    let mut cases = Vec::new();
    for binary in binaries {
        let ignored = list(binary, &["--ignored"])?;
        for name in list(binary, &[])? {
            let case = Case { binary, name };
            if ignored.contains(&case.name) && !options.ignored {
                report.leave_out(format!("rust {} (ignored; `cargo xtask soak` runs it)", case.full_name()));
            } else if options.takes(&case.full_name()) {
                cases.push(case);
            }
        }
    }
    if cases.is_empty() && options.filter.is_none() {
        bail!("no Rust test was found");
    }
    let bar = ProgressBar::new(cases.len() as u64);
    every(&cases, |outcome| {
        bar.inc(1);
        bar.suspend(|| report.add(outcome));
    });
    bar.finish_and_clear();
    Ok(())
}

/// Runs cases on as many threads as there are cores; results are taken in the order they come.
fn every(cases: &[Case<'_>], mut take: impl FnMut(Outcome)) {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..cores() {
            let sender = sender.clone();
            let next = &next;
            scope.spawn(move || {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // The receiver lives as long as this scope.
                    let _ = sender.send(case.run());
                }
            });
        }
        for _ in cases {
            if let Ok(outcome) = receiver.recv() {
                take(outcome);
            }
        }
    });
}

/// The names of a program's tests.
fn list(binary: &Binary, more: &[&str]) -> Result<Vec<String>> {
    let listed =
        output(command(&binary.program).args(["--list", "--format", "terse"]).args(more).current_dir(&binary.folder))?;
    Ok(names(&listed))
}

fn names(listed: &str) -> Vec<String> {
    listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_list_of_tests_is_read() {
        assert_eq!(super::names("a::b: test\nc: test\nd: bench\n\n"), ["a::b", "c"]);
    }
}
