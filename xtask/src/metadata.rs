//! The part of `cargo metadata` that the checks read.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::run::{cargo, output};

/// A workspace and all it depends on.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    workspace_members: Vec<String>,
}

/// One package of it.
#[derive(Deserialize)]
pub(crate) struct Package {
    id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
}

/// A line of a package's manifest.
#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) req: String,
}

impl Metadata {
    /// The workspace in a folder.
    pub(crate) fn of(folder: &Path) -> Result<Metadata> {
        let printed = output(cargo().args(["metadata", "--format-version", "1"]).current_dir(folder))?;
        serde_json::from_str(&printed).context("`cargo metadata` cannot be read")
    }

    /// The packages of the workspace itself.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.is_ours(package))
    }

    /// The packages from elsewhere.
    pub(crate) fn foreign(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| !self.is_ours(package))
    }

    /// A member by its name.
    pub(crate) fn named(&self, name: &str) -> Result<&Package> {
        self.members()
            .find(|package| package.name == name)
            .with_context(|| format!("the workspace has no package {name}"))
    }

    fn is_ours(&self, package: &Package) -> bool {
        self.workspace_members.contains(&package.id)
    }
}
