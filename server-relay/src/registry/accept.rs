//! Accepting a bundle: it exists whole and sound, or not at all, and is never overwritten.

use std::collections::HashSet;
use std::sync::Arc;

use starlane_bundle::{Digest, FileEntry, Manifest, Signed};
use starlane_host::app::{InstalledApp, Recipe};
use starlane_host::inspect::inspect;
use starlane_protocol::{Code, Point};

use super::compatible::{self, Comparison};
use super::signing::{self, Upload};
use super::{Change, Installation, Notary, Picture, Registry, Series, Shift, trust};
use crate::blobs::Blobs;
use crate::problem::Problem;
use crate::store::{Store, StoreError};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Problem::named(Code::StoreFailed, error.code(), error.to_string())
    }
}

/// A bundle that was accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// The bundle.
    pub(crate) signed: Arc<Signed>,
    /// How it compares with the version before it, if there is one and this one is new.
    pub(crate) compared: Option<Comparison>,
    /// Applications that run again by it.
    pub(crate) shifts: Vec<Shift>,
}

impl Registry {
    /// Accepts the manifest of a bundle whose files are here, signed by who may, and keeps it. The same bundle again is
    /// fine; if the key that signed it was revoked since, it takes the new signature, and what is made from it runs again.
    pub(crate) async fn accept(
        &self,
        point: &Point,
        upload: Upload,
        notary: &Notary<'_>,
        blobs: &Blobs,
    ) -> Result<Change<'_, Accepted>, Problem> {
        let manifest = Manifest::parse(&upload.bytes)?;
        if manifest.bundle != *point {
            let what = format!("the manifest is that of `{}`, not of `{point}`", manifest.bundle);
            return Err(Problem::named(Code::BadBundle, "manifest-wrong-point", what));
        }
        let guard = self.changing.lock().await;
        let now = self.now();
        let series = now.series.get(&manifest.series()).cloned();
        let series = match series {
            Some(series) => series,
            None => {
                signing::room_for_series(&now, &manifest.series())?;
                Series::new(manifest.series(), notary.expires(), notary)
            }
        };
        let signed = Arc::new(signing::sign(upload, &series, notary)?);
        if let Err(why) = series.record.check_signed(&signed) {
            return Err(Problem::named(Code::Conflict, why.code(), why.to_string()).hint("Publish another version."));
        }
        let mut compared = None;
        if let Some(there) = now.bundles.get(point) {
            let there = same(there, &signed)?;
            if series.record.check_signed(&there).is_ok() {
                let accepted = Accepted { signed: there, compared: None, shifts: Vec::new() };
                return Ok(Change::new(accepted, guard));
            }
        } else {
            signing::room(&now, &series.record.series, &manifest)?;
            compared = self::compared(&now, &trial(&manifest)?)?;
            files(&manifest, blobs).await?;
            code(&manifest, blobs).await?;
        }
        let shifts = self.keep_bundle(&now, &signed, &series, notary).await?;
        blobs.named(digests(&signed));
        Ok(Change::new(Accepted { signed, compared, shifts }, guard))
    }

    /// Keeps a bundle and the record of its series; gives the applications that are made from it.
    async fn keep_bundle(
        &self,
        now: &Picture,
        signed: &Arc<Signed>,
        series: &Arc<Series>,
        notary: &Notary<'_>,
    ) -> Result<Vec<Shift>, Problem> {
        let mut bundles = now.bundles.clone();
        bundles.insert(signed.manifest.bundle.clone(), signed.clone());
        let fits = |one: &Installation| one.record.series == series.record.series && one.halted.is_some();
        let mut shifts = trust::shifts(now, fits, |one| one.under(series, &bundles));
        shifts.retain(|shift| shift.now.halted.is_none());
        notary.store.add_bundle(signed, &series.row()).await?;
        self.change(|picture| {
            picture.bundles = bundles;
            picture.series.insert(series.record.series.clone(), series.clone());
            trust::take(picture, &shifts);
        });
        Ok(shifts)
    }

    /// Removes a bundle that nothing is made from, and its files but for those that another bundle names.
    pub(crate) async fn remove_bundle(&self, bundle: &Point, store: &Store, blobs: &Blobs) -> Result<(), Problem> {
        let _one_at_a_time = self.changing.lock().await;
        let now = self.now();
        let Some(was) = now.bundles.get(bundle) else {
            return Err(Problem::new(Code::NoRoute, format!("there is no bundle `{bundle}`")));
        };
        if let Some(one) = now.apps.values().find(|one| one.names(was)) {
            let what = format!("`{}` is made from `{bundle}`", one.app.point);
            return Err(Problem::new(Code::Conflict, what).hint("Remove the application first: `starlane rm`."));
        }
        if let Some(point) = now.stands_behind(bundle) {
            let what = format!("`{bundle}` stands behind `{point}`");
            let hint = format!("Take it back first: `starlane override {point} --off`.");
            return Err(Problem::new(Code::Conflict, what).hint(hint));
        }
        store.remove_bundle(bundle).await?;
        self.change(|picture| {
            picture.bundles.remove(bundle);
        });
        let named = self.named();
        blobs.delete_all(digests(was).filter(|digest| !named.contains(digest)).copied());
        Ok(())
    }

    /// Deletes files that were uploaded more than an hour ago and that no bundle names.
    pub(crate) async fn collect(&self, blobs: &Blobs) {
        let overdue = blobs.overdue();
        if !overdue.is_empty() {
            let _one_at_a_time = self.changing.lock().await;
            let named = self.named();
            blobs.delete_all(overdue.into_iter().filter(|digest| !named.contains(digest)));
        }
    }

    /// Every file that a bundle names.
    pub(crate) fn named(&self) -> HashSet<Digest> {
        self.now().bundles.values().flat_map(|bundle| digests(bundle)).copied().collect()
    }
}

fn digests(bundle: &Signed) -> impl Iterator<Item = &Digest> {
    bundle.manifest.files.values().map(|file| &file.sha256)
}

/// Publishing the same again is fine, something else under the same version is not.
fn same(there: &Arc<Signed>, signed: &Signed) -> Result<Arc<Signed>, Problem> {
    if there.digest == signed.digest {
        return Ok(there.clone());
    }
    let what = format!("`{}` is published already, with other content", there.manifest.bundle);
    Err(Problem::new(Code::VersionTaken, what))
}

/// Fills the documents' holes as an installation would.
fn trial(manifest: &Manifest) -> Result<InstalledApp, Problem> {
    let app = format!("{}:trial", manifest.bundle.space());
    let app: Point = app.parse().map_err(|_| Problem::new(Code::Internal, "the trial's point is none"))?;
    let digest = Digest::of(&[]);
    Ok(InstalledApp::new(&Recipe::plain(&app, manifest, digest, 0))?)
}

/// A version keeps what its number promises: what an older one with the same promise took and gave. And a newer one that
/// is there already keeps what this one promises.
fn compared(now: &Picture, new: &InstalledApp) -> Result<Option<Comparison>, Problem> {
    let hint = |what: &str| {
        let next = compatible::next_promise(&new.bundle);
        format!("Give it the version {next}, or {what}.")
    };
    if let Some(newer) = compatible::successor(now, &new.bundle).and_then(|newer| now.bundles.get(&newer)) {
        let compared = Comparison::of(new, &trial(&newer.manifest)?);
        if !compared.is_compatible() {
            let what = "let it promise no more than the newer one takes and gives";
            return Err(compared.refused(&newer.manifest.bundle, hint(what)));
        }
    }
    let Some(older) = compatible::predecessor(now, &new.bundle).and_then(|older| now.bundles.get(&older)) else {
        return Ok(None);
    };
    let compared = Comparison::of(&trial(&older.manifest)?, new);
    match compared.is_compatible() {
        true => Ok(Some(compared)),
        false => Err(compared.refused(&new.bundle, hint("keep what the older one took and gave"))),
    }
}

async fn files(manifest: &Manifest, blobs: &Blobs) -> Result<(), Problem> {
    for (path, file) in &manifest.files {
        let wrong = |word, what: String| Err(Problem::named(Code::BadBundle, word, format!("`{path}`: {what}")));
        match blobs.size(&file.sha256).await {
            Some(size) if size == file.size => {}
            Some(size) => return wrong("wrong-size", format!("it has {size} bytes, not {}", file.size)),
            None => return wrong("missing-file", format!("no file with the digest {} was uploaded", file.sha256)),
        }
    }
    Ok(())
}

/// Every module that a mechtron names is looked at, before it ever runs.
async fn code(manifest: &Manifest, blobs: &Blobs) -> Result<(), Problem> {
    for config in manifest.documents.mechtrons.values() {
        let Some(FileEntry { sha256, .. }) = manifest.files.get(&config.wasm) else { continue };
        let (bytes, memory) = (blobs.read(sha256).await?, config.limits.memory.0);
        let looked = tokio::task::spawn_blocking(move || inspect(&bytes, memory)).await;
        let verdict = looked.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        verdict
            .map_err(|error| Problem::named(Code::BadBundle, error.code(), format!("`{}`: {error}", config.wasm)))?;
    }
    Ok(())
}
