//! Installed applications: what a manifest says once its holes are filled.

mod change;
mod grant;
mod http;
mod own;
mod recipe;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use starlane_bundle::{Digest, FileEntry};
use starlane_protocol::document::{
    AppMechtron, HoleError, Keeps, Keyed, MechtronLimits, Names, Placement, Rollback, Values, Visitors,
};
use starlane_protocol::{Grant, Pattern, Point};

use crate::bind::CompiledBind;

pub use change::WayBack;
pub use grant::{GrantError, grant};
pub use http::rule;
pub(crate) use own::lives_at;
pub use own::{Override, home_of};
pub use recipe::{Recipe, Swapped};

use recipe::Source;

/// An application as every star knows it. Shared between the stars of a relay.
#[derive(Debug)]
pub struct InstalledApp {
    /// Its point.
    pub point: Point,
    /// The bundle it is made from.
    pub bundle: Point,
    /// The SHA-256 of that bundle's manifest.
    pub digest: Digest,
    /// Rises with every change of what is installed.
    pub generation: u64,
    /// Every file of the bundle, by path.
    pub files: Names<FileEntry>,
    /// The page that browsers are shown where the application cannot answer.
    pub offline: Option<FileEntry>,
    /// The values of its `[config]`.
    pub config: Values,
    /// Its mechtrons, by the segment below its point.
    pub mechtrons: Names<Arc<MechtronSpec>>,
    /// Who may do what.
    pub grants: Vec<Grant>,
    /// What is served where, the longest literal prefix first.
    pub http: Vec<HttpRule>,
}

/// What one mechtron of an application is made of.
#[derive(Debug)]
pub struct MechtronSpec {
    /// Of what a user put behind a point of the application: the number the shell gave it. None of what is the
    /// application's own.
    pub own: Option<u64>,
    /// The application's point.
    pub app: Point,
    /// The segment below the application's point.
    pub name: String,
    /// The bundle its code, bind and files are from: another version than the application's if it was swapped.
    pub bundle: Point,
    /// The SHA-256 of that bundle's manifest.
    pub digest: Digest,
    /// Whether there is one for every key.
    pub keyed: Keyed,
    /// Where it runs.
    pub placement: Placement,
    /// What becomes of its state when a new version fails on trial after it has migrated the state.
    pub rollback: Rollback,
    /// What code may use that its owner puts behind it; none if nobody may.
    pub overridable: Option<MechtronLimits>,
    /// What it keeps between waves.
    pub keeps: Keeps,
    /// Milliseconds without a wave after which it sleeps; the star's own measure if it says none.
    pub idle_ms: Option<u64>,
    /// Its code.
    pub wasm: FileEntry,
    /// What it can be asked.
    pub bind: Arc<CompiledBind>,
    /// What one instance and one wave may use.
    pub limits: MechtronLimits,
    /// The whole config as JSON.
    pub config_json: String,
    /// Each config value: a text as it is, anything else as JSON.
    pub config: Names<String>,
    /// What its code may call.
    pub fence: Vec<Pattern>,
    /// Every file of its bundle, by path.
    pub files: Arc<Names<FileEntry>>,
}

impl MechtronSpec {
    /// Whether it is the same in everything but the files it can read.
    pub fn is_like(&self, other: &MechtronSpec) -> bool {
        let code = |spec: &MechtronSpec| (spec.wasm.sha256, spec.limits, spec.keyed, spec.keeps, spec.placement);
        code(self) == code(other)
            && self.config_json == other.config_json
            && self.fence == other.fence
            && self.idle_ms == other.idle_ms
            && self.bind.document == other.bind.document
    }
}

/// One line of `[http]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRule {
    /// The literal path, or what stands before the `*`.
    pub prefix: String,
    /// Whether anything may follow the prefix.
    pub open_end: bool,
    /// What it leads to.
    pub to: HttpTo,
    /// Who may use it.
    pub visitors: Visitors,
}

/// What a line of `[http]` leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpTo {
    /// A mechtron, asked with `Http<…>`.
    Mechtron(Point),
    /// A keyed one without its key, which is the first part of what the path's `*` stands for: see [`HttpTo::keyed`].
    Keyed(Point),
    /// A file of the bundle, by path; one that ends in `/` (or is empty) is a folder.
    Files(String),
}

/// Why an application cannot be made from a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum InstallError {
    /// The bundle has no `app.toml` and no files to serve.
    Empty,
    /// The point is not `<space>:<app>`, or uses a reserved name.
    NotAnApp(Point),
    /// A document does not hold at this place.
    Document(String),
    /// A value of `[config]` is none of the application's, or not of the kind of its default.
    Config(String),
}

impl InstallError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        match self {
            InstallError::Empty => "bundle-empty",
            InstallError::NotAnApp(_) => "not-an-app",
            InstallError::Document(_) => "bad-document",
            InstallError::Config(_) => "bad-config",
        }
    }
}

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InstallError::Empty => f.write_str("the bundle has no files"),
            InstallError::NotAnApp(point) => write!(
                f,
                "`{point}` cannot be an application: one is `<space>:<name>`, and users, stars, portals, repo and starlane are reserved"
            ),
            InstallError::Document(what) | InstallError::Config(what) => f.write_str(what),
        }
    }
}

impl Error for InstallError {}

/// Bytes of all mechtrons' configs together, once filled: four times those of a manifest.
const CONFIGS_BYTES: usize = 4 << 20;

/// Names that no application can have.
const RESERVED: [&str; 5] = ["users", "stars", "portals", "repo", "starlane"];

impl InstalledApp {
    /// Fills the holes of a bundle's documents for one application.
    ///
    /// # Errors
    /// The first place at which a document does not hold.
    pub fn new(recipe: &Recipe<'_>) -> Result<Self, InstallError> {
        let Recipe { point, manifest, digest, generation, .. } = *recipe;
        let segments: Vec<&str> = point.segments().collect();
        if segments.len() != 2 || point.path().is_some() || RESERVED.contains(&segments[1]) {
            return Err(InstallError::NotAnApp(point.clone()));
        }
        if manifest.files.is_empty() {
            return Err(InstallError::Empty);
        }
        let app = manifest.documents.app.clone().unwrap_or_default();
        recipe.check(&app)?;
        let mut mechtrons = Names::new();
        let base = Source::new(manifest, digest, recipe)?;
        let mut room = CONFIGS_BYTES;
        for (name, placed) in &app.mechtrons {
            let spec = match recipe.swapped.get(name) {
                None => spec(point, name, placed, &placed.config, &base)?,
                Some(swapped) => {
                    let source = Source::new(&swapped.0, swapped.1, recipe)?;
                    spec(point, name, placed, source.document_of(name)?, &source)?
                }
            };
            room = room.checked_sub(spec.config_json.len()).ok_or_else(|| {
                InstallError::Document("the mechtrons' configs have more than 4 MiB once their holes are filled".into())
            })?;
            mechtrons.insert(name.clone(), Arc::new(spec));
        }
        let holes = base.holes();
        let grants = app.grants.iter().map(|one| grant(one, &app, &holes)).collect::<Result<_, _>>()?;
        let site = manifest.documents.app.is_none();
        let http = if site { vec![http::whole_bundle()] } else { http::rules(&app, &holes)? };
        let (bundle, files) = (manifest.bundle.clone(), manifest.files.clone());
        let config = base.values.clone();
        let offline = app.offline.as_deref().map(|path| offline(path, &files)).transpose()?;
        Ok(Self { point: point.clone(), bundle, digest, generation, files, offline, config, mechtrons, grants, http })
    }

    /// The mechtron (and its key) that a point names, if it is one of this application.
    /// The point may be `<app>:<name>[:<key>]`.
    pub fn mechtron(&self, point: &Point) -> Option<&Arc<MechtronSpec>> {
        let mut rest = point.segments().skip(2);
        let spec = self.mechtrons.get(rest.next()?)?;
        let fits = match rest.next() {
            None => !spec.keyed.is_keyed(),
            Some(key) => spec.keyed.takes(key) && rest.next().is_none(),
        };
        (fits && point.is_within(&self.point)).then_some(spec)
    }

    /// The user who owns what stands at a point: a mechtron with `keyed = "user"` is its key's.
    pub fn owner(&self, point: &Point) -> Option<Point> {
        self.mechtron(point).filter(|spec| spec.keyed == Keyed::User)?;
        format!("{}:users:{}", point.space(), point.segments().last()?).parse().ok()
    }

    /// Whether a file with this digest belongs to it: of its bundle, or of one that a mechtron was swapped to.
    pub fn has_file(&self, digest: &Digest) -> bool {
        let swapped = self.mechtrons.values().filter(|spec| spec.digest != self.digest);
        let files = swapped.flat_map(|spec| spec.files.values());
        self.files.values().chain(files).any(|file| file.sha256 == *digest)
    }
}

/// The page that `offline` names.
fn offline(path: &str, files: &Names<FileEntry>) -> Result<FileEntry, InstallError> {
    let wrong = |what: &str| InstallError::Document(format!("offline = \"{path}\": {what}"));
    let file = files.get(path).ok_or_else(|| wrong("the bundle has no such file"))?;
    match file.media.starts_with("text/html") {
        true => Ok(file.clone()),
        false => Err(wrong("it is shown as a page, and this file is no HTML")),
    }
}

fn spec(
    app: &Point,
    name: &str,
    placed: &AppMechtron,
    document: &str,
    source: &Source<'_>,
) -> Result<MechtronSpec, InstallError> {
    let wrong = |what: String| InstallError::Document(format!("mechtrons.{name}: {what}"));
    app.child(name).map_err(|error| wrong(error.to_string()))?;
    let missing = |what: &str, path: &str| wrong(format!("{what} `{path}` is not in the bundle"));
    let config = source.manifest.documents.mechtrons.get(document).ok_or_else(|| missing("document", document))?;
    let bind = source.binds.get(&config.bind).ok_or_else(|| missing("bind", &config.bind))?;
    let wasm = source.files.get(&config.wasm).ok_or_else(|| missing("wasm", &config.wasm))?;
    contradiction(placed, config.state).map_or(Ok(()), |what| Err(wrong(what.into())))?;
    let holes = source.holes();
    // What a value makes of a document is told by the document's name.
    let unfilled = |error: HoleError| InstallError::Document(format!("{document}: {error}"));
    let fence = config.may.call.iter().map(|pattern| pattern.fill(&holes).map_err(|error| error.at("may.call")));
    let fence = fence.collect::<Result<_, _>>().map_err(unfilled)?;
    let (config_json, texts) = config.filled(&holes).map_err(unfilled)?;
    Ok(MechtronSpec {
        own: None,
        app: app.clone(),
        name: name.into(),
        bundle: source.manifest.bundle.clone(),
        digest: source.digest,
        keyed: placed.keyed,
        placement: placed.placement,
        rollback: placed.rollback,
        overridable: placed.overridden_by.map(|_| placed.override_limits.unwrap_or(config.limits)),
        keeps: config.state,
        idle_ms: placed.idle.map(|idle| idle.0),
        wasm: wasm.clone(),
        bind: bind.clone(),
        limits: config.limits,
        config_json,
        config: texts,
        fence,
        files: source.files.clone(),
    })
}

/// What a place says that cannot be true together, with what its document says of its state.
pub fn contradiction(placed: &AppMechtron, state: Keeps) -> Option<&'static str> {
    let says = [
        (
            placed.placement == Placement::Anywhere && state != Keeps::None,
            "placement = \"anywhere\" needs `state = \"none\"` in its document: any star may run it, so it keeps nothing",
        ),
        (
            placed.keyed == Keyed::User && placed.placement == Placement::Browser,
            "keyed = \"user\" does not go with placement = \"browser\": there is one for each user already, for that user alone",
        ),
        (
            placed.keyed == Keyed::User && placed.placement != Placement::Server,
            "keyed = \"user\" needs placement = \"server\": what each user owns is in one place, for all who may see it",
        ),
        (
            placed.overridden_by.is_some() && placed.keyed != Keyed::User,
            "override = \"owner\" needs keyed = \"user\": only what stands for a user has an owner",
        ),
        (
            placed.override_limits.is_some() && placed.overridden_by.is_none(),
            "override-limits needs override = \"owner\": nobody else may put code behind it",
        ),
        (
            placed.rollback == Rollback::DropWrites && state == Keeps::None,
            "rollback = \"drop-writes\" needs a state, and its document says `state = \"none\"`",
        ),
    ];
    says.into_iter().find(|(contradicts, _)| *contradicts).map(|(_, what)| what)
}
