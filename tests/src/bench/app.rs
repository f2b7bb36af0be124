//! The application that is measured with: as a folder to publish, and in memory for a star without a relay.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use serde_json::json;
use starlane_bundle::{Digest, FileEntry, Manifest, media_type};
use starlane_host::app::{InstalledApp, Recipe};
use starlane_protocol::Point;
use starlane_protocol::document::Names;

use super::guests::{folder, wasm};

/// Files of the folder's own that are published.
const FILES: [&str; 7] = [
    "app.toml",
    "binds/go.toml",
    "mechtrons/echo.toml",
    "mechtrons/note.toml",
    "mechtrons/asks.toml",
    "mechtrons/tab-asks.toml",
    "html/index.html",
];

/// Modules that go with them.
const MODULES: [&str; 4] = ["echo", "note", "asks", "says"];

/// Makes the folder that is published as `localhost:bench`, and beside it `<folder>-large` for `localhost:large`.
pub(super) fn write_folder(to: &Path) -> Result<()> {
    for file in FILES {
        put(to, file, &fs::read(folder().join(file))?)?;
    }
    for name in MODULES {
        put(to, &format!("wasm/{name}.wasm"), &wasm(name)?)?;
    }
    put(to, "html/two.wasm", &wasm("two")?)?;
    let large = to.with_file_name("large");
    for (file, text) in LARGE {
        put(&large, file, text.as_bytes())?;
    }
    for page in ["ours.html", "bare.html"] {
        put(&large, &format!("html/{page}"), &fs::read(folder().join("large").join(page))?)?;
    }
    put(&large, "wasm/large.wasm", &wasm("large")?)?;
    put(&large, "html/large.wasm", &wasm("large")?)
}

/// The application whose one mechtron is 256 KB of code and runs in tabs.
const LARGE: [(&str, &str); 3] = [
    (
        "app.toml",
        "[mechtrons.tab]\nconfig = \"mechtrons/tab.toml\"\nplacement = \"tab\"\n[http]\n\"/*\" = \"${bundle}:/html/\"\n\
         [[grant]]\nto = \"anyone\"\nmay = [\"call\"]\non = \"${app}:**\"\n",
    ),
    ("mechtrons/tab.toml", "wasm = \"wasm/large.wasm\"\nbind = \"binds/go.toml\"\n"),
    ("binds/go.toml", "[[route]]\nmethod = \"Ext<Go>\"\n"),
];

fn put(folder: &Path, file: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(file);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    Ok(fs::write(path, bytes)?)
}

/// Files by their digests.
pub(super) type Files = BTreeMap<Digest, Arc<[u8]>>;

/// `localhost:bench` with these mechtrons (name and guest), installed, and its files.
pub(super) fn installed(mechtrons: &[(&str, &str)]) -> Result<(Arc<InstalledApp>, Files)> {
    let (mut files, mut contents) = (Names::new(), BTreeMap::new());
    let (mut configs, mut placed) = (json!({}), json!({}));
    for (name, guest) in mechtrons {
        let (bytes, path) = (wasm(guest)?, format!("wasm/{guest}.wasm"));
        let digest = Digest::of(&bytes);
        let entry = FileEntry { sha256: digest, size: bytes.len() as u64, media: media_type(&path).into() };
        files.insert(path.clone(), entry);
        contents.insert(digest, bytes.into());
        configs[format!("mechtrons/{name}.toml")] = json!({
            "wasm": path, "bind": "binds/go.toml", "limits": { "fuel": FUEL },
            "config": { "target": "localhost:bench:echo" }, "may": { "call": ["${app}:**"] },
        });
        placed[name] = json!({ "config": format!("mechtrons/{name}.toml") });
    }
    let routes = json!([{ "method": "Ext<Go>" }, { "method": "Ext<Work>" }]);
    let documents = json!({
        "app": { "mechtrons": placed, "grant": [] }, "binds": { "binds/go.toml": { "route": routes } },
        "mechtrons": configs,
    });
    let manifest = Manifest::new(point("localhost:repo:bench:1.0.0")?, files, serde_json::from_value(documents)?)
        .map_err(|error| anyhow!("{error}"))?;
    let digest = Digest::of(&manifest.to_bytes());
    let name = point("localhost:bench")?;
    let recipe = Recipe::plain(&name, &manifest, digest, 1);
    let app = InstalledApp::new(&recipe).map_err(|error| anyhow!("{error}"))?;
    Ok((Arc::new(app), contents))
}

/// Fuel a wave may burn: a tab's ceiling.
const FUEL: u64 = 1_000_000_000;

pub(super) fn point(text: &str) -> Result<Point> {
    text.parse().map_err(|error| anyhow!("{text}: {error}"))
}
