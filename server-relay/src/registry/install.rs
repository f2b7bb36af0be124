//! Installing, changing and removing applications: whole or not at all, each change with the next generation.

use std::sync::Arc;

use serde_json::Value;
use starlane_bundle::{InstallRecord, Signed, Swapped, Version};
use starlane_protocol::document::Names;
use starlane_protocol::lane::Installed;
use starlane_protocol::{Code, Point};
use tokio::sync::MutexGuard;

use super::compatible::Comparison;
use super::{Installation, Notary, Picture, Registry, made, removed};
use crate::problem::Problem;
use crate::store::InstallRow;

/// Applications of one relay: a greeting that names them all fits one message of a lane.
const APPS: usize = 1_024;

/// A change that others are yet to be told of. While it is held, no other begins.
pub(crate) struct Change<'a, T> {
    /// What has changed.
    pub(crate) what: T,
    _one_at_a_time: MutexGuard<'a, ()>,
}

/// What is to stand at an application's point.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wanted {
    /// The bundle.
    pub(crate) bundle: Point,
    /// The version below which nothing of its series may run there.
    pub(crate) floor: Option<Version>,
    /// Config values that were set for it.
    pub(crate) config: Names<Value>,
    /// Mechtrons that are made from another version.
    pub(crate) swapped: Names<Swapped>,
}

impl Wanted {
    /// What stands there.
    pub(crate) fn of(record: &InstallRecord) -> Self {
        let InstallRecord { floor, config, swapped, .. } = record.clone();
        Self { bundle: record.bundle(), floor, config, swapped }
    }

    /// A bundle, whole. What was set stays; a floor is one of a series and goes with it.
    pub(crate) fn bundle(bundle: Point, there: Option<&InstallRecord>) -> Self {
        let same_series = there.filter(|record| bundle.parent().as_ref() == Some(&record.series));
        Self {
            floor: same_series.and_then(|record| record.floor.clone()),
            config: there.map(|record| record.config.clone()).unwrap_or_default(),
            swapped: Names::new(),
            bundle,
        }
    }
}

impl Registry {
    /// The one door through which what stands at an application's point changes: `want` says, from what stands there,
    /// what is to. `Ok(Err(…))`: that very thing stands there already. What takes away what the present one took and
    /// gave is installed only when that is meant (`breaking`).
    pub(crate) async fn install(
        &self,
        app: &Point,
        want: impl FnOnce(Option<&InstallRecord>) -> Result<Wanted, Problem>,
        breaking: bool,
        notary: &Notary<'_>,
    ) -> Result<Result<Change<'_, Arc<Installation>>, Arc<Installation>>, Problem> {
        let guard = self.changing.lock().await;
        let now = self.now();
        let there = now.apps.get(app);
        let wanted = want(there.map(|one| &one.record))?;
        let signed = published(&now, &wanted.bundle)?;
        if let Some(there) = there.filter(|one| one.app.digest == signed.digest && Wanted::of(&one.record) == wanted) {
            return Ok(Err(there.clone()));
        }
        if now.apps.len() >= APPS && there.is_none() {
            return Err(Problem::new(Code::TooMany, format!("a relay has {APPS} applications at most")));
        }
        if there.is_none() {
            // What an application that was removed here kept is gone, also when its removal was cut short.
            notary.store.forget(app).await?;
        }
        let generation = now.generations.get(app).copied().unwrap_or(0) + 1;
        let installation = prepare(record(app, wanted, signed, generation, notary), (signed, &now), notary)?;
        if let Some(there) = there.filter(|_| !breaking) {
            let compared = Comparison::of(&there.app, &installation.app);
            if !compared.is_compatible() {
                let hint = "Whoever uses the application must know of it first; then install with --breaking.";
                return Err(compared.refused(&signed.manifest.bundle, hint.into()));
            }
        }
        notary.store.put_install(&installation.row()).await?;
        let installation = Arc::new(installation);
        self.change(|picture| {
            picture.generations.insert(app.clone(), generation);
            picture.apps.insert(app.clone(), installation.clone());
        });
        Ok(Ok(Change { what: installation, _one_at_a_time: guard }))
    }

    /// Removes an application; gives what it was and what stars are told.
    pub(crate) async fn remove_app(
        &self,
        app: &Point,
        notary: &Notary<'_>,
    ) -> Result<Change<'_, (Arc<Installation>, Installed)>, Problem> {
        let guard = self.changing.lock().await;
        let was = self.now().apps.get(app).cloned();
        let was = was.ok_or_else(|| Problem::new(Code::NoRoute, format!("no application is installed at `{app}`")))?;
        let generation = was.app.generation + 1;
        notary.store.put_install(&InstallRow { app: app.clone(), generation, record: None }).await?;
        self.change(|picture| {
            picture.generations.insert(app.clone(), generation);
            picture.apps.remove(app);
        });
        Ok(Change { what: (was, removed(app, generation)), _one_at_a_time: guard })
    }
}

fn published<'a>(now: &'a Picture, bundle: &Point) -> Result<&'a Arc<Signed>, Problem> {
    now.bundles.get(bundle).ok_or_else(|| {
        Problem::named(Code::NoRoute, "no-bundle", format!("there is no bundle `{bundle}`"))
            .hint("Publish it first: `starlane publish <folder> <bundle>`.")
    })
}

fn record(app: &Point, wanted: Wanted, signed: &Signed, generation: u64, notary: &Notary<'_>) -> InstallRecord {
    let Wanted { floor, config, swapped, .. } = wanted;
    let (series, version) = (signed.manifest.series(), signed.manifest.semver());
    let (app, digest, expires) = (app.clone(), signed.digest, notary.expires());
    InstallRecord { app, series, version, digest, floor, generation, expires, config, swapped }
}

fn prepare(
    record: InstallRecord,
    (signed, now): (&Signed, &Picture),
    notary: &Notary<'_>,
) -> Result<Installation, Problem> {
    let installed = made(&record, signed, now)?;
    let bytes = record.to_bytes();
    let signature = notary.sign(&bytes);
    Ok(Installation::new(installed, record, bytes, signature))
}
