//! The relay. Cargo itself knows what changed: no stamp of ours.
//!
//! `start` and `test` share the dev profile, whose dependencies are optimised: one build serves both.

use std::path::PathBuf;

use anyhow::Result;

use crate::root::target;
use crate::run::{cargo, succeed};
use crate::step::always;

/// The package, and the name of its program.
const PACKAGE: &str = "starlane-relay";
const PROGRAM: &str = "starlane";

/// Builds the program.
pub(crate) fn build(release: bool) -> Result<()> {
    always("relay", || {
        let cargo = &mut cargo();
        cargo.args(["build", "-p", PACKAGE, "--bin", PROGRAM]);
        succeed(if release { cargo.arg("--release") } else { cargo })
    })
}

/// Where the program is.
pub(crate) fn program(release: bool) -> PathBuf {
    target().join(if release { "release" } else { "debug" }).join(PROGRAM)
}
