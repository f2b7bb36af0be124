//! Crates that `deny.toml` bans are nowhere in the tree; cargo-deny judges the rest where it is installed.

use anyhow::{Context, Result};

use super::none_of;
use crate::files;
use crate::metadata::Metadata;
use crate::root::at;
use crate::run::{cargo, in_path, output};

#[derive(serde::Deserialize)]
struct Deny {
    bans: Bans,
}

#[derive(serde::Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(serde::Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

pub(super) fn check(_: bool) -> Result<()> {
    let deny: Deny = toml::from_str(&files::text(&at("deny.toml"))?).context("deny.toml cannot be read")?;
    let metadata = Metadata::of(&at(""))?;
    let mut wrong = Vec::new();
    for package in metadata.foreign() {
        let ban = deny.bans.deny.iter().find(|ban| ban.name == package.name);
        wrong.extend(ban.map(|ban| format!("{} {} is banned: {}", package.name, package.version, ban.reason)));
    }
    none_of(&wrong, "`cargo tree -i <name>` says who brings it")?;
    if in_path("cargo-deny").is_some() {
        // Its advisory database is fetched from the network: that is `cargo xtask audit`.
        output(cargo().args(["deny", "check", "licenses", "bans", "sources"]))?;
    }
    Ok(())
}
