//! One version everywhere: the workspace, the guests, the npm packages; and both halves of wasm-bindgen to the digit.

use anyhow::{Context, Result};
use serde_json::Value;

use super::none_of;
use crate::files;
use crate::metadata::Metadata;
use crate::root::at;

const NPM: [&str; 3] = ["package.json", "client-host/package.json", "www/package.json"];

pub(super) fn check(_: bool) -> Result<()> {
    let workspace = Metadata::of(&at(""))?;
    let version = &workspace.named("xtask")?.version;
    let mut wrong = Vec::new();
    for package in workspace.members().chain(Metadata::of(&at("guest-examples"))?.members()) {
        if package.version != *version {
            wrong.push(format!("{} is {}, not {version}", package.name, package.version));
        }
    }
    for path in NPM {
        wrong.extend(npm(path, version)?);
    }
    wrong.extend(bindgen(&workspace)?);
    none_of(&wrong, "set them all to the version in Cargo.toml's [workspace.package], and run `npm install`")
}

/// A package's own version, and the one by which it asks for `starlane`.
fn npm(path: &str, version: &str) -> Result<Vec<String>> {
    let package: Value =
        serde_json::from_slice(&files::read(&at(path))?).with_context(|| format!("{path} cannot be read"))?;
    let mut wrong = Vec::new();
    if package["version"] != version {
        wrong.push(format!("{path} has version {}, not {version}", package["version"]));
    }
    let asked = &package["dependencies"]["starlane"];
    if !asked.is_null() && asked != version {
        wrong.push(format!("{path} asks for starlane {asked}, not {version}"));
    }
    Ok(wrong)
}

/// wasm-bindgen's crate and its tool must be pinned to the same version.
fn bindgen(workspace: &Metadata) -> Result<Vec<String>> {
    let asked = |package: &str, name: &str| -> Result<String> {
        let dependencies = &workspace.named(package)?.dependencies;
        let found = dependencies.iter().find(|dependency| dependency.name == name);
        Ok(found.with_context(|| format!("{package} does not depend on {name}"))?.req.clone())
    };
    let client = asked("starlane-client-host", "wasm-bindgen")?;
    let tool = asked("xtask", "wasm-bindgen-cli-support")?;
    let fits = client == tool && client.starts_with('=');
    Ok(if fits {
        Vec::new()
    } else {
        vec![format!("wasm-bindgen is \"{client}\" in client-host, its tool \"{tool}\" in xtask")]
    })
}
