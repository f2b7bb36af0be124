//! One bundle: its manifest from the cache or the relay, and the code it places in tabs, made ready to run offline.

use std::rc::Rc;
use std::sync::Arc;

use starlane_bundle::{Digest, InstallRecord, MANIFEST_BYTES, Manifest, Proof, PublicKey, Signed};
use starlane_host::app::{InstalledApp, Recipe, Swapped};
use starlane_host::event::LogLevel;
use starlane_protocol::document::Names;
use starlane_protocol::lane::{Frame, Installed, encode};

use super::trust::untrusted;
use super::{files, forged, refused};
use crate::http;
use crate::problem::Problem;
use crate::shell::Shell;
use crate::store::{Kept, Read};

/// The application that records name, verified, and who signed its bundle.
pub(super) async fn get(
    shell: &Rc<Shell>,
    installed: &Installed,
    proof: &Proof,
    root: &PublicKey,
) -> Result<(Arc<InstalledApp>, PublicKey), Problem> {
    let signed = manifest(shell, proof, proof.install.digest, root).await?;
    let mut swapped = Names::new();
    for (name, other) in &proof.install.swapped {
        let from = manifest(shell, proof, other.digest, root).await?;
        if let Err(error) = shell.store.cache.keep_manifest(from.digest, &from.bytes, from.signature.to_bytes()).await {
            shell.storage_refused(&error);
        }
        swapped.insert(name.clone(), (Arc::new(from.manifest), from.digest));
    }
    let app = application(&signed.manifest, &swapped, &proof.install)?;
    keep(shell, installed, &signed, &app).await?;
    Ok((Arc::new(app), signed.signer))
}

/// A manifest that the records name: from the cache, or from the relay.
async fn manifest(shell: &Rc<Shell>, proof: &Proof, digest: Digest, root: &PublicKey) -> Result<Signed, Problem> {
    match kept(shell, proof, digest, root).await {
        Some(signed) => Ok(signed),
        None => fetched(shell, proof, digest, root).await,
    }
}

/// The records of an application whose bundle is here already, kept for the next start.
pub(super) async fn keep_records(shell: &Rc<Shell>, installed: &Installed) {
    let name = shell.apps.record_name(&installed.app);
    let mut record = Vec::new();
    encode(&Frame::Install(installed.clone()), &mut record);
    if let Err(error) = shell.store.cache.keep_record(&name, &record).await {
        shell.storage_refused(&error);
    }
}

/// A kept manifest. One whose signature holds no more may have another by now.
async fn kept(shell: &Rc<Shell>, proof: &Proof, digest: Digest, root: &PublicKey) -> Option<Signed> {
    let record = &proof.install;
    match shell.store.cache.manifest(digest).await {
        Read::Here((bytes, signature)) => proof.manifest(digest, bytes, &signature, root).ok(),
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

async fn fetched(shell: &Rc<Shell>, proof: &Proof, digest: Digest, root: &PublicKey) -> Result<Signed, Problem> {
    let url = format!("{}/starlane/bundles/{digest}", shell.apps.relay);
    let file = http::get(&url, &shell.link.token(), MANIFEST_BYTES as u64, "starlane-signature").await?;
    if !digest.verifies(&file.bytes) {
        return Err(forged("the manifest").into());
    }
    let signature = file.header.and_then(|text| http::from_base64(&text)).unwrap_or_default();
    let told = |error| untrusted(&proof.install.bundle(), &error);
    proof.manifest(digest, file.bytes, &signature, root).map_err(told)
}

fn application(manifest: &Manifest, swapped: &Names<Swapped>, record: &InstallRecord) -> Result<InstalledApp, Problem> {
    let recipe = Recipe::plain(&record.app, manifest, record.digest, record.generation);
    InstalledApp::new(&Recipe { config: &record.config, swapped, ..recipe })
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
