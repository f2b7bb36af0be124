//! The example apps: published under the next free version when their content changed, then installed.

use std::path::PathBuf;

use anyhow::{Result, bail};
use serde_json::Value;

use super::relay::Relay;
use crate::files;
use crate::root::at;
use crate::run::Printed;

/// Example apps that a newcomer finds in the mesh.
const APPS: [&str; 4] = ["hello", "chat", "profile", "trio"];

/// Where each of them has something to look at.
const START: [&str; 4] = ["/", "/", "/", "/page"];

/// The code by which a relay says: this version exists with other content.
const TAKEN: &str = "version-taken";

/// The code by which a relay says: this version takes away what an older one with the same major number gave.
const INCOMPATIBLE: &str = "bind-incompatible";

/// A version of an example app.
#[derive(Clone, Copy)]
struct Version {
    major: u32,
    patch: u32,
}

/// Publishes and installs all of them.
pub(super) fn install_all(relay: &Relay) -> Result<()> {
    for (at, app) in APPS.into_iter().enumerate() {
        let bundle = bundle(app, publish(relay, app)?);
        // Whoever edits an example means its changes.
        relay.starlane(&["install", "--breaking", &format!("localhost:{app}"), &bundle])?;
        println!("  {app}: http://{app}.localhost:{}{} ({bundle})", relay.port(), START[at]);
    }
    Ok(())
}

/// Publishes an app; the version under which the relay has exactly this content.
fn publish(relay: &Relay, app: &str) -> Result<Version> {
    let folder = format!("guest-examples/{app}");
    if !at(&folder).join("app.toml").is_file() {
        bail!("{folder}/app.toml is missing");
    }
    let mut version = last(relay, app);
    loop {
        let said = relay.try_starlane(&["publish", &folder, &bundle(app, version)])?;
        if said.status.success() {
            files::write(&note(relay, app), format!("{}.{}", version.major, version.patch))?;
            return Ok(version);
        }
        version = match code(&said).as_deref() {
            Some(TAKEN) => Version { patch: version.patch + 1, ..version },
            Some(INCOMPATIBLE) => Version { major: version.major + 1, patch: 0 },
            _ => bail!("{app} could not be published: {}", said.all().trim_end()),
        };
    }
}

fn bundle(app: &str, Version { major, patch }: Version) -> String {
    format!("localhost:repo:{app}:{major}.0.{patch}")
}

/// Where the search for a free version begins: what was published last.
fn last(relay: &Relay, app: &str) -> Version {
    let noted = files::text(&note(relay, app)).ok();
    let numbers = noted.as_deref().and_then(|text| text.trim().split_once('.'));
    let version =
        numbers.and_then(|(major, patch)| Some(Version { major: major.parse().ok()?, patch: patch.parse().ok()? }));
    version.unwrap_or(Version { major: 1, patch: 0 })
}

fn note(relay: &Relay, app: &str) -> PathBuf {
    relay.data().join(format!("published-{app}"))
}

/// The error's code in what the command printed.
fn code(said: &Printed) -> Option<String> {
    let words = if said.out.trim().is_empty() { &said.err } else { &said.out };
    let error: Value = serde_json::from_str(words.trim()).ok()?;
    error["code"].as_str().map(str::to_owned)
}
