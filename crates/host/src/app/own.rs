//! What a user puts behind a point that stands for that user, in the place of the application's own mechtron.
//!
//! Code, bind, files, config and what it keeps are the user's; how much it may use, and where and when it runs, are the
//! application's. Its state lies under a name of its own, so neither of the two ever has the other's.

use starlane_bundle::{Digest, Manifest};
use starlane_protocol::Point;
use starlane_protocol::document::HoleError;

use super::recipe::{Recipe, Source};
use super::{InstallError, MechtronSpec};

/// The path below a point where the state lies of what its owner put there.
const HOME: &str = "/own";

/// A mechtron of another bundle, to be put behind a point.
#[derive(Debug, Clone, Copy)]
pub struct Override<'a> {
    /// The manifest of its bundle.
    pub manifest: &'a Manifest,
    /// The SHA-256 of that manifest.
    pub digest: Digest,
    /// Which of the bundle's mechtrons: its name in the bundle's `app.toml`, or that of its document. None: the only one,
    /// or the one with the name of what it replaces.
    pub mechtron: Option<&'a str>,
    /// Names this override among all that ever were: see [`MechtronSpec::own`].
    pub number: u64,
}

impl MechtronSpec {
    /// What stands at a point of this mechtron when it is overridden.
    ///
    /// # Errors
    /// It may not be overridden, the bundle has no such mechtron, or one of its documents does not hold.
    pub fn overridden(&self, by: &Override<'_>) -> Result<MechtronSpec, InstallError> {
        let Some(limits) = self.overridable else {
            let what =
                format!("`{}:{}` cannot be overridden: its application does not say `override`", self.app, self.name);
            return Err(InstallError::Document(what));
        };
        let Override { manifest, digest, number, .. } = *by;
        let source = Source::new(manifest, digest, &Recipe::plain(&self.app, manifest, digest, 0))?;
        let document = self.document(by)?;
        let missing =
            |what: &str| InstallError::Document(format!("{document}: {what} is not in `{}`", manifest.bundle));
        let config = manifest.documents.mechtrons.get(document).ok_or_else(|| missing("it"))?;
        let bind = source.binds.get(&config.bind).ok_or_else(|| missing(&config.bind))?;
        let wasm = source.files.get(&config.wasm).ok_or_else(|| missing(&config.wasm))?;
        let holes = source.holes();
        let unfilled = |error: HoleError| InstallError::Document(format!("{document}: {error}"));
        let fence = config.may.call.iter().map(|pattern| pattern.fill(&holes).map_err(|error| error.at("may.call")));
        let fence = fence.collect::<Result<_, _>>().map_err(unfilled)?;
        let (config_json, texts) = config.filled(&holes).map_err(unfilled)?;
        Ok(MechtronSpec {
            own: Some(number),
            app: self.app.clone(),
            name: self.name.clone(),
            bundle: manifest.bundle.clone(),
            digest,
            keyed: self.keyed,
            placement: self.placement,
            rollback: self.rollback,
            overridable: self.overridable,
            keeps: config.state,
            idle_ms: self.idle_ms,
            wasm: wasm.clone(),
            bind: bind.clone(),
            limits,
            config_json,
            config: texts,
            fence,
            files: source.files.clone(),
        })
    }

    /// Under which name the state lies of what is known by this one.
    pub fn home(&self, name: &Point) -> Point {
        match self.own {
            Some(_) => home_of(name),
            None => name.clone(),
        }
    }

    /// The document of the mechtron that is meant.
    fn document<'a>(&self, by: &Override<'a>) -> Result<&'a str, InstallError> {
        let all = choices(by.manifest);
        let named = |name: &str| all.iter().find(|(known, _)| *known == name).map(|(_, document)| *document);
        let found = match (by.mechtron, &all[..]) {
            (Some(name), _) => named(name),
            (None, [(_, document)]) => Some(*document),
            (None, _) => named(&self.name),
        };
        found.ok_or_else(|| {
            let names: Vec<String> = all.iter().map(|(name, _)| format!("`{name}`")).collect();
            let what =
                by.mechtron.map_or_else(|| "more than one mechtron".into(), |name| format!("no mechtron `{name}`"));
            let (bundle, there) = (&by.manifest.bundle, names.join(", "));
            InstallError::Document(match names.len() {
                0 => format!("`{bundle}` has no mechtron"),
                _ => format!("`{bundle}` has {what}: name one of {there}"),
            })
        })
    }
}

/// Where the state lies of what its owner put behind a point.
pub fn home_of(name: &Point) -> Point {
    // A key that is a user's is 63 bytes at most, and so are the segments before it: with the path it still is a point.
    format!("{}:{HOME}", name.stem()).parse().unwrap_or_else(|_| name.clone())
}

/// The point that a state's name belongs to.
pub(crate) fn lives_at(home: &Point) -> Point {
    match home.path() {
        Some(HOME) => home.parent().unwrap_or_else(|| home.clone()),
        _ => home.clone(),
    }
}

/// The mechtrons of a bundle, each with its document: those its `app.toml` names, or all documents by their file's name.
fn choices(manifest: &Manifest) -> Vec<(&str, &str)> {
    match &manifest.documents.app {
        Some(app) => app.mechtrons.iter().map(|(name, placed)| (name.as_str(), placed.config.as_str())).collect(),
        None => manifest.documents.mechtrons.keys().map(|path| (stem(path), path.as_str())).collect(),
    }
}

fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".toml").unwrap_or(file)
}
