//! The TypeScript unit tests: bundled by esbuild, run by Node's own test runner, told to us as JSON lines.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::Options;
use super::environment;
use crate::files;
use crate::report::{Outcome, Report};
use crate::root::{at, scratch, shown};
use crate::run::{capture, command, npm_program, output};

/// Where tests lie beside what they test.
const FOLDERS: [&str; 2] = ["client-host/js", "www/src"];

#[derive(Deserialize)]
struct Told {
    name: String,
    ms: f64,
    failure: Option<String>,
    left_out: bool,
}

/// Runs the TypeScript tests.
pub(crate) fn run(report: &mut Report, options: &Options) -> Result<()> {
    let tests = find()?;
    if tests.is_empty() {
        bail!("no *.test.ts was found in {}", FOLDERS.join(" or "));
    }
    let bundled = bundle(&tests)?;
    let node = &mut command("node");
    node.arg("--test").arg(format!("--test-reporter={}", at("xtask/js/reporter.mjs").display())).args(bundled);
    let printed = capture(node.envs(environment(false)))?;
    let told = printed.out.lines().filter(|line| line.starts_with('{'));
    let told: Vec<Told> =
        told.map(serde_json::from_str).collect::<Result<_, _>>().context("the reporter's lines cannot be read")?;
    if told.is_empty() || printed.status.success() == told.iter().any(|test| test.failure.is_some()) {
        bail!("node --test ended with {}\n{}", printed.status, printed.all());
    }
    told.into_iter().filter(|test| options.takes(&test.name)).for_each(|test| take(report, test));
    Ok(())
}

fn take(report: &mut Report, test: Told) {
    if test.left_out {
        report.leave_out(format!("node {} (marked skip or todo)", test.name));
        return;
    }
    let time = Duration::from_secs_f64(test.ms / 1000.0);
    report.add(Outcome { kind: "node", name: test.name, time, failure: test.failure });
}

fn find() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        found.extend(files::sources(&at(folder))?.into_iter().filter(|file| files::name(file).ends_with(".test.ts")));
    }
    Ok(found)
}

/// One ES module for each test file.
fn bundle(tests: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let folder = scratch("node-tests");
    if folder.is_dir() {
        std::fs::remove_dir_all(&folder)?;
    }
    let mut bundled = Vec::new();
    for test in tests {
        let out = folder.join(shown(test).replace('/', "-")).with_extension("mjs");
        let esbuild = &mut npm_program("esbuild");
        esbuild.arg(test).args([
            "--bundle",
            "--platform=node",
            "--format=esm",
            "--loader:.wasm=binary",
            "--log-level=warning",
        ]);
        output(esbuild.arg("--sourcemap=inline").arg(format!("--outfile={}", out.display())))?;
        bundled.push(out);
    }
    Ok(bundled)
}
