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

/// A blob that somebody means to publish.
#[derive(Default)]
struct Blob {
    /// Who uploaded or asked for it, and when last.
    claims: HashMap<Agent, Instant>,
    /// Whose share it is in, and how large; once a bundle names it, nobody's.
    charged: Option<(Agent, u64)>,
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

    /// Takes a blob out of its user's share.
    fn discharge(&mut self, digest: &Digest) {
        if let Some((user, bytes)) = self.blobs.get_mut(digest).and_then(|blob| blob.charged.take()) {
            self.release(&user, bytes);
        }
    }

    /// Keeps only such claims to a blob; whether none is left.
    fn retain(&mut self, digest: &Digest, keep: impl Fn(&Agent, Instant) -> bool) -> bool {
        let Some(blob) = self.blobs.get_mut(digest) else { return true };
        blob.claims.retain(|user, since| keep(user, *since));
        let is_free = blob.claims.is_empty();
        if blob.charged.as_ref().is_some_and(|(user, _)| !blob.claims.contains_key(user)) {
            self.discharge(digest);
        }
        if is_free {
            self.blobs.remove(digest);
        }
        is_free
    }
}

impl Loose {
    /// Keeps a blob for another hour: this user may be about to publish it.
    pub(super) fn touch(&self, digest: Digest, user: &Agent) {
        self.lock().blobs.entry(digest).or_default().claims.insert(user.clone(), Instant::now());
    }

    /// Whether this user uploaded it, or may publish it as it is.
    pub(super) fn is_claimed(&self, digest: &Digest, user: &Agent) -> bool {
        self.lock().blobs.get(digest).is_some_and(|blob| blob.claims.contains_key(user))
    }

    /// A bundle names it now: it is in nobody's share. Whoever else means to publish it keeps the claim.
    pub(super) fn named(&self, digest: &Digest) {
        self.lock().discharge(digest);
    }

    /// A user's bundle that names it was accepted: the claim has done its work.
    pub(super) fn published(&self, digest: &Digest, user: &Agent) {
        self.lock().retain(digest, |of, _| of != user);
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
        let is_over = |blob: &Blob| blob.claims.values().any(|since| since.elapsed() >= KEPT);
        let over = table.blobs.iter().filter(|(_, blob)| is_over(blob));
        let over: Vec<Digest> = over.map(|(digest, _)| *digest).collect();
        over.into_iter().filter(|digest| table.retain(digest, |_, since| since.elapsed() < KEPT)).collect()
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
        let blob = table.blobs.entry(digest).or_default();
        blob.claims.insert(self.user.clone(), Instant::now());
        if blob.charged.is_none() {
            blob.charged = Some((self.user.clone(), bytes));
        } else {
            table.release(&self.user, bytes);
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
        loose.published(&two, &ada);
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
        let (loose, digest, ada) = (Loose::default(), Digest::of(b"one"), Agent::Anonymous);
        let mut deleted = 0;
        loose.touch(digest, &ada);
        loose.delete(&digest, || deleted += 1);
        advance(KEPT / 2).await;
        loose.touch(digest, &ada);
        advance(KEPT / 2).await;
        assert!(loose.overdue().is_empty());
        advance(KEPT / 2).await;
        assert_eq!(loose.overdue(), [digest]);
        loose.delete(&digest, || deleted += 1);
        assert_eq!(deleted, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_uploaded_it_too_keeps_the_claim_when_another_publishes_and_removes_it() {
        let (loose, digest): (Arc<Loose>, _) = (Arc::default(), Digest::of(b"one"));
        let users: [Agent; 2] = ["ada", "bob"].map(|name| format!("localhost:users:{name}").parse().unwrap());
        for user in &users {
            let mut upload = Arriving::new(loose.clone(), user.clone());
            upload.more(1).unwrap();
            upload.whole(digest);
        }
        loose.named(&digest);
        loose.published(&digest, &users[0]);
        assert!(loose.lock().bytes.is_empty());
        loose.delete(&digest, || panic!("bob is about to publish it"));
        advance(KEPT).await;
        assert_eq!(loose.overdue(), [digest]);
        loose.touch(digest, &users[1]);
        loose.published(&digest, &users[1]);
        let mut deleted = false;
        loose.delete(&digest, || deleted = true);
        assert!(deleted);
    }
}
