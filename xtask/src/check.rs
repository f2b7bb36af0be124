//! The house rules, as a program. Each check is a small function that says what is wrong and how to mend it.
//!
//! What needs only the sources runs first; then the client, guests and console are built (the crates embed them), and what
//! needs a build follows.

mod arrows;
mod banned;
mod bans;
mod clippy;
mod docs;
mod format;
mod imports;
mod licences;
mod lines;
mod lockfile;
mod size;
mod types;
mod versions;

use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args;

use crate::build;
use crate::lock::build_lock;
use crate::report::{CHECK, Outcome, Report};
use crate::step::seconds;

/// How the checks are done.
#[derive(Args, Clone, Default)]
#[group(id = "check-options")]
pub(crate) struct Options {
    /// Write what may be written instead of refusing: the format, and the list of the client's imports
    #[arg(long)]
    bless: bool,
    /// Only what needs no build
    #[arg(long)]
    sources: bool,
    /// Only checks whose name contains this text
    filter: Option<String>,
}

type Check = fn(bool) -> Result<()>;

/// On the sources alone.
const SOURCES: [(&str, Check); 8] = [
    ("format", format::check),
    ("file sizes", lines::check),
    ("banned names", banned::check),
    ("arrows", arrows::check),
    ("versions", versions::check),
    ("lock file", lockfile::check),
    ("licences", licences::check),
    ("bans", bans::check),
];

/// On what was built.
const BUILT: [(&str, Check); 5] = [
    ("client's imports", imports::check),
    ("client's size", size::check),
    ("types", types::check),
    ("clippy", clippy::check),
    ("docs", docs::check),
];

/// `cargo xtask check`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let _lock = build_lock()?;
    let mut report = Report::default();
    report.stage(CHECK, |report| all(report, options));
    report.finish()
}

/// Every check that was asked for, for a caller that holds the build lock.
pub(crate) fn all(report: &mut Report, options: &Options) -> Result<()> {
    each(report, &SOURCES, options);
    if !options.sources && BUILT.iter().any(|(name, _)| options.takes(name)) {
        build::before_relay(&build::Options::default())?;
        each(report, &BUILT, options);
    }
    if report.is_empty() { bail!("no check has such a name") } else { Ok(()) }
}

fn each(report: &mut Report, checks: &[(&str, Check)], options: &Options) {
    println!("check");
    for (name, check) in checks.iter().filter(|(name, _)| options.takes(name)) {
        let begun = Instant::now();
        let failure = check(options.bless).err().map(|error| format!("{error:#}"));
        let mark = if failure.is_some() { "failed" } else { "ok" };
        println!("  {name}: {mark}, {}", seconds(begun.elapsed()));
        report.add(Outcome { kind: CHECK, name: (*name).to_owned(), time: begun.elapsed(), failure });
    }
}

impl Options {
    fn takes(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()))
    }
}

/// Fails when anything was found wrong: the findings, then what to do.
fn none_of(findings: &[String], mend: &str) -> Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    bail!("{}\n{mend}", findings.join("\n"))
}
