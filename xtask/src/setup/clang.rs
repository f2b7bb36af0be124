//! clang and wasm-ld, which make mechtrons of C.

use anyhow::{Result, bail};

use super::apt;
use crate::run::{capture, command, in_path};

/// What the distributions call them. clang's own headers, `stdint.h` among them, are a package that it needs.
const PACKAGES: [&str; 2] = ["clang", "lld"];

/// What to do when there is none and we cannot help.
const HELP: &str =
    "clang with the target wasm32, or wasm-ld, is missing: install your distribution's packages `clang` and `lld`";

/// Installs both unless they are there.
pub(crate) fn compiler() -> Result<()> {
    if is_there()? {
        println!("  clang for wasm32: there");
        return Ok(());
    }
    if !apt::install(&PACKAGES)? || !is_there()? {
        bail!(HELP);
    }
    Ok(())
}

fn is_there() -> Result<bool> {
    if in_path("clang").is_none() || in_path("wasm-ld").is_none() {
        return Ok(false);
    }
    // A clang may be there without the target: the one of macOS is.
    let targets = capture(command("clang").arg("--print-targets"))?;
    Ok(targets.status.success() && targets.out.contains("wasm32"))
}
