//! `Cmd<Upgrade>` and `Cmd<Swap>`: an application, or one mechtron of it, goes to another version while it runs.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use starlane_bundle::{InstallRecord, Signed, Swapped, Version};
use starlane_protocol::{Code, May, Point, Wave};

use super::{Answered, body, judge};
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::registry::{Installation, Picture, Wanted, no_app, no_bundle};
use crate::upgrade;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct To {
    /// A version of the series that is installed, or a bundle's point; the newest version when it is not said.
    to: Option<String>,
    /// Whether callers may lose what the present generation takes and gives.
    #[serde(default)]
    breaking: bool,
}

/// Takes an application to another version.
pub(super) async fn upgrade(mesh: &Arc<Mesh>, wave: &Wave) -> Answered {
    let app = &wave.to;
    judge(mesh, &wave.agent, May::Install, app)?;
    let To { to, breaking } = body(wave)?;
    let was = mesh.registry.now().apps.get(app).cloned().ok_or_else(|| not_installed(app))?;
    let want = |there: Option<&InstallRecord>| {
        let there = there.ok_or_else(|| not_installed(app))?;
        let bundle = bundle(&mesh.registry.now(), there, to.as_deref())?;
        Ok(Wanted::bundle(bundle, Some(there)))
    };
    answer(&was, upgrade::change(mesh, app, want, breaking).await?)
}

/// Takes one mechtron of an application to another version of the application's series.
pub(super) async fn swap(mesh: &Arc<Mesh>, wave: &Wave) -> Answered {
    let mechtron = &wave.to;
    judge(mesh, &wave.agent, May::Install, mechtron)?;
    let To { to, breaking } = body(wave)?;
    let picture = mesh.registry.now();
    let spec = picture.app_of(mechtron).zip(mechtron.segments().nth(2)).filter(|_| mechtron.segments().count() == 3);
    let spec = spec.filter(|(was, name)| was.app.mechtrons.contains_key(*name));
    let (was, name) = spec.ok_or_else(|| {
        Problem::new(Code::NoRoute, format!("`{mechtron}` is not a mechtron of an installed application"))
            .hint("One is `<space>:<app>:<mechtron>`, without a key: `starlane ls` shows what there is.")
    })?;
    let want = |there: Option<&InstallRecord>| {
        let there = there.ok_or_else(|| not_installed(&was.app.point))?;
        with_swapped(&mesh.registry.now(), there, name, to.as_deref())
    };
    let mut told = answer(was, upgrade::change(mesh, &was.app.point, want, breaking).await?)?;
    let from = |one: &Installation| one.app.mechtrons.get(name).map(|spec| spec.bundle.clone());
    let now = mesh.registry.now().apps.get(&was.app.point).and_then(|now| from(now));
    told["mechtron"] = json!({ "point": mechtron, "was": from(was), "bundle": now });
    Ok(told)
}

/// What is wanted when one mechtron comes from another version.
fn with_swapped(picture: &Picture, there: &InstallRecord, name: &str, to: Option<&str>) -> Result<Wanted, Problem> {
    let bundle = bundle(picture, there, to)?;
    let signed = picture.bundles.get(&bundle).ok_or_else(|| no_bundle(&bundle))?;
    if signed.manifest.series() != there.series {
        let what = format!("a mechtron is swapped within its series, and `{bundle}` is not one of `{}`", there.series);
        return Err(Problem::new(Code::Conflict, what).hint("Upgrade the application to it instead."));
    }
    let mut wanted = Wanted::of(there);
    // What is the application's own version anyway is no exception.
    match signed.digest == there.digest {
        true => drop(wanted.swapped.remove(name)),
        false => {
            let swapped = Swapped { version: signed.manifest.semver(), digest: signed.digest };
            wanted.swapped.insert(name.to_owned(), swapped);
        }
    }
    Ok(wanted)
}

/// The bundle that is meant: a point, a version of the series that is installed, or its newest one.
fn bundle(picture: &Picture, there: &InstallRecord, to: Option<&str>) -> Result<Point, Problem> {
    match to {
        Some(text) if text.contains(':') => text.parse().map_err(|error: starlane_protocol::PointError| {
            Problem::new(Code::BadPoint, format!("`{text}`: {error}")).hint("Name a version, like 1.3.0, or a bundle.")
        }),
        Some(text) => {
            let version = Version::parse(text).ok().and_then(|version| there.series.child(&version.to_string()).ok());
            version.ok_or_else(|| {
                Problem::new(Code::BadBody, format!("`{text}` is not a version"))
                    .hint("A version has three numbers, like 1.3.0.")
            })
        }
        None => Ok(newest(picture, there)),
    }
}

/// The newest version of the series that is installed and may run; pre-releases are taken only when named.
fn newest(picture: &Picture, there: &InstallRecord) -> Point {
    let series = picture.bundles.values().filter(|bundle| bundle.manifest.series() == there.series);
    let trusted = picture.series.get(&there.series);
    let may_run = |bundle: &Signed| trusted.is_some_and(|series| series.record.check_signed(bundle).is_ok());
    let finished = series.filter(|bundle| bundle.manifest.semver().pre.is_empty() && may_run(bundle));
    let newest = finished.max_by_key(|bundle| bundle.manifest.semver());
    newest.map_or_else(|| there.bundle(), |bundle| bundle.manifest.bundle.clone())
}

fn answer(was: &Installation, now: Result<Arc<Installation>, Arc<Installation>>) -> Answered {
    let (changed, now) = match now {
        Ok(now) => (changed(was, &now), now),
        Err(there) => (Vec::new(), there),
    };
    let app = &now.app;
    tracing::info!(app = %app.point, bundle = %app.bundle, generation = app.generation, ?changed, "upgraded");
    Ok(json!({
        "app": app.point, "bundle": app.bundle, "digest": app.digest, "generation": app.generation,
        "was": { "bundle": was.app.bundle, "generation": was.app.generation }, "changed": changed,
    }))
}

/// The mechtrons that are something else than before, by name.
fn changed(was: &Installation, now: &Installation) -> Vec<Value> {
    let gone = was.app.mechtrons.keys().filter(|name| !now.app.mechtrons.contains_key(*name));
    now.app.changed_since(&was.app).chain(gone).map(|name| json!(name)).collect()
}

fn not_installed(app: &Point) -> Problem {
    no_app(app).hint("Install it first: `starlane install <app> <bundle>`.")
}
