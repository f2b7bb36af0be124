//! Loose blobs: uploaded, or asked for by somebody who is about to publish, and named by no bundle yet.
//!
//! They are kept for an hour and no longer. What a user has uploaded of them is bounded.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use starlane_bundle::Digest;
use starlane_protocol::Agent;
use tokio::time::Instant;

use super::BlobError;

/// How long a file may wait for the bundle that names it: a publish takes seconds, over a slow line some minutes.
pub(super) const KEPT: Duration = Duration::from_secs(60 * 60);

/// Bytes one user may have uploaded that no bundle names: sixteen of the largest files, which is also the most one bundle
/// can bring along.
const USER_BYTES: u64 = 1 << 30;

/// Blobs that are not to be deleted though no bundle names them.
#[derive(Default)]
pub(super) struct Loose {
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    blobs: HashMap<Digest, Blob>,
    /// Bytes of each user, also of what is still arriving.
    bytes: HashMap<Agent, u64>,
}

struct Blob {
    since: Instant,
    /// Whose it is, and how large.
    owner: Option<(Agent, u64)>,
}

impl Table {
    fn release(&mut self, user: &Agent, bytes: u64) {
        if let Entry::Occupied(mut held) = self.bytes.entry(user.clone()) {
            *held.get_mut() = held.get().saturating_sub(bytes);
            if *held.get() == 0 {
                held.remove();
            }
        }
    }

    fn remove(&mut self, digest: &Digest) {
        if let Some(Blob { owner: Some((user, bytes)), .. }) = self.blobs.remove(digest) {
            self.release(&user, bytes);
        }
    }
}

impl Loose {
    /// Keeps a blob for another hour.
    pub(super) fn touch(&self, digest: Digest) {
        let now = Instant::now();
        self.lock().blobs.entry(digest).and_modify(|blob| blob.since = now).or_insert(Blob { since: now, owner: None });
    }

    /// A bundle names it now.
    pub(super) fn named(&self, digest: &Digest) {
        self.lock().remove(digest);
    }

    /// Deletes a blob that no bundle names, by this, unless it is loose.
    pub(super) fn delete(&self, digest: &Digest, delete: impl FnOnce()) {
        let table = self.lock();
        if !table.blobs.contains_key(digest) {
            // While the lock is held no upload can finish with this name and be lost.
            delete();
        }
    }

    /// Lets go of those whose hour is over.
    pub(super) fn overdue(&self) -> Vec<Digest> {
        let mut table = self.lock();
        let over = table.blobs.iter().filter(|(_, blob)| blob.since.elapsed() >= KEPT);
        let over: Vec<Digest> = over.map(|(digest, _)| *digest).collect();
        over.iter().for_each(|digest| table.remove(digest));
        over
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bytes of one upload while they arrive; given back when it is dropped.
pub(super) struct Arriving {
    loose: Arc<Loose>,
    user: Agent,
    bytes: u64,
}

impl Arriving {
    pub(super) fn new(loose: Arc<Loose>, user: Agent) -> Self {
        Self { loose, user, bytes: 0 }
    }

    /// Counts more bytes.
    pub(super) fn more(&mut self, bytes: u64) -> Result<(), BlobError> {
        let mut table = self.loose.lock();
        let held = table.bytes.entry(self.user.clone()).or_default();
        if *held + bytes > USER_BYTES {
            return Err(BlobError::Quota);
        }
        *held += bytes;
        self.bytes += bytes;
        Ok(())
    }

    /// The upload is whole: from now on it is a loose blob. Whoever brings what is there already is not charged twice.
    pub(super) fn whole(mut self, digest: Digest) {
        let loose = self.loose.clone();
        let mut table = loose.lock();
        let bytes = std::mem::take(&mut self.bytes);
        match table.blobs.get_mut(&digest) {
            Some(blob) if blob.owner.is_some() => {
                blob.since = Instant::now();
                table.release(&self.user, bytes);
            }
            _ => {
                let owner = Some((self.user.clone(), bytes));
                table.blobs.insert(digest, Blob { since: Instant::now(), owner });
            }
        }
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.loose.lock().release(&self.user, self.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_no_bundle_names_is_bounded_for_each_user_and_kept_for_an_hour() {
        let (loose, ada): (Arc<Loose>, Agent) = (Arc::default(), "localhost:users:ada".parse().unwrap());
        let arriving = || Arriving::new(loose.clone(), ada.clone());
        let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
        let mut upload = arriving();
        upload.more(USER_BYTES - 1).unwrap();
        let mut given_up = arriving();
        given_up.more(1).unwrap();
        assert_eq!(given_up.more(1).unwrap_err().code(), "upload-quota");
        drop(given_up);
        upload.whole(one);
        let mut again = arriving();
        again.more(1).unwrap();
        again.whole(two);
        assert!(arriving().more(1).is_err());
        Arriving::new(loose.clone(), "localhost:users:bob".parse().unwrap()).more(USER_BYTES).unwrap();
        loose.named(&two);
        arriving().more(1).unwrap();
        advance(KEPT - Duration::from_secs(1)).await;
        assert!(loose.overdue().is_empty());
        advance(Duration::from_secs(1)).await;
        assert_eq!(loose.overdue(), [one]);
        arriving().more(USER_BYTES).unwrap();
        assert!(loose.lock().bytes.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_blob_that_somebody_is_about_to_publish_is_not_deleted() {
        let (loose, digest) = (Loose::default(), Digest::of(b"one"));
        let mut deleted = 0;
        loose.touch(digest);
        loose.delete(&digest, || deleted += 1);
        advance(KEPT / 2).await;
        loose.touch(digest);
        advance(KEPT / 2).await;
        assert!(loose.overdue().is_empty());
        advance(KEPT / 2).await;
        assert_eq!(loose.overdue(), [digest]);
        loose.delete(&digest, || deleted += 1);
        assert_eq!(deleted, 1);
    }
}
