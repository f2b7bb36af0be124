//! The example apps: published under the next free version when their content changed, then installed.

use std::path::PathBuf;

use anyhow::{Result, bail};
use serde_json::Value;

use super::relay::Relay;
use crate::files;
use crate::root::at;
use crate::run::Printed;

/// Example apps that a newcomer finds in the mesh.
const APPS: [&str; 3] = ["hello", "chat", "trio"];

/// Where each of them has something to look at.
const START: [&str; 3] = ["/", "/", "/page"];

/// The code by which a relay says: this version exists with other content.
const TAKEN: &str = "version-taken";

/// Publishes and installs all of them.
pub(super) fn install_all(relay: &Relay) -> Result<()> {
    for (at, app) in APPS.into_iter().enumerate() {
        let patch = publish(relay, app)?;
        let bundle = format!("localhost:repo:{app}:1.0.{patch}");
        relay.starlane(&["install", &format!("localhost:{app}"), &bundle])?;
        println!("  {app}: http://{app}.localhost:{}{} ({bundle})", relay.port(), START[at]);
    }
    Ok(())
}

/// Publishes an app; the patch version under which the relay has exactly this content.
fn publish(relay: &Relay, app: &str) -> Result<u32> {
    let folder = format!("guest-examples/{app}");
    if !at(&folder).join("app.toml").is_file() {
        bail!("{folder}/app.toml is missing");
    }
    let mut patch = last_patch(relay, app);
    loop {
        let said = relay.try_starlane(&["publish", &folder, &format!("localhost:repo:{app}:1.0.{patch}")])?;
        if said.status.success() {
            files::write(&note(relay, app), patch.to_string())?;
            return Ok(patch);
        }
        if code(&said) != Some(TAKEN.to_owned()) {
            bail!("{app} could not be published: {}", said.all().trim_end());
        }
        patch += 1;
    }
}

/// Where the search for a free version begins: what was published last.
fn last_patch(relay: &Relay, app: &str) -> u32 {
    files::text(&note(relay, app)).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
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
