//! The registry: what is published and installed, in memory for every wave and in the store for every start.
//!
//! Readers take the whole picture of a moment; a change makes the next one. Changes happen one after another.

mod accept;
mod compatible;
mod install;
mod notary;
mod picture;

use std::sync::{Arc, PoisonError, RwLock};

use starlane_bundle::{InstallRecord, PublicKey, Signed};
use starlane_host::app::{InstalledApp, Recipe};
use starlane_protocol::document::Names;
use starlane_protocol::lane::Installed;
use starlane_protocol::{Code, Point};
use tokio::sync::Mutex;

pub(crate) use install::{Plan, Wanted};
pub(crate) use notary::Notary;
pub(crate) use picture::{Installation, Picture};

use crate::problem::Problem;
use crate::store::{InstallRow, Store, StoreError};

/// What is published and installed.
pub(crate) struct Registry {
    now: RwLock<Arc<Picture>>,
    changing: Mutex<()>,
}

impl Registry {
    /// Reads what the store holds; every signature is verified again.
    pub(crate) async fn open(space: &Point, store: &Store, root: &PublicKey) -> Result<Self, StoreError> {
        let standing = picture::operators(space.as_str()).into_iter().collect();
        let mut picture = Picture { standing, ..Picture::default() };
        for row in store.bundles().await? {
            let signed = Signed::verify(row.manifest, &row.signature, root)
                .map_err(|error| StoreError::Damaged(format!("a bundle: {error}")))?;
            picture.bundles.insert(signed.manifest.bundle.clone(), Arc::new(signed));
        }
        for row in store.installs().await? {
            picture.generations.insert(row.app.clone(), row.generation);
            if let Some(installation) = installation(&row, &picture, root)? {
                picture.apps.insert(row.app, Arc::new(installation));
            }
        }
        picture.renew();
        Ok(Self { now: RwLock::new(Arc::new(picture)), changing: Mutex::new(()) })
    }

    /// The picture of this moment.
    pub(crate) fn now(&self) -> Arc<Picture> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Picture)) {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = Picture::clone(&now);
        next.number += 1;
        change(&mut next);
        next.renew();
        *now = Arc::new(next);
    }
}

/// What an application's row says, if it is installed.
fn installation(row: &InstallRow, picture: &Picture, root: &PublicKey) -> Result<Option<Installation>, StoreError> {
    let damaged = |what: String| StoreError::Damaged(format!("`{}`: {what}", row.app));
    let Some((bytes, signature)) = &row.record else { return Ok(None) };
    let record = InstallRecord::verify(bytes, signature, root).map_err(|error| damaged(error.to_string()))?;
    let bundle = picture.bundles.get(&record.bundle()).filter(|bundle| bundle.digest == record.digest);
    let bundle = bundle.ok_or_else(|| damaged(format!("its bundle `{}` is gone", record.bundle())))?;
    let app = made(&record, bundle, picture).map_err(|error| damaged(error.message))?;
    Ok(Some(Installation::new(app, record, bytes.clone(), signature.clone())))
}

/// The application that a record describes.
fn made(record: &InstallRecord, bundle: &Signed, picture: &Picture) -> Result<InstalledApp, Problem> {
    let mut swapped = Names::new();
    for (name, other) in &record.swapped {
        let point = record.series.child(&other.version.to_string()).ok();
        let from = point.and_then(|point| picture.bundles.get(&point)).filter(|from| from.digest == other.digest);
        let Some(from) = from else {
            let what = format!("there is no bundle `{}:{}` for `{name}`", record.series, other.version);
            return Err(Problem::named(Code::NoRoute, "no-bundle", what));
        };
        swapped.insert(name.clone(), (Arc::new(from.manifest.clone()), other.digest));
    }
    let InstallRecord { app: point, digest, generation, config, .. } = record;
    let (digest, generation) = (*digest, *generation);
    Ok(InstalledApp::new(&Recipe { point, manifest: &bundle.manifest, digest, generation, config, swapped: &swapped })?)
}

/// What a lane is told when an application is gone.
fn removed(app: &Point, generation: u64) -> Installed {
    Installed { app: app.clone(), generation, record: None, signature: None }
}
