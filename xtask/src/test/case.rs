//! One Rust test: a process of its own, with a time limit. Whatever it started ends with it.

use std::time::{Duration, Instant};

use super::binaries::Binary;
use crate::report::Outcome;
use crate::run::{Ended, capture_within, command};

/// A test that takes longer hangs. Ten times what the slowest may take on a busy machine with two cores.
const LIMIT: Duration = Duration::from_secs(180);

/// The same for long proofs run in full.
const SOAK_LIMIT: Duration = Duration::from_secs(2 * 3600);

/// A test by its program and its name in there.
pub(crate) struct Case<'a> {
    /// The program that holds it.
    pub(crate) binary: &'a Binary,
    /// Its name in the program.
    pub(crate) name: String,
}

impl Case<'_> {
    /// The name in reports.
    pub(crate) fn full_name(&self) -> String {
        format!("{}::{}", self.binary.name, self.name)
    }

    /// Runs it.
    pub(crate) fn run(&self) -> Outcome {
        let begun = Instant::now();
        let failure = self.failure();
        Outcome { kind: "rust", name: self.full_name(), time: begun.elapsed(), failure }
    }

    fn failure(&self) -> Option<String> {
        let limit = if crate::soak::is_on() { SOAK_LIMIT } else { LIMIT };
        let program = &mut command(&self.binary.program);
        program.args(["--exact", &self.name, "--nocapture", "--include-ignored"]);
        program
            .current_dir(&self.binary.folder)
            .env("CARGO_MANIFEST_DIR", &self.binary.folder)
            .envs(super::environment(false));
        match capture_within(program, limit) {
            Err(error) => Some(format!("{error:#}")),
            Ok(Ended::Late(printed)) => Some(format!("{printed}\nstopped after {} s", limit.as_secs())),
            Ok(Ended::InTime(printed)) if printed.status.success() => None,
            Ok(Ended::InTime(printed)) => Some(printed.all()),
        }
    }
}
