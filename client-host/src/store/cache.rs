//! The database `starlane`: bundles, verified on write and on read.
//!
//! `blobs` holds files by digest, `manifests` signed manifests by digest (signature, then bytes), `records` the last
//! records of each application under `<relay> <app>`, and the highest numbers seen under `<root> <point>`. A damaged entry is dropped as if it had never been there.
//! A newer form of this cache gets another name, so no tab ever waits for another one to close it.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use rexie::{ObjectStore, Rexie, TransactionMode};
use starlane_bundle::Digest;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

const NAME: &str = "starlane";
const BLOBS: &str = "blobs";
const MANIFESTS: &str = "manifests";
const RECORDS: &str = "records";

/// Bytes of a signature, which stands before its manifest.
const SIGNATURE_BYTES: usize = 64;

/// What reading an entry gave.
pub(crate) enum Read<T> {
    /// It is there, and is what its name says.
    Here(T),
    /// It is not there.
    Absent,
    /// It was there, is not what its name says, and was dropped.
    Damaged,
}

/// What belongs to one bundle, to be kept together.
pub(crate) struct Kept<'a> {
    /// `<relay> <app>`.
    pub(crate) name: String,
    /// The install record as it came, as a frame of a lane.
    pub(crate) record: Vec<u8>,
    /// The manifest's digest, bytes and signature.
    pub(crate) manifest: (Digest, &'a [u8], [u8; SIGNATURE_BYTES]),
    /// Files that were fetched.
    pub(crate) blobs: Vec<(Digest, Vec<u8>)>,
}

/// A cache of bundles. Where it cannot be opened it is empty and stays so.
#[derive(Default)]
pub(crate) struct Cache {
    database: RefCell<Option<Rc<Rexie>>>,
}

impl Cache {
    /// The last install record of an application.
    pub(crate) async fn record(&self, name: &str) -> Option<Vec<u8>> {
        Some(self.value(RECORDS, name).await?.dyn_into::<Uint8Array>().ok()?.to_vec())
    }

    /// Keeps the last install record of an application whose bundle is here already.
    pub(crate) async fn keep_record(&self, name: &str, record: &[u8]) -> Result<(), String> {
        self.write(&[(RECORDS, name.into(), Uint8Array::from(record).into())]).await
    }

    /// The highest number that was seen of a series or an application, under `<root> <point>`.
    pub(crate) async fn seen(&self, name: &str) -> Option<u64> {
        // Numbers of records are below 2^53.
        self.value(RECORDS, name).await?.as_f64().map(|number| number as u64)
    }

    /// Keeps the highest number that was seen.
    pub(crate) async fn keep_seen(&self, name: &str, number: u64) -> Result<(), String> {
        self.write(&[(RECORDS, name.into(), JsValue::from_f64(number as f64))]).await
    }

    /// A signed manifest: its bytes and signature. The signature is left to whoever knows the key.
    pub(crate) async fn manifest(&self, digest: Digest) -> Read<(Vec<u8>, [u8; SIGNATURE_BYTES])> {
        let name = digest.to_string();
        let Some(value) = self.value(MANIFESTS, &name).await else { return Read::Absent };
        let bytes = value.dyn_into::<Uint8Array>().map(|value| value.to_vec()).unwrap_or_default();
        match bytes.split_first_chunk::<SIGNATURE_BYTES>() {
            Some((signature, manifest)) if digest.verifies(manifest) => Read::Here((manifest.to_vec(), *signature)),
            _ => self.drop_damaged(MANIFESTS, &name).await,
        }
    }

    /// A file.
    pub(crate) async fn blob(&self, digest: Digest) -> Read<Vec<u8>> {
        let name = digest.to_string();
        let Some(value) = self.value(BLOBS, &name).await else { return Read::Absent };
        match bytes_of(value).await {
            Some(bytes) if digest.verifies(&bytes) => Read::Here(bytes),
            _ => self.drop_damaged(BLOBS, &name).await,
        }
    }

    /// Whether a file is there, without reading it.
    pub(crate) async fn has_blob(&self, digest: Digest) -> bool {
        let Some(database) = self.database().await else { return false };
        let Ok(transaction) = database.transaction(&[BLOBS], TransactionMode::ReadOnly) else { return false };
        let Ok(store) = transaction.store(BLOBS) else { return false };
        store.key_exists(digest.to_string().into()).await.unwrap_or(false)
    }

    /// Keeps one file, whose digest was verified.
    pub(crate) async fn keep_blob(&self, digest: Digest, bytes: &[u8]) -> Result<(), String> {
        let Some(blob) = blob_of(bytes) else { return Ok(()) };
        self.write(&[(BLOBS, digest.to_string(), blob)]).await
    }

    /// Keeps a manifest that one mechtron of an application is made from.
    pub(crate) async fn keep_manifest(
        &self,
        digest: Digest,
        manifest: &[u8],
        signature: [u8; SIGNATURE_BYTES],
    ) -> Result<(), String> {
        let signed = Uint8Array::from(&*[&signature[..], manifest].concat());
        self.write(&[(MANIFESTS, digest.to_string(), signed.into())]).await
    }

    /// Keeps what belongs to a bundle, in one transaction.
    pub(crate) async fn keep(&self, kept: Kept<'_>) -> Result<(), String> {
        let (digest, manifest, signature) = kept.manifest;
        let signed = Uint8Array::from(&*[&signature[..], manifest].concat());
        let mut entries = vec![
            (MANIFESTS, digest.to_string(), JsValue::from(signed)),
            (RECORDS, kept.name, Uint8Array::from(&*kept.record).into()),
        ];
        let blobs = kept.blobs.iter().filter_map(|(digest, bytes)| Some((BLOBS, digest.to_string(), blob_of(bytes)?)));
        entries.extend(blobs);
        self.write(&entries).await
    }

    /// Forgets the install record of an application.
    pub(crate) async fn forget_record(&self, name: &str) {
        self.remove(RECORDS, name).await;
    }

    async fn value(&self, store: &str, name: &str) -> Option<JsValue> {
        let database = self.database().await?;
        let transaction = database.transaction(&[store], TransactionMode::ReadOnly).ok();
        let Some(transaction) = transaction else {
            self.database.borrow_mut().take();
            return None;
        };
        transaction.store(store).ok()?.get(name.into()).await.ok()?
    }

    async fn write(&self, entries: &[(&str, String, JsValue)]) -> Result<(), String> {
        let database = self.database().await.ok_or("there is no database")?;
        let stores = [BLOBS, MANIFESTS, RECORDS];
        let transaction = database.transaction(&stores, TransactionMode::ReadWrite).map_err(told)?;
        for (store, name, value) in entries {
            transaction.store(store).map_err(told)?.put(value, Some(&name.into())).await.map_err(told)?;
        }
        transaction.done().await.map_err(told).map(drop)
    }

    async fn drop_damaged<T>(&self, store: &str, name: &str) -> Read<T> {
        self.remove(store, name).await;
        Read::Damaged
    }

    async fn remove(&self, store: &str, name: &str) {
        let Some(database) = self.database().await else { return };
        if let Ok(transaction) = database.transaction(&[store], TransactionMode::ReadWrite)
            && let Ok(store) = transaction.store(store)
        {
            let _ = store.delete(name.into()).await;
            let _ = transaction.done().await;
        }
    }

    async fn database(&self) -> Option<Rc<Rexie>> {
        let kept = self.database.borrow().clone();
        if kept.is_some() {
            return kept;
        }
        let builder = Rexie::builder(NAME).version(1);
        let stores = [BLOBS, MANIFESTS, RECORDS].map(ObjectStore::new);
        let opened =
            stores.into_iter().fold(builder, rexie::RexieBuilder::add_object_store).build().await.ok().map(Rc::new);
        *self.database.borrow_mut() = opened.clone();
        opened
    }
}

/// A file as a browser stores it best.
fn blob_of(bytes: &[u8]) -> Option<JsValue> {
    Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes))).ok().map(JsValue::from)
}

/// The bytes of what was stored, whether as a `Blob` or as bytes.
async fn bytes_of(value: JsValue) -> Option<Vec<u8>> {
    match value.dyn_into::<Blob>() {
        Ok(blob) => {
            let buffer: ArrayBuffer = JsFuture::from(blob.array_buffer()).await.ok()?.dyn_into().ok()?;
            Some(Uint8Array::new(&buffer).to_vec())
        }
        Err(value) => value.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec()),
    }
}

/// What rexie says, with the browser's own words.
fn told(error: rexie::Error) -> String {
    match error {
        rexie::Error::IdbError(error) => super::database::told(error),
        other => other.to_string(),
    }
}
