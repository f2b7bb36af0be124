//! The browser tests: Playwright with the system's Chromium. Its list is shown while it works, its JSON is read afterwards.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::Options;
use super::environment;
use crate::chromium;
use crate::files;
use crate::report::{Outcome, Report};
use crate::root::scratch;
use crate::run::{npm_program, spawn};

const CONFIG: &str = "tests/browser/playwright.config.ts";

#[derive(Deserialize)]
struct Results {
    suites: Vec<Suite>,
    #[serde(default)]
    errors: Vec<Problem>,
}

#[derive(Deserialize)]
struct Suite {
    title: String,
    #[serde(default)]
    suites: Vec<Suite>,
    #[serde(default)]
    specs: Vec<Spec>,
}

#[derive(Deserialize)]
struct Spec {
    title: String,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    status: String,
    results: Vec<Attempt>,
}

#[derive(Deserialize)]
struct Attempt {
    duration: f64,
    #[serde(default)]
    errors: Vec<Problem>,
}

#[derive(Deserialize)]
struct Problem {
    message: Option<String>,
}

/// Runs the browser tests.
pub(crate) fn run(report: &mut Report, options: &Options) -> Result<()> {
    let chromium = chromium::found()?;
    let json = scratch("browser.json");
    files::write(&json, "")?;
    let playwright = &mut npm_program("playwright");
    playwright.env("FORCE_COLOR", "0").args(["test", "-c", CONFIG, "--reporter=list,json"]);
    if let Some(filter) = &options.filter {
        playwright.args(["-g", filter, "--pass-with-no-tests"]);
    }
    playwright.envs(environment(false)).env("CHROMIUM", chromium).env("PLAYWRIGHT_JSON_OUTPUT_FILE", &json);
    let status = spawn(playwright)?.wait()?;
    let results: Results = serde_json::from_slice(&files::read(&json)?).context("Playwright left no report")?;
    let failed = take(report, &results);
    if !results.errors.is_empty() || !(status.success() || failed) {
        bail!("Playwright ended with {status}\n{}", words(&results.errors));
    }
    Ok(())
}

/// Takes every test of the report; says whether one failed.
fn take(report: &mut Report, results: &Results) -> bool {
    let mut flat = Vec::new();
    results.suites.iter().for_each(|suite| flatten(suite, "", &mut flat));
    let mut failed = false;
    for (name, test) in flat {
        if test.status == "skipped" {
            report.leave_out(format!("browser {name} (skipped by the test itself)"));
            continue;
        }
        let outcome = test.outcome(name);
        failed |= outcome.failure.is_some();
        report.add(outcome);
    }
    failed
}

fn flatten<'a>(suite: &'a Suite, above: &str, flat: &mut Vec<(String, &'a Test)>) {
    let title = format!("{above}{} › ", suite.title);
    for spec in &suite.specs {
        flat.extend(spec.tests.iter().map(|test| (format!("{title}{}", spec.title), test)));
    }
    suite.suites.iter().for_each(|inner| flatten(inner, &title, flat));
}

impl Test {
    fn outcome(&self, name: String) -> Outcome {
        let milliseconds: f64 = self.results.iter().map(|attempt| attempt.duration).sum();
        let time = Duration::from_secs_f64(milliseconds.max(0.0) / 1000.0);
        let failure = (self.status != "expected").then(|| self.reason());
        Outcome { kind: "browser", name, time, failure }
    }

    /// A test that passes only when tried again is a failed one.
    fn reason(&self) -> String {
        let errors = self.results.iter().map(|attempt| words(&attempt.errors)).collect::<Vec<_>>().join("\n");
        format!("{}: {errors}", self.status)
    }
}

fn words(problems: &[Problem]) -> String {
    problems.iter().filter_map(|problem| problem.message.as_deref()).map(plain).collect::<Vec<_>>().join("\n")
}

/// Without the colours that the report's messages keep.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default();
    let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, after)| after));
    std::iter::once(first).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn colours_are_taken_out() {
        assert_eq!(super::plain("\u{1b}[2mexpect(\u{1b}[22m1)"), "expect(1)");
    }
}
