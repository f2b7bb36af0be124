//! What an application is made of: a bundle, and what was said about it since.

use std::sync::Arc;

use starlane_bundle::{Digest, FileEntry, Manifest};
use starlane_protocol::Point;
use starlane_protocol::document::{App, Bind, Holes, Names, Values, config};

use super::InstallError;
use crate::bind::{BindFault, CompiledBind};

/// The manifest of another version, and its SHA-256.
pub type Swapped = (Arc<Manifest>, Digest);

/// What an application is made of.
#[derive(Debug, Clone, Copy)]
pub struct Recipe<'a> {
    /// The application's point.
    pub point: &'a Point,
    /// The manifest of its bundle.
    pub manifest: &'a Manifest,
    /// The SHA-256 of that manifest.
    pub digest: Digest,
    /// Rises with every change of what is installed.
    pub generation: u64,
    /// Values given to names of its `[config]`; for all others the defaults hold.
    pub config: &'a Values,
    /// Mechtrons whose code, bind, document and files are another version's. How one is placed stays as the bundle says.
    pub swapped: &'a Names<Swapped>,
}

/// No values.
static NO_VALUES: Values = Names::new_vec();

/// No mechtrons.
static NO_SWAPPED: Names<Swapped> = Names::new_vec();

impl<'a> Recipe<'a> {
    /// A bundle with its own defaults, nothing swapped.
    pub fn plain(point: &'a Point, manifest: &'a Manifest, digest: Digest, generation: u64) -> Self {
        Self { point, manifest, digest, generation, config: &NO_VALUES, swapped: &NO_SWAPPED }
    }

    /// Whether what was said is about something the application has.
    pub(super) fn check(&self, app: &App) -> Result<(), InstallError> {
        if let Some(name) = self.swapped.keys().find(|name| !app.mechtrons.contains_key(*name)) {
            return Err(InstallError::Document(format!("the application has no mechtron `{name}` to swap")));
        }
        match self.config.keys().find(|name| !app.config.contains_key(*name)) {
            Some(name) => Err(InstallError::Config(format!("config.{name}: the application has no such value"))),
            None => Ok(()),
        }
    }
}

/// Bytes of an application's values once their own holes are filled, as those of a manifest.
const VALUES_BYTES: usize = 1 << 20;

/// The values of an application: its defaults, and in the place of some what was given.
fn values(app: &App, given: &Values, holes: &Holes<'_>) -> Result<Values, InstallError> {
    let mut room = VALUES_BYTES;
    let mut values = Values::new_vec();
    for (name, default) in &app.config {
        let wrong = |what: String| InstallError::Config(format!("config.{name}: {what}"));
        if !config::is_name(name) {
            return Err(wrong(
                "a name is letters, digits, `-` and `_`, a letter first, 64 at most, and not `floor`".into(),
            ));
        }
        let value = match given.get(name) {
            None => holes.fill_value(default, &mut room).map_err(|error| wrong(error.to_string()))?,
            Some(value) if config::fits(value, default) => value.clone(),
            Some(value) => {
                let (expected, found) = (config::kind(default), config::kind(value));
                return Err(wrong(format!("expected {expected} (the default is {default}), found {found}: {value}")));
            }
        };
        values.insert(name.clone(), value);
    }
    Ok(values)
}

/// A bundle that mechtrons are made from, its binds compiled once for all that name them.
pub(super) struct Source<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) digest: Digest,
    pub(super) binds: Names<Arc<CompiledBind>>,
    pub(super) files: Arc<Names<FileEntry>>,
    point: &'a Point,
    /// The values of its application's `[config]`.
    pub(super) values: Values,
}

impl<'a> Source<'a> {
    pub(super) fn new(manifest: &'a Manifest, digest: Digest, recipe: &Recipe<'a>) -> Result<Self, InstallError> {
        let (binds, files) = (binds(&manifest.documents.binds)?, Arc::new(manifest.files.clone()));
        let holes = Holes { app: recipe.point, bundle: &manifest.bundle, config: &NO_VALUES };
        let app = manifest.documents.app.as_ref();
        let values = app.map(|app| values(app, recipe.config, &holes)).transpose()?.unwrap_or_default();
        Ok(Self { manifest, digest, binds, files, point: recipe.point, values })
    }

    /// The document that its own `app.toml` gives a mechtron.
    pub(super) fn document_of(&self, name: &str) -> Result<&'a str, InstallError> {
        let placed = self.manifest.documents.app.as_ref().and_then(|app| app.mechtrons.get(name));
        placed.map(|placed| placed.config.as_str()).ok_or_else(|| {
            InstallError::Document(format!("mechtrons.{name}: `{}` has no such mechtron", self.manifest.bundle))
        })
    }

    /// What holes are filled with.
    pub(super) fn holes(&self) -> Holes<'_> {
        Holes { app: self.point, bundle: &self.manifest.bundle, config: &self.values }
    }
}

/// Every bind of a bundle, compiled.
fn binds(documents: &Names<Bind>) -> Result<Names<Arc<CompiledBind>>, InstallError> {
    let mut binds = Names::new();
    for (path, document) in documents {
        let bind = CompiledBind::new(document).map_err(|faults| {
            let all: Vec<_> = faults.iter().map(BindFault::to_string).collect();
            InstallError::Document(format!("{path}: {}", all.join("; ")))
        })?;
        binds.insert(path.clone(), Arc::new(bind));
    }
    Ok(binds)
}
