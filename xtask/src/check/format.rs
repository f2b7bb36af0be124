//! Rust is formatted by rustfmt, in both workspaces.

use anyhow::{Context, Result};

use crate::root::at;
use crate::run::{cargo, output};

/// Folders with a cargo workspace.
const WORKSPACES: [&str; 2] = ["", "guest-examples"];

pub(super) fn check(bless: bool) -> Result<()> {
    for folder in WORKSPACES {
        let cargo = &mut cargo();
        cargo.args(["fmt", "--all"]).current_dir(at(folder));
        if !bless {
            cargo.args(["--", "--check"]);
        }
        output(cargo).context("mend by `cargo xtask check --bless`")?;
    }
    Ok(())
}
