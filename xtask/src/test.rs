//! Every test of the project: checks, Rust tests, doc tests, TypeScript tests, browser tests. Nothing is left out silently.
//!
//! A failed check or test does not keep the others from running; a failed build does.

mod binaries;
mod browser;
mod case;
mod docs;
mod environment;
mod node;
mod rust;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
pub(crate) use environment::environment;

use crate::build;
use crate::check;
use crate::lock::build_lock;
use crate::report::Report;

/// Which tests are run.
#[derive(Args, Clone, Default)]
#[group(id = "test-options")]
pub(crate) struct Options {
    /// Run only this kind (may be given several times); the checks are left out then
    #[arg(long, value_enum)]
    only: Vec<Kind>,
    /// Run only tests whose name contains this text
    filter: Option<String>,
    /// Run ignored tests too
    #[arg(long, hide = true)]
    ignored: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Rust,
    Doc,
    Node,
    Browser,
}

impl Options {
    /// The same, and ignored tests too.
    pub(crate) fn with_ignored(&self) -> Options {
        Options { ignored: true, ..self.clone() }
    }

    fn wants(&self, kind: Kind) -> bool {
        self.only.is_empty() || self.only.contains(&kind)
    }

    /// Is this test among those asked for?
    fn takes(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()))
    }
}

/// `cargo xtask test`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut report = Report::default();
    let lock = build_lock()?;
    let binaries = prepare(&mut report, options);
    drop(lock);
    if let Some(binaries) = binaries {
        println!("test");
        perform(&mut report, options, &binaries);
        report.stage("all", |report| if report.is_empty() { bail!("no test has such a name") } else { Ok(()) });
    }
    report.finish()
}

/// Checks and builds; nothing when the build failed.
fn prepare(report: &mut Report, options: &Options) -> Option<Vec<binaries::Binary>> {
    // A check that fails is reported and passed over; only a build that fails ends this stage itself.
    if options.only.is_empty() && !report.stage("check", |report| check::all(report, &check::Options::default())) {
        return None;
    }
    let mut made = None;
    report.stage("build", |_| {
        build::before_relay(&build::Options::default())?;
        made = Some(binaries::build()?);
        Ok(())
    });
    made
}

fn perform(report: &mut Report, options: &Options, binaries: &[binaries::Binary]) {
    if options.wants(Kind::Rust) {
        report.stage("rust", |report| rust::run(report, binaries, options));
    }
    if options.wants(Kind::Doc) {
        report.stage("doc", |report| docs::run(report, options));
    }
    if options.wants(Kind::Node) {
        report.stage("node", |report| node::run(report, options));
    }
    if options.wants(Kind::Browser) {
        report.stage("browser", |report| browser::run(report, options));
    }
}
