//! One bundle: its manifest from the cache or the relay, and the code it places in tabs, made ready to run offline.

use std::rc::Rc;
use std::sync::Arc;

use starlane_bundle::{InstallRecord, MANIFEST_BYTES, Manifest, ManifestError, PublicKey, Signed};
use starlane_host::app::{InstalledApp, Recipe};
use starlane_host::event::LogLevel;
use starlane_protocol::lane::{Frame, Installed, encode};

use super::{files, forged, refused};
use crate::http;
use crate::problem::Problem;
use crate::shell::Shell;
use crate::store::{Kept, Read};

/// The application that a record names, verified.
pub(super) async fn get(
    shell: &Rc<Shell>,
    installed: &Installed,
    record: &InstallRecord,
    root: &PublicKey,
) -> Result<Arc<InstalledApp>, Problem> {
    let signed = match kept(shell, record, root).await {
        Some(signed) => signed,
        None => fetched(shell, record, root).await?,
    };
    if signed.manifest.bundle != record.bundle() {
        return Err(refused("wrong-digest", format!("the manifest is that of {}", signed.manifest.bundle)));
    }
    let app = application(&signed.manifest, record)?;
    keep(shell, installed, &signed, &app).await?;
    Ok(Arc::new(app))
}

async fn kept(shell: &Rc<Shell>, record: &InstallRecord, root: &PublicKey) -> Option<Signed> {
    match shell.store.cache.manifest(record.digest).await {
        Read::Here((bytes, signature)) => Signed::verify(bytes, &signature, root).ok(),
        Read::Absent => None,
        Read::Damaged => {
            shell.tell(
                LogLevel::Warning,
                format!("the kept manifest of {} was damaged and is fetched again", record.app),
            );
            None
        }
    }
}

async fn fetched(shell: &Rc<Shell>, record: &InstallRecord, root: &PublicKey) -> Result<Signed, Problem> {
    let url = format!("{}/starlane/bundles/{}", shell.apps.relay, record.digest);
    let file = http::get(&url, &shell.link.token(), MANIFEST_BYTES as u64, "starlane-signature").await?;
    if !record.digest.verifies(&file.bytes) {
        return Err(forged("the manifest").into());
    }
    let signature = file.header.and_then(|text| http::from_base64(&text)).unwrap_or_default();
    let told = |error: ManifestError| refused(error.code(), format!("the manifest of {}: {error}", record.bundle()));
    Signed::verify(file.bytes, &signature, root).map_err(told)
}

fn application(manifest: &Manifest, record: &InstallRecord) -> Result<InstalledApp, Problem> {
    let recipe = Recipe::plain(&record.app, manifest, record.digest, record.generation);
    InstalledApp::new(&Recipe { config: &record.config, ..recipe })
        .map_err(|error| refused(error.code(), format!("{}: {error}", record.bundle())))
}

/// Gets the code that runs in tabs and keeps it with manifest and record, so that the next start needs no relay.
async fn keep(shell: &Rc<Shell>, installed: &Installed, signed: &Signed, app: &InstalledApp) -> Result<(), Problem> {
    let mut blobs = Vec::new();
    for spec in app.mechtrons.values().filter(|spec| spec.placement.is_in_tabs()) {
        let digest = spec.wasm.sha256;
        if blobs.iter().all(|(other, _)| *other != digest) && !shell.store.cache.has_blob(digest).await {
            blobs.push((digest, files::download(shell, digest).await?));
        }
    }
    let name = shell.apps.record_name(&app.point);
    let mut record = Vec::new();
    encode(&Frame::Install(installed.clone()), &mut record);
    if blobs.is_empty() && shell.store.cache.record(&name).await.as_ref() == Some(&record) {
        return Ok(());
    }
    let manifest = (signed.digest, &*signed.bytes, signed.signature.to_bytes());
    // A cache that cannot be written costs time, not correctness; what was fetched is at hand once.
    let kept = Kept { name, record, manifest, blobs };
    let blobs = kept.blobs.clone();
    if let Err(error) = shell.store.cache.keep(kept).await {
        blobs.into_iter().for_each(|(digest, bytes)| shell.apps.files.hold(digest, bytes));
        shell.storage_refused(&error);
    }
    Ok(())
}
