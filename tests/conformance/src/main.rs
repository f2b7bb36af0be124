//! The RFC's own tests as a program, so that they can be run where there is no test runner: on wasm32. The exit code is the
//! number of cases that failed, 255 at most, or 255 if there are not as many as there should be.
#![allow(clippy::unwrap_used)]

use std::process::ExitCode;

#[path = "../../../crates/schema/tests/suite.rs"]
mod suite;

/// Cases of the suite.
const CASES: usize = 316 + 49;

fn main() -> ExitCode {
    let ((bodies, these), (schemas, those)) = (suite::bodies(), suite::schemas());
    let failed = u8::try_from(bodies.len() + schemas.len()).unwrap_or(u8::MAX);
    ExitCode::from(if these + those == CASES { failed } else { u8::MAX })
}
