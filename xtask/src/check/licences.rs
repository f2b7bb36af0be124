//! Every dependency's licence is among those that `deny.toml` allows.

use anyhow::{Context, Result};
use spdx::{Expression, ParseMode};

use super::none_of;
use crate::files;
use crate::metadata::{Metadata, Package};
use crate::root::at;

/// The allow-list, for cargo-deny and for us.
#[derive(serde::Deserialize)]
struct Deny {
    licenses: Licenses,
}

#[derive(serde::Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

pub(super) fn check(_: bool) -> Result<()> {
    let deny: Deny = toml::from_str(&files::text(&at("deny.toml"))?).context("deny.toml cannot be read")?;
    let mut wrong = Vec::new();
    for folder in ["", "guest-examples"] {
        let metadata = Metadata::of(&at(folder))?;
        wrong.extend(metadata.foreign().filter_map(|package| refused(package, &deny.licenses.allow)));
    }
    none_of(&wrong, "use another crate, or add the licence to deny.toml after reading it")
}

/// Why a package's licence is refused.
fn refused(package: &Package, allowed: &[String]) -> Option<String> {
    let Some(licence) = &package.license else {
        return Some(format!("{} {} names no licence", package.name, package.version));
    };
    let fits = Expression::parse_mode(licence, ParseMode::LAX)
        .is_ok_and(|expression| expression.evaluate(|term| allowed.contains(&term.to_string())));
    (!fits).then(|| format!("{} {} is under {licence}", package.name, package.version))
}
