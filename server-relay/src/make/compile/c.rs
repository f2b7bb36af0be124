//! C, one file, with clang and wasm-ld.

use std::path::Path;
use std::process::Command;

use super::{CompileError, library, program, remarks, run, runs, write_without_debug};
use crate::make::settings::Settings;
use crate::make::source::Source;

/// `-Os` keeps functions apart, so that a trap names them and nothing is there twice.
const FLAGS: [&str; 7] = ["--target=wasm32", "-nostdlib", "-ffreestanding", "-Os", "-mbulk-memory", "-Wall", "-Wextra"];

/// How both are installed.
const HINT: &str = "apt-get install clang lld";

pub(super) fn compile(folder: &Path, source: &Source, settings: Settings, wasm: &Path) -> Result<String, CompileError> {
    let clang = program("CC_WASM32", "clang");
    let mut command = Command::new(&clang);
    command.args(FLAGS).arg("-I").arg(library(folder, source, "starlane.h")?);
    command.args(["-Wl,--no-entry".into(), format!("-Wl,-zstack-size={}", settings.stack)]);
    command.arg(source.file()).arg("-o").arg(wasm);
    let missing = || CompileError::missing("clang is not there, which compiles C", HINT);
    let output = run(&mut command, source, missing).map_err(|error| match error {
        CompileError::Refused { .. } if !runs("wasm-ld", &["--version"]) => {
            CompileError::missing("wasm-ld is not there, which links C for WebAssembly", HINT)
        }
        other => other,
    })?;
    write_without_debug(wasm, wasm)?;
    Ok(remarks(&output))
}
