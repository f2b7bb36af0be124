//! The arrows between the crates: which may know which of ours, and what must not come in even through others.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use super::none_of;
use crate::metadata::{Metadata, Package};
use crate::root::at;
use crate::run::{cargo, output};
use crate::setup::WASM;

/// What one crate may know.
struct Arrow {
    package: &'static str,
    /// Those of ours that it may name.
    ours: &'static [&'static str],
    /// What it must not name itself, though another may bring it in.
    unnamed: &'static [&'static str],
    /// What must not be linked into it, however deep.
    never: &'static [&'static [&'static str]],
    /// The target it is judged for; the machine's own when none.
    target: Option<&'static str>,
}

/// What touches the world: I/O, clocks, randomness, the browser.
const WORLD: &[&str] = &[
    "tokio",
    "warp",
    "web-sys",
    "js-sys",
    "wasm-bindgen",
    "sqlx",
    "getrandom",
    "chrono",
    "time",
    "reqwest",
    "rexie",
    "idb",
];

/// What runs guests; documents and words are free of it, and of the world.
const ENGINE: &[&str] = &["wasmi"];

const SCHEMA: &str = "starlane-schema";
const PROTOCOL: &str = "starlane-protocol";
const BUNDLE: &str = "starlane-bundle";
const HOST: &str = "starlane-host";

const ARROWS: [Arrow; 8] = [
    Arrow { package: SCHEMA, ours: &[], unnamed: &[], never: &[WORLD, ENGINE], target: None },
    Arrow { package: PROTOCOL, ours: &[], unnamed: &[], never: &[WORLD, ENGINE], target: None },
    Arrow { package: BUNDLE, ours: &[PROTOCOL], unnamed: &[], never: &[WORLD, ENGINE], target: None },
    Arrow { package: HOST, ours: &[PROTOCOL, BUNDLE, SCHEMA], unnamed: &[], never: &[WORLD], target: None },
    Arrow { package: "mechtron", ours: &[], unnamed: &[], never: &[WORLD, ENGINE], target: Some(WASM) },
    Arrow {
        package: "starlane-client-host",
        ours: &[HOST, BUNDLE, PROTOCOL],
        // Tokio's channels come in with rexie; nothing of ours may name it.
        unnamed: &["tokio"],
        never: &[&["warp", "sqlx", "mio", "hyper"]],
        target: Some(WASM),
    },
    Arrow {
        package: "starlane-relay",
        ours: &[HOST, BUNDLE, PROTOCOL, SCHEMA],
        unnamed: &[],
        never: &[&["wasm-bindgen", "web-sys", "js-sys", "rexie", "idb", "gloo"]],
        target: None,
    },
    Arrow { package: "xtask", ours: &[], unnamed: &[], never: &[], target: None },
];

/// The only one of ours that a guest may know.
const GUEST: &str = "mechtron";

pub(super) fn check(_: bool) -> Result<()> {
    let workspace = Metadata::of(&at(""))?;
    let ours: BTreeSet<&str> = workspace.members().map(|package| package.name.as_str()).collect();
    let mut wrong = Vec::new();
    for arrow in &ARROWS {
        let package = workspace.named(arrow.package)?;
        wrong.extend(outward(package, &ours, arrow.ours));
        wrong.extend(named(package, arrow.unnamed));
        wrong.extend(linked(arrow)?);
    }
    let guests = Metadata::of(&at("guest-examples"))?;
    for package in guests.members() {
        wrong.extend(outward(package, &ours, &[GUEST]));
    }
    none_of(&wrong, "an arrow the other way means two crates, or a trait (ARCHITECTURE.md has the table)")
}

/// Those of ours that a package names without leave.
fn outward(package: &Package, ours: &BTreeSet<&str>, allowed: &[&str]) -> Vec<String> {
    let named = package.dependencies.iter().map(|dependency| dependency.name.as_str());
    let wrong = named.filter(|name| ours.contains(name) && !allowed.contains(name) && *name != package.name);
    wrong.map(|name| format!("{} may not know {name}", package.name)).collect()
}

/// What a package names though it must not.
fn named(package: &Package, unnamed: &[&str]) -> Vec<String> {
    let names = package.dependencies.iter().map(|dependency| dependency.name.as_str());
    names.filter(|name| unnamed.contains(name)).map(|name| format!("{} may not name {name}", package.name)).collect()
}

/// What is linked into a package though it must never be.
fn linked(arrow: &Arrow) -> Result<Vec<String>> {
    let cargo = &mut cargo();
    cargo.args([
        "tree",
        "--package",
        arrow.package,
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    if let Some(target) = arrow.target {
        cargo.args(["--target", target]);
    }
    let tree = output(cargo).with_context(|| format!("cannot list what {} links", arrow.package))?;
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let wrong = arrow.never.iter().copied().flatten().filter(|name| names.contains(*name));
    Ok(wrong
        .map(|name| format!("{} links {name} (cargo tree -p {} -e normal -i {name})", arrow.package, arrow.package))
        .collect())
}
