//! The notary: signs what the registry decides, and keeps it with what it is about.

use starlane_bundle::{RECORD_LIFE_MS, SecretKey};

use crate::mesh::Mesh;
use crate::store::Store;

/// What a change of the registry is signed with and written to.
#[derive(Clone, Copy)]
pub(crate) struct Notary<'a> {
    /// Signs records, and manifests that no publisher signed.
    pub(crate) root: &'a SecretKey,
    /// Where they are kept.
    pub(crate) store: &'a Store,
    /// Milliseconds since 1970 UTC.
    pub(crate) now_ms: u64,
}

impl Notary<'_> {
    /// Until when a record holds that is signed now, in milliseconds since 1970 UTC.
    pub(crate) fn expires(&self) -> u64 {
        self.now_ms.saturating_add(RECORD_LIFE_MS)
    }

    /// The root's signature over bytes.
    pub(crate) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.root.sign(bytes).to_bytes().to_vec()
    }
}

impl Mesh {
    /// What the registry's changes are signed with and written to.
    pub(crate) fn notary(&self) -> Notary<'_> {
        Notary { root: &self.keys.root, store: &self.store, now_ms: self.clock.unix_ms() }
    }
}
