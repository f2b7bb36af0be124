//! The Zig compiler, from the Python registry, into our own part of the build folder.
//!
//! Its version is part of the folder's name, so it is there or it is not. A language that young changes with every version:
//! no other one is taken, whatever the machine has.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::apt;
use crate::files;
use crate::root::scratch;
use crate::run::{capture, command, in_path, output, succeed};
use crate::step::always;

/// The version that the guest library and the examples are written for.
pub(crate) const VERSION: &str = "0.17.0";

/// The package of the Python registry that is the compiler, and its program.
const PACKAGE: &str = "ziglang";
const PROGRAM: &str = "ziglang/zig";

/// Programs that may be a Python; the first one that has pip is taken. A `python3` of a version manager may have none.
const PYTHONS: [&str; 3] = ["python3", "/usr/bin/python3", "python"];

/// What to do when there is no pip and we cannot help.
const HELP: &str = "Python with pip is missing, from whose registry the Zig compiler comes: install your distribution's packages `python3` and `python3-pip`";

/// Installs it unless it is there.
pub(crate) fn compiler() -> Result<()> {
    if program().is_file() {
        println!("  zig {VERSION}: there");
        return Ok(());
    }
    let python = python()?;
    always(&format!("installing zig {VERSION}"), || install(&python))
}

/// A zig that keeps what it makes on the way in our part of the build folder.
pub(crate) fn zig() -> std::process::Command {
    let mut zig = command(program());
    zig.env("ZIG_GLOBAL_CACHE_DIR", scratch("zig-cache")).env("ZIG_LOCAL_CACHE_DIR", scratch("zig-cache"));
    zig
}

/// The folder of the program, for a search path.
pub(crate) fn home() -> PathBuf {
    folder().join(PACKAGE)
}

fn program() -> PathBuf {
    folder().join(PROGRAM)
}

fn folder() -> PathBuf {
    scratch(format!("zig-{VERSION}"))
}

/// Into a folder beside its place, which then gets the name: what is half there never counts as there.
fn install(python: &str) -> Result<()> {
    let coming = scratch("zig-coming");
    remove(&coming)?;
    let mut pip = command(python);
    // It warns whoever is root of what it may do to the system; a folder of our own is no part of that.
    pip.env("PIP_ROOT_USER_ACTION", "ignore");
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-cache-dir",
        "--target",
    ]);
    succeed(pip.arg(&coming).arg(format!("{PACKAGE}=={VERSION}")))
        .context("pip could not install the Zig compiler: is its registry within reach?")?;
    let version = output(command(coming.join(PROGRAM)).arg("version"))?;
    if version.trim() != VERSION {
        bail!("{PACKAGE} {VERSION} brought a zig that says it is {}", version.trim());
    }
    remove(&folder())?;
    std::fs::rename(&coming, folder()).context("the Zig compiler cannot be put into its place")
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", crate::root::shown(folder)))?;
    }
    files::parent(folder)
}

fn python() -> Result<String> {
    if let Some(python) = with_pip()? {
        return Ok(python);
    }
    if apt::install(&["python3", "python3-pip"])?
        && let Some(python) = with_pip()?
    {
        return Ok(python);
    }
    bail!(HELP)
}

fn with_pip() -> Result<Option<String>> {
    for python in PYTHONS {
        let is_there = Path::new(python).is_file() || in_path(python).is_some();
        if is_there && capture(command(python).args(["-m", "pip", "--version"]))?.status.success() {
            return Ok(Some(python.to_owned()));
        }
    }
    Ok(None)
}
