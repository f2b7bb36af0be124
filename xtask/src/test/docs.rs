//! The examples in the Rust documentation. Cargo builds and runs them; their names and verdicts are read from its output.

use std::time::Duration;

use anyhow::{Result, bail};

use super::Options;
use super::environment;
use crate::report::{Outcome, Report};
use crate::run::{capture, cargo};

/// Runs the doc tests.
pub(crate) fn run(report: &mut Report, options: &Options) -> Result<()> {
    let mut cargo = cargo();
    cargo.args(["test", "--doc", "--workspace", "--exclude", "xtask", "--no-fail-fast"]).envs(environment(false));
    if let Some(filter) = &options.filter {
        cargo.args(["--", filter]);
    }
    let printed = capture(&mut cargo)?;
    let mut failed = false;
    for (name, verdict) in printed.out.lines().filter_map(read) {
        match verdict {
            Verdict::Ignored => report.leave_out(format!("doc {name} (marked `ignore`)")),
            Verdict::Passed => report.add(outcome(name, None)),
            Verdict::Failed => {
                failed = true;
                report.add(outcome(name, Some(printed.out.clone())));
            }
        }
    }
    if !printed.status.success() && !failed {
        bail!("{}", printed.all());
    }
    Ok(())
}

enum Verdict {
    Passed,
    Failed,
    Ignored,
}

/// `test src/lib.rs - (line 5) ... ok`
fn read(line: &str) -> Option<(String, Verdict)> {
    let (name, verdict) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let verdict = match verdict {
        "ok" => Verdict::Passed,
        "ignored" => Verdict::Ignored,
        _ => Verdict::Failed,
    };
    Some((name.to_owned(), verdict))
}

/// Cargo does not say how long each took.
fn outcome(name: String, failure: Option<String>) -> Outcome {
    Outcome { kind: "doc", name, time: Duration::ZERO, failure }
}
