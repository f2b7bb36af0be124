//! A trial installation: holes filled, targets found, rules of `[http]` and grants read, as at an install.
//!
//! Each mechtron, line and grant is tried apart, so that every mistake is found and its place is known.

use starlane_bundle::{Digest, Manifest};
use starlane_host::app::{HttpTo, InstallError, InstalledApp, Recipe, contradiction, grant, rule};
use starlane_protocol::Point;
use starlane_protocol::document::{App, Documents, Holes, HttpLine, Names, Values, config_holes};

use super::check::suggestion;
use super::documents::{APP, Step};
use super::folder::Listing;
use super::{Fault, Folder};

/// The segment the trial application gets; what a document says may not depend on it.
const TRIAL: &str = "trial";

/// What the name of a mechtron is made of.
const SEGMENT: &str = "it is lower-case letters and digits, joined by single hyphens, 63 at most";

/// Tries each mechtron, line of `[http]` and grant by itself, as far as it is known what it depends on.
pub(super) fn parts(folder: &Folder, bundle: &Point, documents: &Documents, values: &Values, faults: &mut Vec<Fault>) {
    let (Some(app), Some(at)) = (&documents.app, point(bundle)) else { return };
    let mut parts = Parts { folder, app, holes: Holes { app: &at, bundle, config: values }, faults };
    parts.mechtrons(documents);
    parts.grants();
    parts.http();
}

/// An application of which each part is tried.
struct Parts<'a> {
    folder: &'a Folder,
    app: &'a App,
    holes: Holes<'a>,
    faults: &'a mut Vec<Fault>,
}

impl Parts<'_> {
    fn mechtrons(&mut self, documents: &Documents) {
        for (name, placed) in &self.app.mechtrons {
            let what = match documents.mechtrons.get(&placed.config).filter(|_| self.folder.doubts.knows(name)) {
                _ if !is_segment(name) => Some(format!("`{name}` cannot be the name of a mechtron: {SEGMENT}")),
                Some(config) => contradiction(placed, config.state).map(|what| format!("mechtrons.{name}: {what}")),
                None => None,
            };
            if let Some(what) = what {
                self.wrong(&[Step::Key("mechtrons"), Step::Key(name)], &InstallError::Document(what));
            }
        }
    }

    fn grants(&mut self) {
        for (index, one) in self.folder.doubts.grants(self.app) {
            let Err(error) = grant(one, self.app, &self.holes) else { continue };
            let text = if error.key == "on" { one.on.as_str() } else { one.to.as_str() };
            if self.is_known(text) {
                self.wrong(&[Step::Key("grant"), Step::Index(index), Step::Key(error.key)], &error.into());
            }
        }
    }

    fn http(&mut self) {
        for (path, line) in &self.app.http {
            let text = line.to().as_str();
            match rule(path, line, self.app, &self.holes) {
                Ok(rule) => self.faults.extend(nothing_there(self.folder, &target(path, line), &rule.to)),
                Err(error) if self.is_known(text) => self.wrong(&target(path, line), &error),
                Err(_) => {}
            }
        }
    }

    /// Whether everything is known that a text takes: the values it names, and what is said of a mechtron.
    fn is_known(&self, text: &str) -> bool {
        let doubts = &self.folder.doubts;
        let takes_values = config_holes(text).is_ok_and(|names| !names.is_empty());
        let known = !takes_values || (doubts.knows_values() && doubts.knows_mechtrons());
        let mechtron = text.strip_prefix("${app}:").and_then(|rest| rest.split(':').next());
        known && mechtron.is_none_or(|name| doubts.knows(name))
    }

    /// Tells what is wrong somewhere, unless something was told of that very place.
    fn wrong(&mut self, steps: &[Step<'_>], error: &InstallError) {
        let found = fault(self.folder, steps, error);
        if !self.faults.iter().any(|other| (&other.file, &other.place) == (&found.file, &found.place)) {
            self.faults.push(found);
        }
    }
}

/// Where the target of a line of `[http]` stands.
pub(super) fn target<'p>(path: &'p str, line: &HttpLine) -> Vec<Step<'p>> {
    let mut steps = vec![Step::Key("http"), Step::Key(path)];
    if let HttpLine::For(_) = line {
        steps.push(Step::Key("to"));
    }
    steps
}

/// Installs the bundle for trial, first each mechtron alone: none of its parts has shown a mistake.
pub(super) fn install(folder: &Folder, manifest: &Manifest, faults: &mut Vec<Fault>) {
    let Some(app) = &manifest.documents.app else { return whole(folder, manifest, faults) };
    for (name, mechtron) in &app.mechtrons {
        let only = App { mechtrons: Names::from_iter([(name.clone(), mechtron.clone())]), ..bare(app) };
        if let Err(error) = try_app(manifest, only) {
            faults.push(fault(folder, &[Step::Key("mechtrons"), Step::Key(name)], &error));
        }
    }
    if faults.is_empty() {
        whole(folder, manifest, faults);
    }
}

fn whole(folder: &Folder, manifest: &Manifest, faults: &mut Vec<Fault>) {
    faults.extend(trial(manifest).err().map(|error| fault(folder, &[], &error)));
}

/// Whether a name is one segment of a point, and no version.
fn is_segment(name: &str) -> bool {
    !name.contains(['.', ':', '/']) && format!("a:{name}").parse::<Point>().is_ok()
}

/// A line that leads to a file or folder which the bundle does not have.
fn nothing_there(folder: &Folder, steps: &[Step<'_>], to: &HttpTo) -> Option<Fault> {
    let HttpTo::Files(path) = to else { return None };
    if is_there(&folder.listing, path) {
        return None;
    }
    let fault = Fault::new("missing-file", format!("`/{path}` is not in the bundle")).in_file(APP);
    let fault = fault.at(folder.sources.place(APP, steps));
    Some(match suggestion(folder, path, "") {
        Some(hint) => fault.hint(hint),
        None => fault,
    })
}

fn is_there(listing: &Listing, path: &str) -> bool {
    match path.is_empty() || path.ends_with('/') {
        true => listing.files.keys().any(|file| file.starts_with(path)),
        false => listing.files.contains_key(path),
    }
}

/// An application of which only the values are left.
fn bare(app: &App) -> App {
    App { config: app.config.clone(), ..App::default() }
}

/// The point that the trial application gets.
pub(super) fn point(bundle: &Point) -> Option<Point> {
    format!("{}:{TRIAL}", bundle.space()).parse().ok()
}

/// A message in which what nobody wrote is shown as what stands for it.
pub(super) fn shown(folder: &Folder, message: &str) -> String {
    message.replace(&format!("{}:{TRIAL}", folder.space), "${app}")
}

fn try_app(manifest: &Manifest, app: App) -> Result<InstalledApp, InstallError> {
    let mut manifest = manifest.clone();
    manifest.documents.app = Some(app);
    trial(&manifest)
}

fn trial(manifest: &Manifest) -> Result<InstalledApp, InstallError> {
    let point = point(&manifest.bundle).ok_or_else(|| InstallError::NotAnApp(manifest.bundle.clone()))?;
    InstalledApp::new(&Recipe::plain(&point, manifest, Digest::of(b""), 1))
}

fn fault(folder: &Folder, steps: &[Step<'_>], error: &InstallError) -> Fault {
    let fault = Fault::new(error.code(), shown(folder, &error.to_string()));
    match folder.sources.place(APP, steps) {
        Some(place) => fault.in_file(APP).at(Some(place)),
        None => fault,
    }
}
