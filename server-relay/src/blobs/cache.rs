//! Small blobs that were read lately, so that a busy page is neither read nor hashed again.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use starlane_bundle::Digest;

/// Bytes of all blobs kept in memory.
const CACHE_BYTES: usize = 64 * 1_024 * 1_024;

/// Bytes of the largest blob that is kept: sixteen of these never push out all others.
const BLOB_BYTES: usize = 4 * 1_024 * 1_024;

/// Blobs in memory; the ones that came first leave first.
#[derive(Default)]
pub(super) struct Cache {
    blobs: HashMap<Digest, Arc<[u8]>>,
    order: VecDeque<Digest>,
    bytes: usize,
}

impl Cache {
    pub(super) fn get(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        self.blobs.get(digest).cloned()
    }

    pub(super) fn remove(&mut self, digest: &Digest) {
        if let Some(bytes) = self.blobs.remove(digest) {
            self.bytes -= bytes.len();
            self.order.retain(|kept| kept != digest);
        }
    }

    pub(super) fn put(&mut self, digest: Digest, bytes: Arc<[u8]>) {
        if bytes.len() > BLOB_BYTES || self.blobs.contains_key(&digest) {
            return;
        }
        self.bytes += bytes.len();
        self.blobs.insert(digest, bytes);
        self.order.push_back(digest);
        while self.bytes > CACHE_BYTES {
            let Some(oldest) = self.order.pop_front() else { return };
            self.bytes -= self.blobs.remove(&oldest).map_or(0, |bytes| bytes.len());
        }
    }
}
