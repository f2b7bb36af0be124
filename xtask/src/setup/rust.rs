//! The wasm32 target of the Rust that builds us. It counts as there when its standard library is, whoever put it there.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::WASM;
use crate::root::root;
use crate::run::{command, in_path, output, succeed};
use crate::step::always;

/// Installs the wasm32 target unless it is there.
pub(crate) fn target() -> Result<()> {
    if is_there()? {
        println!("  {WASM}: there");
        return Ok(());
    }
    if in_path("rustup").is_none() {
        bail!(
            "this Rust has no {WASM} target and there is no rustup to install it: install rustup, or your distribution's package of that target"
        );
    }
    always(&format!("installing {WASM}"), install)
}

fn install() -> Result<()> {
    succeed(command("rustup").args(["target", "add", WASM]))
        .with_context(|| format!("run `rustup target add {WASM}` by hand where the network can be reached"))?;
    if !is_there()? {
        bail!("rustup added {WASM} to another toolchain than the one in use in {}", root().display());
    }
    Ok(())
}

fn is_there() -> Result<bool> {
    let library = output(command("rustc").args(["--print", "target-libdir", "--target", WASM]))?;
    Ok(Path::new(library.trim()).is_dir())
}
