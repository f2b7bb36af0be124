//! Known holes in our dependencies. The databases are fetched from the network, so this is no part of `check`.

use anyhow::{Result, bail};

use crate::run::{cargo, command, in_path, succeed};

/// `cargo xtask audit`.
pub(crate) fn run() -> Result<()> {
    let deny = in_path("cargo-deny").is_some();
    let audit = in_path("cargo-audit").is_some();
    if !deny && !audit {
        bail!("neither cargo-deny nor cargo-audit is installed: `cargo install cargo-deny --locked`, then again");
    }
    if deny {
        succeed(cargo().args(["deny", "check", "advisories"]))?;
    } else {
        succeed(cargo().arg("audit"))?;
    }
    succeed(command("npm").args(["audit", "--audit-level=high"]))
}
