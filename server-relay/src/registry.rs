//! The registry: what is published, trusted and installed, in memory for every wave and in the store for every start.
//!
//! Readers take the whole picture of a moment; a change makes the next one. Changes happen one after another.

mod accept;
mod compatible;
pub(crate) mod configure;
mod install;
mod notary;
mod overrides;
mod picture;
mod series;
mod settings;
mod signing;
mod trust;

use std::sync::{Arc, PoisonError, RwLock};

use starlane_bundle::{InstallRecord, Manifest, PublicKey, Signed};
use starlane_host::app::{InstalledApp, Recipe};
use starlane_protocol::document::Names;
use starlane_protocol::lane::Installed;
use starlane_protocol::{Code, Point};
use tokio::sync::Mutex;

pub(crate) use install::{Change, Plan, Wanted, published};
pub(crate) use notary::Notary;
pub(crate) use overrides::{Move, Own};
pub(crate) use picture::{Installation, Picture};
pub(crate) use series::Series;
pub(crate) use settings::Settings;
pub(crate) use signing::Upload;
pub(crate) use trust::Shift;

use crate::problem::Problem;
use crate::store::{InstallRow, StoreError};

/// What is published, trusted and installed.
pub(crate) struct Registry {
    now: RwLock<Arc<Picture>>,
    changing: Mutex<()>,
    /// What stands elsewhere now, and nobody was told of yet.
    moves: std::sync::Mutex<Vec<Move>>,
}

impl Registry {
    /// Reads what the store holds; every signature is verified again, and records near their end are renewed.
    pub(crate) async fn open(space: &Point, notary: &Notary<'_>) -> Result<Self, StoreError> {
        let (store, root) = (notary.store, notary.root.public());
        let standing = picture::operators(space.as_str()).into_iter().collect();
        let mut picture = Picture { standing, settings: Settings::read(store).await?, ..Picture::default() };
        for row in store.series().await? {
            picture.series.insert(row.series.clone(), Series::read(row, &root)?);
        }
        for row in store.bundles().await? {
            let signed = bundle(row.manifest, &row.signature, &mut picture, notary)?;
            picture.bundles.insert(signed.manifest.bundle.clone(), Arc::new(signed));
        }
        for row in store.installs().await? {
            picture.generations.insert(row.app.clone(), row.generation);
            if let Some(installation) = installation(&row, &picture, &root)? {
                picture.apps.insert(row.app, Arc::new(installation));
            }
        }
        renew(&mut picture, notary).await?;
        picture.renew();
        for row in store.overrides().await? {
            picture.last_override = picture.last_override.max(row.number);
            picture.overrides.insert(row.point.clone(), Arc::new(Own::new(row)));
        }
        // The stars that are made now are told by the picture.
        overrides::settle(&Picture::default(), &mut picture);
        Ok(Self { now: RwLock::new(Arc::new(picture)), changing: Mutex::new(()), moves: Default::default() })
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
        let moves = overrides::settle(&now, &mut next);
        self.moves.lock().unwrap_or_else(PoisonError::into_inner).extend(moves);
        *now = Arc::new(next);
    }
}

/// A stored bundle, verified by the record of its series. Who signed it may not be trusted any more: then it is there and
/// does not run.
fn bundle(bytes: Vec<u8>, signature: &[u8], picture: &mut Picture, notary: &Notary<'_>) -> Result<Signed, StoreError> {
    let damaged = |what: String| StoreError::Damaged(format!("a bundle: {what}"));
    let series = Manifest::parse(&bytes).map_err(|error| damaged(error.to_string()))?.series();
    // A series that has no record yet gets one that is renewed at once.
    let series = picture.series.entry(series.clone()).or_insert_with(|| Series::new(series, 0, notary));
    let root = notary.root.public();
    Signed::verify(bytes, signature, series.record.signers(&root)).map_err(|error| damaged(error.to_string()))
}

/// What an application's row says, if it is installed.
fn installation(row: &InstallRow, picture: &Picture, root: &PublicKey) -> Result<Option<Installation>, StoreError> {
    let damaged = |what: String| StoreError::Damaged(format!("`{}`: {what}", row.app));
    let Some(signed) = &row.record else { return Ok(None) };
    let record = InstallRecord::verify(&signed.0, &signed.1, root).map_err(|error| damaged(error.to_string()))?;
    if (&record.app, record.generation) != (&row.app, row.generation) {
        return Err(damaged(format!("its record is that of generation {} of `{}`", record.generation, record.app)));
    }
    let bundle = picture.bundles.get(&record.bundle()).filter(|bundle| bundle.digest == record.digest);
    let bundle = bundle.ok_or_else(|| damaged(format!("its bundle `{}` is gone", record.bundle())))?;
    let series = picture.series.get(&record.series).cloned();
    let series = series.ok_or_else(|| damaged(format!("the series `{}` has no record", record.series)))?;
    let app = made(&record, bundle, picture).map_err(|error| damaged(error.message))?;
    Ok(Some(Installation::new(Arc::new(app), record, signed.clone(), series, &picture.bundles)))
}

/// Renews what is a day old, before anybody is told of it.
async fn renew(picture: &mut Picture, notary: &Notary<'_>) -> Result<(), StoreError> {
    let (series, shifts) = trust::renewed(picture, notary);
    if series.is_empty() && shifts.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = series.values().map(|series| series.row()).collect();
    let installs: Vec<_> = shifts.iter().map(|shift| shift.now.row()).collect();
    picture.series.extend(series);
    trust::take(picture, &shifts);
    notary.store.put_records(&rows, &installs).await
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

/// Nothing is installed there.
pub(crate) fn no_app(app: &Point) -> Problem {
    Problem::named(Code::NoRoute, "no-app", format!("no application is installed at `{app}`"))
        .hint("`starlane ls` shows what there is.")
}

/// What a lane is told when an application is gone.
fn removed(app: &Point, generation: u64) -> Installed {
    Installed { app: app.clone(), generation, record: None, signature: None, series: None, series_signature: None }
}

#[cfg(test)]
mod tests;
