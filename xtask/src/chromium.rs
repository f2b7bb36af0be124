//! A Chromium for the browser tests: found, or installed by the distribution when we may, or one sentence.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::run::in_path;
use crate::setup::apt;

/// Names under which distributions install it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// What to do when there is none and we cannot help.
const HELP: &str =
    "no Chromium was found: install your distribution's package `chromium`, or set CHROMIUM to its program";

/// The browser's program.
pub(crate) fn found() -> Result<PathBuf> {
    if let Some(path) = look()? {
        return Ok(path);
    }
    if !apt::install(&["chromium"])? {
        bail!(HELP);
    }
    look()?.map_or_else(|| bail!(HELP), Ok)
}

fn look() -> Result<Option<PathBuf>> {
    match std::env::var_os("CHROMIUM").filter(|path| !path.is_empty()).map(PathBuf::from) {
        Some(path) if path.is_file() => Ok(Some(path)),
        Some(path) => bail!("CHROMIUM names {}, which is no file", path.display()),
        None => Ok(NAMES.iter().find_map(|name| in_path(name))),
    }
}
