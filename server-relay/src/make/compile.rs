//! One module from its source, by the compiler of its language.
//!
//! All keep the names of functions, which a trap is shown with, and start with as little memory as they can.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs};

use super::debug::without_debug;
use super::settings::Settings;
use super::source::{Language, Source};

mod assembly_script;
mod c;
mod rust;
mod zig;

/// Why there is no module.
#[derive(Debug)]
#[non_exhaustive]
pub enum CompileError {
    /// A program is not there.
    Missing {
        /// What is missing.
        what: String,
        /// What to do about it.
        hint: String,
    },
    /// The compiler refused the source.
    Refused {
        /// Whose source.
        name: String,
        /// All that it said.
        said: String,
    },
    /// A file cannot be read or written.
    File(String),
}

impl CompileError {
    fn missing(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Missing { what: what.into(), hint: hint.into() }
    }

    fn file(path: &Path, error: &io::Error) -> Self {
        Self::File(format!("`{}`: {error}", path.display()))
    }
}

/// Compiles; what the compiler remarked.
pub(super) fn compile(folder: &Path, source: &Source, settings: Settings, wasm: &Path) -> Result<String, CompileError> {
    if let Some(parent) = wasm.parent() {
        fs::create_dir_all(parent).map_err(|error| CompileError::file(parent, &error))?;
    }
    match source.language {
        Language::Rust => rust::compile(folder, source, settings, wasm),
        Language::As => assembly_script::compile(folder, source, wasm),
        Language::C => c::compile(folder, source, settings, wasm),
        Language::Zig => zig::compile(folder, source, settings, wasm),
        Language::Wat => assemble(source, wasm).map(|()| String::new()),
    }
}

fn assemble(source: &Source, wasm: &Path) -> Result<(), CompileError> {
    let module = wat::parse_file(source.file()).map_err(|error| refused(source, error.to_string()))?;
    write(wasm, &module)
}

fn write(wasm: &Path, module: &[u8]) -> Result<(), CompileError> {
    fs::write(wasm, module).map_err(|error| CompileError::file(wasm, &error))
}

/// Writes the module without what only a debugger reads: not every compiler can leave that out and keep names.
fn write_without_debug(wasm: &Path, from: &Path) -> Result<(), CompileError> {
    let module = fs::read(from).map_err(|error| CompileError::file(from, &error))?;
    write(wasm, &without_debug(&module))
}

fn refused(source: &Source, said: String) -> CompileError {
    CompileError::Refused { name: source.name.clone(), said }
}

/// Runs a compiler; all that it said when it refuses. `missing` is what to say when it is not there.
fn run(command: &mut Command, source: &Source, missing: impl FnOnce() -> CompileError) -> Result<Output, CompileError> {
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(output),
        Ok(output) => {
            // What is meant for people is on the standard error, but not with all of them.
            let said = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
            Err(refused(source, String::from_utf8_lossy(said).trim().to_owned()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing()),
        Err(error) => Err(CompileError::File(format!("`{}` cannot be run: {error}", command.get_program().display()))),
    }
}

/// What a compiler remarked although it made a module.
fn remarks(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

/// Whether a program runs at all.
fn runs(program: impl AsRef<OsStr>, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A program that the environment names, else the one of the search path.
fn program(variable: &str, name: &str) -> PathBuf {
    env::var_os(variable).filter(|value| !value.is_empty()).map_or_else(|| name.into(), PathBuf::from)
}

/// A path that does not depend on the folder in which a program runs.
fn absolute(path: &Path) -> Result<PathBuf, CompileError> {
    std::path::absolute(path).map_err(|error| CompileError::file(path, &error))
}

/// The folder of a language's library: in the folder that is built, or beside the mechtron.
fn library(folder: &Path, source: &Source, file: &str) -> Result<PathBuf, CompileError> {
    let places = [
        folder.join("lib"),
        source.folder.clone(),
        folder.join("../../guest-libraries").join(source.language.library()),
    ];
    match places.iter().find(|place| place.join(file).is_file()) {
        Some(place) => absolute(place),
        None => Err(CompileError::missing(
            format!("the library `{file}` of {} is not in `{}`", source.language, places[0].display()),
            format!(
                "`starlane new` writes it: make another folder with --lang {} and take its `lib`",
                source.language.library()
            ),
        )),
    }
}
