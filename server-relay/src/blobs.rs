//! Blobs: the files of bundles, each named by its SHA-256 and kept as `blobs/ab/cdef…`.
//!
//! The digest is verified when a blob is written and every time it is read from disk. A blob is there whole or not at
//! all: it is written beside, brought to disk, and renamed.

mod cache;
mod loose;
mod upload;

use std::collections::HashSet;
use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::fs::{DirEntry, ReadDir};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use starlane_bundle::Digest;
use starlane_protocol::{Agent, Code, Refusal};

use crate::problem::Problem;
use cache::Cache;
use loose::{Arriving, Loose};
pub(crate) use upload::Upload;

/// Bytes of a blob at most: it is verified whole, in memory, before anybody sees it.
pub(crate) const BLOB_BYTES: u64 = 64 * 1_024 * 1_024;

/// The folder of blobs.
pub(crate) struct Blobs {
    folder: PathBuf,
    cache: Mutex<Cache>,
    loose: Arc<Loose>,
}

/// Why a blob was not stored or read.
#[derive(Debug)]
pub(crate) enum BlobError {
    /// Its bytes have another digest than they were said to have.
    WrongDigest(Digest),
    /// More than [`BLOB_BYTES`].
    TooLarge,
    /// One user has uploaded too much that no bundle names.
    Quota,
    /// There is none with this digest.
    Missing(Digest),
    /// What is on disk is no longer what was stored.
    Damaged(Digest),
    /// The disk says no.
    Io(io::Error),
}

impl BlobError {
    /// The stable code word.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            BlobError::WrongDigest(_) => "wrong-digest",
            BlobError::TooLarge => "too-large",
            BlobError::Quota => "upload-quota",
            BlobError::Missing(_) => "no-blob",
            BlobError::Damaged(_) => "blob-damaged",
            BlobError::Io(_) => "store-failed",
        }
    }

    fn of(&self) -> Code {
        match self {
            BlobError::WrongDigest(_) => Code::BadBundle,
            BlobError::TooLarge => Code::TooLarge,
            BlobError::Quota => Code::TooMany,
            BlobError::Missing(_) => Code::NotFound,
            BlobError::Damaged(_) => Code::FetchFailed,
            BlobError::Io(_) => Code::StoreFailed,
        }
    }
}

impl fmt::Display for BlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BlobError::WrongDigest(is) => write!(f, "the bytes do not have this digest; theirs is {is}"),
            BlobError::TooLarge => f.write_str("a file has 64 MiB at most"),
            BlobError::Quota => f.write_str("1 GiB of files that you uploaded is named by no bundle yet"),
            BlobError::Missing(digest) => write!(f, "there is no file with the digest {digest}"),
            BlobError::Damaged(digest) => write!(f, "the stored file {digest} is damaged; publish its bundle again"),
            BlobError::Io(error) => write!(f, "the disk failed: {error}"),
        }
    }
}

impl Error for BlobError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            BlobError::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for BlobError {
    fn from(error: io::Error) -> Self {
        BlobError::Io(error)
    }
}

impl From<BlobError> for Problem {
    fn from(error: BlobError) -> Self {
        let problem = Problem::named(error.of(), error.code(), error.to_string());
        match error {
            BlobError::Quota => {
                problem.hint("Publish the bundle they belong to, or wait: after an hour they are deleted.")
            }
            _ => problem,
        }
    }
}

impl From<BlobError> for Refusal {
    fn from(error: BlobError) -> Self {
        Refusal::new(Code::FetchFailed, error.to_string())
    }
}

impl Blobs {
    /// The blobs in a folder, which is made if need be; what a crash left half written is deleted.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let _ = std::fs::remove_dir_all(folder.join(upload::FOLDER));
        std::fs::create_dir_all(folder.join(upload::FOLDER))?;
        Ok(Self { folder: folder.to_owned(), cache: Mutex::default(), loose: Arc::default() })
    }

    /// Deletes at the start what no bundle names, but for what came within the last hour: somebody may be publishing it.
    pub(crate) fn collect(&self, named: &HashSet<Digest>) -> io::Result<()> {
        for entry in self.files()? {
            let (digest, file) = entry?;
            if named.contains(&digest) {
                continue;
            }
            let age = file.metadata().and_then(|data| data.modified()).map(|time| time.elapsed().unwrap_or_default());
            match age {
                Ok(age) if age < loose::KEPT => self.loose.touch(digest, &Agent::Anonymous),
                _ => self.delete(&digest),
            }
        }
        Ok(())
    }

    /// Deletes these, unless somebody uploaded or asked for them lately.
    pub(crate) fn delete_all(&self, digests: impl IntoIterator<Item = Digest>) {
        digests.into_iter().for_each(|digest| self.delete(&digest));
    }

    fn delete(&self, digest: &Digest) {
        self.loose.delete(digest, || {
            self.cache().remove(digest);
            match std::fs::remove_file(self.path(digest)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(%digest, %error, "a file that no bundle names could not be deleted");
                }
                _ => {}
            }
        });
    }

    /// Those that were uploaded or asked for more than an hour ago; it is for the caller to see which of them a bundle names.
    pub(crate) fn overdue(&self) -> Vec<Digest> {
        self.loose.overdue()
    }

    /// Keeps a blob for another hour: this user may be about to publish a bundle that names it.
    pub(crate) fn touch(&self, digest: Digest, user: &Agent) {
        self.loose.touch(digest, user);
    }

    /// Whether this user uploaded a blob within the last hour, and has not published it yet.
    pub(crate) fn is_claimed(&self, digest: &Digest, user: &Agent) -> bool {
        self.loose.is_claimed(digest, user)
    }

    /// A bundle of this user that names these was accepted.
    pub(crate) fn published<'d>(&self, digests: impl IntoIterator<Item = &'d Digest>, user: &Agent) {
        digests.into_iter().for_each(|digest| self.loose.published(digest, user));
    }

    /// A bundle names these now: they are in nobody's share of what no bundle names.
    pub(crate) fn named<'d>(&self, digests: impl IntoIterator<Item = &'d Digest>) {
        digests.into_iter().for_each(|digest| self.loose.named(digest));
    }

    /// Every blob in the folder.
    fn files(&self) -> io::Result<impl Iterator<Item = io::Result<(Digest, DirEntry)>>> {
        let folders = std::fs::read_dir(&self.folder)?.filter_map(Result::ok);
        let folders = folders.filter(|folder| folder.file_name() != upload::FOLDER && folder.path().is_dir());
        let files = folders.map(|folder| Ok((folder.file_name(), std::fs::read_dir(folder.path())?)));
        let files: Vec<(OsString, ReadDir)> = files.collect::<io::Result<_>>()?;
        Ok(files.into_iter().flat_map(|(first, files)| {
            files.filter_map(move |file| {
                let digest = |file: &DirEntry| {
                    format!("{}{}", first.to_str()?, file.file_name().to_str()?).parse::<Digest>().ok()
                };
                // What has another name is not ours.
                file.map(|file| digest(&file).map(|digest| (digest, file))).transpose()
            })
        }))
    }

    /// How many bytes a blob has, if it is there.
    pub(crate) async fn size(&self, digest: &Digest) -> Option<u64> {
        let found = tokio::fs::metadata(self.path(digest)).await.ok()?;
        found.is_file().then_some(found.len())
    }

    /// A blob that was read not long ago.
    pub(crate) fn at_hand(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        self.cache().get(digest)
    }

    /// A blob's bytes, verified.
    pub(crate) async fn read(&self, digest: &Digest) -> Result<Arc<[u8]>, BlobError> {
        if let Some(bytes) = self.cache().get(digest) {
            return Ok(bytes);
        }
        let (path, digest) = (self.path(digest), *digest);
        let read = move || match std::fs::read(path) {
            Ok(bytes) if digest.verifies(&bytes) => Ok(Arc::<[u8]>::from(bytes)),
            Ok(_) => Err(BlobError::Damaged(digest)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(BlobError::Missing(digest)),
            Err(error) => Err(error.into()),
        };
        let bytes = tokio::task::spawn_blocking(read).await.map_err(io::Error::other)??;
        self.cache().put(digest, bytes.clone());
        Ok(bytes)
    }

    /// Begins to store a blob for a user.
    pub(crate) async fn upload(&self, user: Agent) -> Result<Upload, BlobError> {
        Upload::start(&self.folder, Arriving::new(self.loose.clone(), user)).await
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        path(&self.folder, digest)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn path(folder: &Path, digest: &Digest) -> PathBuf {
    let name = digest.to_string();
    folder.join(&name[..2]).join(&name[2..])
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn store(blobs: &Blobs, bytes: &[u8], digest: Digest) -> Result<(), BlobError> {
        let mut upload = blobs.upload(Agent::Anonymous).await?;
        for part in bytes.chunks(3) {
            upload.write(part).await?;
        }
        upload.finish(digest).await
    }

    #[tokio::test]
    async fn a_blob_is_read_as_it_was_stored() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let digest = Digest::of(b"hello");
        store(&blobs, b"hello", digest).await.unwrap();
        assert_eq!(blobs.size(&digest).await, Some(5));
        assert_eq!(&*Blobs::open(folder.path()).unwrap().read(&digest).await.unwrap(), b"hello");
    }

    #[tokio::test]
    async fn bytes_with_another_digest_are_not_stored() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let digest = Digest::of(b"hello");
        let error = store(&blobs, b"hullo", digest).await.unwrap_err();
        assert_eq!(error.code(), "wrong-digest");
        assert_eq!(blobs.size(&digest).await, None);
        assert_eq!(blobs.read(&digest).await.unwrap_err().code(), "no-blob");
        assert_eq!(std::fs::read_dir(folder.path().join(upload::FOLDER)).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn what_no_bundle_names_is_deleted_at_the_start_unless_it_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new, named) = (Digest::of(b"old"), Digest::of(b"new"), Digest::of(b"named"));
        let blobs = Blobs::open(folder.path()).unwrap();
        for (bytes, digest) in [(&b"old"[..], old), (b"new", new), (b"named", named)] {
            store(&blobs, bytes, digest).await.unwrap();
        }
        std::fs::write(folder.path().join("notes"), "not ours").unwrap();
        let hours_ago = std::time::SystemTime::now() - 2 * loose::KEPT;
        for digest in [old, named] {
            let file = std::fs::File::options().write(true).open(path(folder.path(), &digest)).unwrap();
            file.set_modified(hours_ago).unwrap();
        }
        let blobs = Blobs::open(folder.path()).unwrap();
        blobs.collect(&[named].into()).unwrap();
        assert_eq!(blobs.size(&old).await, None);
        assert_eq!((blobs.size(&new).await, blobs.size(&named).await), (Some(3), Some(5)));
        // It may be published yet.
        blobs.delete_all([new]);
        assert_eq!(blobs.size(&new).await, Some(3));
    }

    #[tokio::test]
    async fn a_blob_that_changed_on_disk_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let digest = Digest::of(b"hello");
        store(&Blobs::open(folder.path()).unwrap(), b"hello", digest).await.unwrap();
        std::fs::write(path(folder.path(), &digest), b"jello").unwrap();
        let error = Blobs::open(folder.path()).unwrap().read(&digest).await.unwrap_err();
        assert_eq!(error.code(), "blob-damaged");
    }
}
