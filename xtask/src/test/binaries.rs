//! The workspace's test programs, built by cargo and named by its messages.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::run::{cargo, stdout_of};
use crate::setup::WASM;
use crate::step::always;

/// One test program.
pub(crate) struct Binary {
    /// `package` or `package::file`.
    pub(crate) name: String,
    /// The program.
    pub(crate) program: PathBuf,
    /// The folder of its package, where it runs.
    pub(crate) folder: PathBuf,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    manifest_path: PathBuf,
    executable: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// All but xtask, and the programs that tests start: one build, so that every dependency is compiled once.
const OURS: [&str; 5] = ["build", "--workspace", "--exclude", "xtask", "--all-targets"];

/// What tests run on wasm32.
const ON_WASM: [&str; 5] = ["build", "--package", "starlane-conformance", "--target", WASM];

/// xtask's own tests, with the profile that xtask runs in: its dependencies are compiled already.
const TOOL: [&str; 6] = ["test", "--package", "xtask", "--profile", "tool", "--no-run"];

/// Builds all test programs of the workspace, and the relay.
pub(crate) fn build() -> Result<Vec<Binary>> {
    let mut binaries = always("relay and test programs", || made_by(&OURS))?;
    always("tests for wasm32", || made_by(&ON_WASM))?;
    binaries.extend(always("xtask's tests", || made_by(&TOOL))?);
    Ok(binaries)
}

fn made_by(arguments: &[&str]) -> Result<Vec<Binary>> {
    let messages = stdout_of(cargo().args(arguments).arg("--message-format=json-render-diagnostics"))?;
    messages.lines().map(read).filter_map(Result::transpose).collect()
}

/// The test program that a message names, if it names one.
fn read(line: &str) -> Result<Option<Binary>> {
    let message: Message = serde_json::from_str(line).context("cargo printed a message that cannot be read")?;
    let (Some(program), Some(target), Some(Profile { test: true })) =
        (message.executable, message.target, message.profile)
    else {
        return Ok(None);
    };
    let folder = message.manifest_path.parent().context("a manifest lies in no folder")?.to_owned();
    Ok(Some(Binary { name: target.name, program, folder }))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn only_test_programs_count() {
        let line = |test| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"/p/Cargo.toml","executable":"/t/p-1","target":{{"name":"p"}},"profile":{{"test":{test}}}}}"#
            )
        };
        assert_eq!(read(&line(true)).unwrap().unwrap().name, "p");
        assert!(read(&line(false)).unwrap().is_none());
        assert!(read(r#"{"reason":"build-finished","success":true}"#).unwrap().is_none());
    }
}
