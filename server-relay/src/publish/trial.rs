//! A trial installation: holes filled, targets found, rules of `[http]` and grants read, as at an install.
//!
//! Each mechtron, line and grant is tried apart, so that every mistake is found and its place is known.

use starlane_bundle::{Digest, FileEntry, Manifest};
use starlane_host::app::{HttpTo, InstallError, InstalledApp, Recipe};
use starlane_protocol::Point;
use starlane_protocol::document::{App, Names};

use super::check::suggestion;
use super::documents::{APP, Step};
use super::{Fault, Folder};

/// The segment the trial application gets; what a document says may not depend on it.
const TRIAL: &str = "trial";

/// What the name of a mechtron is made of.
const SEGMENT: &str = "it is lower-case letters and digits, joined by single hyphens, 63 at most";

/// Installs the bundle for trial.
pub(super) fn install(folder: &Folder, manifest: &Manifest, faults: &mut Vec<Fault>) {
    let before = faults.len();
    if let Some(app) = &manifest.documents.app {
        mechtrons(folder, manifest, app, faults);
        if faults.len() == before {
            grants(folder, manifest, app, faults);
            http(folder, manifest, app, faults);
        }
    }
    if faults.len() == before
        && let Err(error) = trial(manifest)
    {
        faults.push(fault(folder, &[], &error));
    }
}

fn mechtrons(folder: &Folder, manifest: &Manifest, app: &App, faults: &mut Vec<Fault>) {
    for (name, mechtron) in &app.mechtrons {
        let steps = [Step::Key("mechtrons"), Step::Key(name)];
        if !is_segment(name) {
            let what = format!("`{name}` cannot be the name of a mechtron: {SEGMENT}");
            faults.push(fault(folder, &steps, &InstallError::Document(what)));
            continue;
        }
        let only = App { mechtrons: Names::from_iter([(name.clone(), mechtron.clone())]), ..bare(app) };
        if let Err(error) = try_app(manifest, only) {
            faults.push(fault(folder, &steps, &error));
        }
    }
}

/// Whether a name is one segment of a point, and no version.
fn is_segment(name: &str) -> bool {
    !name.contains(['.', ':', '/']) && format!("a:{name}").parse::<Point>().is_ok()
}

fn grants(folder: &Folder, manifest: &Manifest, app: &App, faults: &mut Vec<Fault>) {
    for (index, grant) in app.grants.iter().enumerate() {
        let only = App { mechtrons: app.mechtrons.clone(), grants: vec![grant.clone()], ..bare(app) };
        if let Err(error) = try_app(manifest, only) {
            faults.push(fault(folder, &[Step::Key("grant"), Step::Index(index)], &error));
        }
    }
}

fn http(folder: &Folder, manifest: &Manifest, app: &App, faults: &mut Vec<Fault>) {
    for (path, line) in &app.http {
        let steps = [Step::Key("http"), Step::Key(path)];
        let http = Names::from_iter([(path.clone(), line.clone())]);
        let only = App { mechtrons: app.mechtrons.clone(), http, ..bare(app) };
        match try_app(manifest, only) {
            Ok(trial) => {
                faults.extend(trial.http.iter().filter_map(|rule| nothing_there(folder, manifest, &steps, &rule.to)))
            }
            Err(error) => faults.push(fault(folder, &steps, &error)),
        }
    }
}

/// A line that leads to a file or folder which the bundle does not have.
fn nothing_there(folder: &Folder, manifest: &Manifest, steps: &[Step<'_>], to: &HttpTo) -> Option<Fault> {
    let HttpTo::Files(path) = to else { return None };
    if is_there(&manifest.files, path) {
        return None;
    }
    let fault = Fault::new("missing-file", format!("`/{path}` is not in the bundle")).in_file(APP);
    let fault = fault.at(folder.sources.place(APP, steps));
    Some(match suggestion(folder, path, "") {
        Some(hint) => fault.hint(hint),
        None => fault,
    })
}

fn is_there(files: &Names<FileEntry>, path: &str) -> bool {
    match path.is_empty() || path.ends_with('/') {
        true => files.keys().any(|file| file.starts_with(path)),
        false => files.contains_key(path),
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
