//! `Cmd<Upgrade>` and `Cmd<Swap>`: an application, or one mechtron of it, goes to another version while it runs.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use starlane_bundle::{Digest, InstallRecord, Signed, Swapped, Version};
use starlane_protocol::{Code, May, Point, Wave};

use super::{Answered, body, judge};
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::registry::{Installation, Picture, Wanted, no_app, published};
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
    let mut choice = Choice::of(mesh, app).await?;
    let want = |there: Option<&InstallRecord>| {
        let there = there.ok_or_else(|| not_installed(app))?;
        let bundle = choice.bundle(&mesh.registry.now(), there, to.as_deref())?;
        Ok(Wanted::bundle(bundle, Some(there)))
    };
    let now = upgrade::change(mesh, app, want, breaking).await?;
    answer(&was, now, &choice)
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
    let mut choice = Choice::of(mesh, &was.app.point).await?;
    let want = |there: Option<&InstallRecord>| {
        let there = there.ok_or_else(|| not_installed(&was.app.point))?;
        let picture = mesh.registry.now();
        let bundle = choice.bundle(&picture, there, to.as_deref())?;
        with_swapped(&picture, there, name, bundle)
    };
    let now = upgrade::change(mesh, &was.app.point, want, breaking).await?;
    let mut told = answer(was, now, &choice)?;
    let from = |one: &Installation| one.app.mechtrons.get(name).map(|spec| spec.bundle.clone());
    let now = mesh.registry.now().apps.get(&was.app.point).and_then(|now| from(now));
    told["mechtron"] = json!({ "point": mechtron, "was": from(was), "bundle": now });
    Ok(told)
}

/// What is wanted when one mechtron comes from another version.
fn with_swapped(picture: &Picture, there: &InstallRecord, name: &str, bundle: Point) -> Result<Wanted, Problem> {
    let signed = published(picture, &bundle)?;
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

/// Which bundle an application goes to.
struct Choice {
    /// Bundles that were taken back from it after they trapped on trial: they are taken only when named.
    taken_back: Vec<Digest>,
    /// Those that therefore were left out.
    left_out: Vec<Point>,
}

impl Choice {
    async fn of(mesh: &Mesh, app: &Point) -> Result<Self, Problem> {
        Ok(Self { taken_back: mesh.store.taken_back(app).await?, left_out: Vec::new() })
    }

    /// The bundle that is meant: a point, a version of the series that is installed, or its newest one.
    fn bundle(&mut self, picture: &Picture, there: &InstallRecord, to: Option<&str>) -> Result<Point, Problem> {
        match to {
            Some(text) if text.contains(':') => text.parse().map_err(|error: starlane_protocol::PointError| {
                Problem::new(Code::BadPoint, format!("`{text}`: {error}"))
                    .hint("Name a version, like 1.3.0, or a bundle.")
            }),
            Some(text) => {
                let version =
                    Version::parse(text).ok().and_then(|version| there.series.child(&version.to_string()).ok());
                version.ok_or_else(|| {
                    Problem::new(Code::BadBody, format!("`{text}` is not a version"))
                        .hint("A version has three numbers, like 1.3.0.")
                })
            }
            None => Ok(self.newest(picture, there)),
        }
    }

    /// The newest version of the series that is installed, may run, and was not taken back; pre-releases are taken only
    /// when named.
    fn newest(&mut self, picture: &Picture, there: &InstallRecord) -> Point {
        let series = picture.bundles.values().filter(|bundle| bundle.manifest.series() == there.series);
        let trusted = picture.series.get(&there.series);
        let may_run = |bundle: &Signed| trusted.is_some_and(|series| series.record.check_signed(bundle).is_ok());
        let finished = series.filter(|bundle| bundle.manifest.semver().pre.is_empty() && may_run(bundle));
        let failed = |bundle: &Signed| bundle.digest != there.digest && self.taken_back.contains(&bundle.digest);
        let (failed, fit): (Vec<_>, Vec<_>) = finished.partition(|bundle| failed(bundle));
        let newest = fit.into_iter().max_by_key(|bundle| bundle.manifest.semver());
        let least = newest.map_or_else(|| there.version.clone(), |bundle| bundle.manifest.semver());
        let newer = failed.into_iter().filter(|bundle| bundle.manifest.semver() > least);
        self.left_out = newer.map(|bundle| bundle.manifest.bundle.clone()).collect();
        newest.map_or_else(|| there.bundle(), |bundle| bundle.manifest.bundle.clone())
    }
}

fn answer(was: &Installation, now: Result<Arc<Installation>, Arc<Installation>>, choice: &Choice) -> Answered {
    let (changed, now) = match now {
        Ok(now) => (changed(was, &now), now),
        Err(there) => (Vec::new(), there),
    };
    let app = &now.app;
    tracing::info!(app = %app.point, bundle = %app.bundle, generation = app.generation, ?changed, "upgraded");
    let mut told = json!({
        "app": app.point, "bundle": app.bundle, "digest": app.digest, "generation": app.generation,
        "was": { "bundle": was.app.bundle, "generation": was.app.generation }, "changed": changed,
    });
    if !choice.left_out.is_empty() {
        told["left_out"] = json!(choice.left_out);
    }
    Ok(told)
}

/// The mechtrons that are something else than before, by name.
fn changed(was: &Installation, now: &Installation) -> Vec<Value> {
    let gone = was.app.mechtrons.keys().filter(|name| !now.app.mechtrons.contains_key(*name));
    now.app.changed_since(&was.app).chain(gone).map(|name| json!(name)).collect()
}

fn not_installed(app: &Point) -> Problem {
    no_app(app).hint("Install it first: `starlane install <app> <bundle>`.")
}
