//! What passed, what failed, what took longest. The very last line of a test run is `N passed, N failed`.

use std::time::Duration;

use anyhow::Result;

use crate::step::seconds;

/// How many of the slowest are named.
const SLOWEST: usize = 10;

/// The kind of checks: they are no tests, and mostly compile.
pub(crate) const CHECK: &str = "check";

/// The result of one test or check.
pub(crate) struct Outcome {
    /// What sort of test: `check`, `rust`, `doc`, `node`, `browser`.
    pub(crate) kind: &'static str,
    /// Its full name.
    pub(crate) name: String,
    /// How long it took.
    pub(crate) time: Duration,
    /// What it says when it failed.
    pub(crate) failure: Option<String>,
}

/// All results of a run.
#[derive(Default)]
pub(crate) struct Report {
    outcomes: Vec<Outcome>,
    left_out: Vec<String>,
}

/// The failure has been reported already: nothing may be printed after the last line.
#[derive(Debug)]
pub(crate) struct Reported;

impl std::fmt::Display for Reported {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("reported above")
    }
}

impl std::error::Error for Reported {}

impl Report {
    /// Takes a result; a failure is shown at once.
    pub(crate) fn add(&mut self, outcome: Outcome) {
        if let Some(failure) = &outcome.failure {
            println!("FAILED {}: {}\n{}\n", outcome.kind, outcome.name, failure.trim_end());
        }
        self.outcomes.push(outcome);
    }

    /// Names a test that exists but is not run, with its reason.
    pub(crate) fn leave_out(&mut self, what: impl Into<String>) {
        self.left_out.push(what.into());
    }

    /// Runs a stage of which a failure is a failed test: the run goes on and its end is still reported.
    pub(crate) fn stage(&mut self, kind: &'static str, work: impl FnOnce(&mut Report) -> Result<()>) -> bool {
        let begun = std::time::Instant::now();
        let before = self.outcomes.len();
        let done = work(self);
        let passed = done.is_ok();
        if let Err(error) = done {
            let failure = Some(format!("{error:#}"));
            self.add(Outcome { kind, name: "could not be carried out".into(), time: begun.elapsed(), failure });
        }
        match self.outcomes.len() - before {
            0 => {}
            count => println!("  {kind}: {count} in {}", seconds(begun.elapsed())),
        }
        passed
    }

    /// Prints the summary; an error when anything failed.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.print_failures();
        self.print_left_out();
        self.print_slowest();
        let failed = self.failed();
        println!("{} passed, {failed} failed", self.outcomes.len() - failed);
        if failed > 0 { Err(Reported.into()) } else { Ok(()) }
    }

    /// Has nothing been run?
    pub(crate) fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
    }

    fn failed(&self) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.failure.is_some()).count()
    }

    fn print_failures(&self) {
        for outcome in self.outcomes.iter().filter(|outcome| outcome.failure.is_some()) {
            println!("failed: {} {}", outcome.kind, outcome.name);
        }
    }

    fn print_left_out(&self) {
        for what in &self.left_out {
            println!("not run: {what}");
        }
    }

    fn print_slowest(&mut self) {
        self.outcomes.sort_by_key(|outcome| std::cmp::Reverse(outcome.time));
        if self.outcomes.iter().all(|outcome| outcome.kind == CHECK) {
            return;
        }
        println!("the slowest:");
        for outcome in self.outcomes.iter().filter(|outcome| outcome.kind != CHECK).take(SLOWEST) {
            println!("  {:>9}  {} {}", seconds(outcome.time), outcome.kind, outcome.name);
        }
    }
}

/// Prints an error with its causes, unless it was reported.
pub(crate) fn print_error(error: &anyhow::Error) {
    if !error.is::<Reported>() {
        eprintln!("error: {error:#}");
    }
}
