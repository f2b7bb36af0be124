//! Rust, with cargo.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{CompileError, absolute, program, refused, remarks, run, write_without_debug};
use crate::make::settings::Settings;
use crate::make::source::Source;

const TARGET: &str = "wasm32-unknown-unknown";

pub(super) fn compile(folder: &Path, source: &Source, settings: Settings, wasm: &Path) -> Result<String, CompileError> {
    let cargo = program("CARGO", "cargo");
    let mut command = Command::new(&cargo);
    command.current_dir(&source.folder).args(["rustc", "--quiet", "--release", "--lib", "--target", TARGET]);
    command.args(["--message-format", "json-render-diagnostics"]);
    if stands_alone(&source.file()) {
        // One for all mechtrons of the folder: what they depend on is compiled once.
        command.arg("--target-dir").arg(absolute(&folder.join("target"))?);
    }
    command.arg("--").args(["-C".into(), format!("link-arg=-zstack-size={}", settings.stack)]);
    let missing = || {
        CompileError::missing(
            "cargo is not there, which compiles Rust",
            "install Rust (https://rustup.rs), then: rustup target add wasm32-unknown-unknown",
        )
    };
    let output = run(&mut command, source, missing).map_err(explained)?;
    let said = String::from_utf8_lossy(&output.stdout);
    let module = said.lines().filter_map(module).next_back();
    let module = module
        .ok_or_else(|| refused(source, "cargo made no module: is `crate-type = [\"cdylib\"]` in Cargo.toml?".into()))?;
    write_without_debug(wasm, &module)?;
    Ok(remarks(&output))
}

/// Whether a crate is a workspace of its own. One of a larger workspace is compiled where that one's others are.
fn stands_alone(manifest: &Path) -> bool {
    fs::read_to_string(manifest).is_ok_and(|text| text.lines().any(|line| line.trim() == "[workspace]"))
}

/// The module that a line of cargo's says was made.
fn module(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let files = message["filenames"].as_array().filter(|_| message["reason"] == "compiler-artifact")?;
    files.iter().filter_map(Value::as_str).find(|file| file.ends_with(".wasm")).map(PathBuf::from)
}

/// A refusal because the target is not there says how to get it.
fn explained(error: CompileError) -> CompileError {
    match error {
        CompileError::Refused { said, .. } if said.contains("target may not be installed") => CompileError::missing(
            format!("Rust cannot compile for {TARGET} here"),
            format!("rustup target add {TARGET}"),
        ),
        other => other,
    }
}
