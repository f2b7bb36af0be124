//! Zig, one file.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{CompileError, absolute, library, program, remarks, run, runs, write_without_debug};
use crate::make::settings::Settings;
use crate::make::source::Source;

/// `-rdynamic` exports what the source exports.
const FLAGS: [&str; 7] =
    ["build-exe", "-target", "wasm32-freestanding", "-OReleaseSmall", "-fno-entry", "-rdynamic", "-fno-strip"];

/// Programs that may be a Python with the package that is the compiler.
const PYTHONS: [&str; 3] = ["python3", "/usr/bin/python3", "python"];

pub(super) fn compile(folder: &Path, source: &Source, settings: Settings, wasm: &Path) -> Result<String, CompileError> {
    let library = library(folder, source, "starlane.zig")?;
    let mut command = compiler().ok_or_else(missing)?;
    let cache = absolute(&folder.join("target/zig"))?;
    command.env("ZIG_GLOBAL_CACHE_DIR", &cache).env("ZIG_LOCAL_CACHE_DIR", &cache);
    command.args(FLAGS).args(["--stack", &settings.stack.to_string()]);
    command.args(["--dep", "starlane"]).arg(format!("-Mroot={}", source.file().display()));
    command.arg(format!("-Mstarlane={}", library.join("starlane.zig").display()));
    command.arg(format!("-femit-bin={}", wasm.display()));
    let output = run(&mut command, source, missing)?;
    write_without_debug(wasm, wasm)?;
    Ok(remarks(&output))
}

/// The compiler: named by the environment, of the search path, or a package of Python.
fn compiler() -> Option<Command> {
    let zig: PathBuf = program("ZIG", "zig");
    if runs(&zig, &["version"]) {
        return Some(Command::new(zig));
    }
    let python = PYTHONS.into_iter().find(|python| runs(python, &["-m", "ziglang", "version"]))?;
    let mut command = Command::new(python);
    command.args(["-m", "ziglang"]);
    Some(command)
}

fn missing() -> CompileError {
    CompileError::missing("zig is not there, which compiles Zig", "pip install ziglang==0.17.0")
}
