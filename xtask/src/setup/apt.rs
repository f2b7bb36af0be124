//! Packages of the distribution: installed when we may, and only what is missing.

use anyhow::Result;

use crate::run::{command, in_path, output, succeed};
use crate::step::always;

/// Installs packages if this machine has apt and we are root; whether it did.
pub(crate) fn install(packages: &[&str]) -> Result<bool> {
    if in_path("apt-get").is_none() || output(command("id").arg("-u"))?.trim() != "0" {
        return Ok(false);
    }
    always(&format!("installing {}", packages.join(", ")), || {
        succeed(apt().arg("update"))?;
        succeed(apt().args(["install", "-y"]).args(packages))
    })?;
    Ok(true)
}

fn apt() -> std::process::Command {
    let mut apt = command("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    apt
}
