//! AssemblyScript, with the folder's own `asconfig.json`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{CompileError, absolute, remarks, run};
use crate::make::source::Source;

pub(super) fn compile(folder: &Path, source: &Source, wasm: &Path) -> Result<String, CompileError> {
    let mut command = Command::new(compiler(&absolute(&source.folder)?, &absolute(folder)?));
    command.current_dir(&source.folder);
    command.args(["index.ts", "--config", "asconfig.json", "--target", "release", "--outFile"]);
    command.arg(absolute(wasm)?);
    run(&mut command, source, || {
        CompileError::missing(
            "asc is not there, which compiles AssemblyScript",
            format!("npm install --prefix {} assemblyscript", source.folder.display()),
        )
    })
    .map(|output| remarks(&output))
}

/// The compiler that npm has put beside the source or further up; else the one of the search path.
fn compiler(source: &Path, folder: &Path) -> PathBuf {
    let installed = |place: &Path| Some(place.join("node_modules/.bin/asc")).filter(|asc| asc.is_file());
    let found = source.ancestors().find_map(installed).or_else(|| installed(folder));
    found.unwrap_or_else(|| "asc".into())
}
