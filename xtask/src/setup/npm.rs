//! The npm packages, exactly as `package-lock.json` names them.
//!
//! `node_modules` carries the digest of the lock it was installed from, so it is fresh or it is not, whatever the files'
//! times say. A lock that lacks what a `package.json` asks for is brought up to date first.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::files;
use crate::root::at;
use crate::run::{command, in_path, output, succeed};
use crate::stamp::digest;
use crate::step::always;

/// The oldest Node that the packages run on.
const NODE: (u32, u32) = (20, 19);

/// Every `package.json` that the lock covers.
const MANIFESTS: [&str; 3] = ["package.json", "client-host/package.json", "www/package.json"];

/// Installs the npm packages unless they are there.
pub(crate) fn packages() -> Result<()> {
    node()?;
    if let Some(missing) = MANIFESTS.iter().find(|path| !at(path).is_file()) {
        bail!("{missing} is missing: npm would look for that package elsewhere");
    }
    if ready()? {
        println!("  npm packages: there");
        return Ok(());
    }
    always("npm packages", install)
}

/// Is `node_modules` what the lock says?
fn ready() -> Result<bool> {
    let mark = mark();
    Ok(at("package-lock.json").is_file() && mark.is_file() && files::text(&mark)? == wanted()?)
}

fn install() -> Result<()> {
    if lock_is_stale()? {
        println!("  package-lock.json does not fit the package.json files: bringing it up to date");
        npm(&["install", "--no-audit", "--no-fund"])?;
    } else {
        npm(&["ci", "--no-audit", "--no-fund"])?;
    }
    files::write(&mark(), wanted()?)
}

/// npm itself says whether lock and manifests agree: a dry run of `npm ci` fails before it fetches anything.
fn lock_is_stale() -> Result<bool> {
    let tried = crate::run::capture(command("npm").args(["ci", "--dry-run", "--no-audit", "--no-fund"]))?;
    Ok(!tried.status.success() && (tried.err.contains("in sync") || !at("package-lock.json").is_file()))
}

fn npm(arguments: &[&str]) -> Result<()> {
    // The system's Chromium is used: no browser is downloaded.
    succeed(command("npm").args(arguments).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))
        .context("npm could not install the packages: is its registry within reach?")
}

fn node() -> Result<()> {
    if in_path("node").is_none() || in_path("npm").is_none() {
        bail!("node or npm is missing: install Node.js {}.{} or newer (npm comes with it)", NODE.0, NODE.1);
    }
    let version = output(command("node").arg("--version"))?;
    if parse(&version).is_none_or(|version| version < NODE) {
        bail!("Node.js {} is too old: {}.{} or newer is needed", version.trim(), NODE.0, NODE.1);
    }
    Ok(())
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn mark() -> PathBuf {
    at("node_modules/.starlane-lock")
}

fn wanted() -> Result<String> {
    let mut all = Vec::new();
    for path in MANIFESTS.into_iter().chain(["package-lock.json"]) {
        all.extend(files::read(&at(path))?);
    }
    Ok(digest(&all))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn versions_of_node_are_read() {
        assert_eq!(parse("v20.20.2\n"), Some((20, 20)));
        assert_eq!(parse("twenty"), None);
    }
}
