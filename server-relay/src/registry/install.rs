//! Installing and removing applications: whole or not at all, each change with the next generation.

use std::sync::Arc;

use starlane_bundle::{InstallRecord, RootKey, Signed};
use starlane_host::app::InstalledApp;
use starlane_protocol::lane::Installed;
use starlane_protocol::{Code, Point};
use tokio::sync::MutexGuard;

use super::compatible::Comparison;
use super::{Installation, Registry, removed};
use crate::problem::Problem;
use crate::store::{InstallRow, Store};

/// Applications of one relay: a greeting that names them all fits one message of a lane.
const APPS: usize = 1_024;

/// A change that others are yet to be told of. While it is held, no other begins.
pub(crate) struct Change<'a, T> {
    /// What has changed.
    pub(crate) what: T,
    _one_at_a_time: MutexGuard<'a, ()>,
}

impl Registry {
    /// Installs a bundle at an application's point. `Ok(Err(…))`: that very bundle is installed there already. What
    /// takes away what the present one took and gave is installed only when that is meant (`breaking`).
    pub(crate) async fn install(
        &self,
        (app, bundle): (&Point, &Point),
        breaking: bool,
        root: &RootKey,
        store: &Store,
    ) -> Result<Result<Change<'_, Arc<Installation>>, Arc<Installation>>, Problem> {
        let guard = self.changing.lock().await;
        let now = self.now();
        let signed = now.bundles.get(bundle).ok_or_else(|| {
            Problem::named(Code::NoRoute, "no-bundle", format!("there is no bundle `{bundle}`"))
                .hint("Publish it first: `starlane publish <folder> <bundle>`.")
        })?;
        if let Some(there) = now.apps.get(app).filter(|one| one.app.digest == signed.digest) {
            return Ok(Err(there.clone()));
        }
        if now.apps.len() >= APPS && !now.apps.contains_key(app) {
            return Err(Problem::new(Code::TooMany, format!("a relay has {APPS} applications at most")));
        }
        if !now.apps.contains_key(app) {
            // What an application that was removed here kept is gone, also when its removal was cut short.
            store.forget(app).await?;
        }
        let generation = now.generations.get(app).copied().unwrap_or(0) + 1;
        let (installation, row) = prepare(app, signed, generation, root)?;
        if let Some(there) = now.apps.get(app).filter(|_| !breaking) {
            let compared = Comparison::of(&there.app, &installation.app);
            if !compared.is_compatible() {
                let hint = "Whoever uses the application must know of it first; then install with --breaking.";
                return Err(compared.refused(bundle, hint.into()));
            }
        }
        store.put_install(&row).await?;
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
        store: &Store,
    ) -> Result<Change<'_, (Arc<Installation>, Installed)>, Problem> {
        let guard = self.changing.lock().await;
        let was = self.now().apps.get(app).cloned();
        let was = was.ok_or_else(|| Problem::new(Code::NoRoute, format!("no application is installed at `{app}`")))?;
        let generation = was.app.generation + 1;
        store.put_install(&InstallRow { app: app.clone(), generation, record: None }).await?;
        self.change(|picture| {
            picture.generations.insert(app.clone(), generation);
            picture.apps.remove(app);
        });
        Ok(Change { what: (was, removed(app, generation)), _one_at_a_time: guard })
    }
}

fn prepare(
    app: &Point,
    signed: &Signed,
    generation: u64,
    root: &RootKey,
) -> Result<(Installation, InstallRow), Problem> {
    let installed = InstalledApp::new(app, &signed.manifest, signed.digest, generation)?;
    let bundle = signed.manifest.bundle.clone();
    let record = InstallRecord { app: app.clone(), bundle, digest: signed.digest, generation }.to_bytes();
    let signature = root.sign(&record).to_bytes().to_vec();
    let row = InstallRow { app: app.clone(), generation, record: Some((record.clone(), signature.clone())) };
    Ok((Installation::new(installed, record, signature), row))
}
