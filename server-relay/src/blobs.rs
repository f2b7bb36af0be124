//! Blobs: the files of bundles, each named by its SHA-256 and kept as `blobs/ab/cdef…`.
//!
//! The digest is verified when a blob is written and every time it is read from disk. A blob is there whole or not at
//! all: it is written beside, brought to disk, and renamed.

mod cache;
mod upload;

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use starlane_bundle::Digest;
use starlane_protocol::{Code, Refusal};

use crate::problem::Problem;
use cache::Cache;
pub(crate) use upload::Upload;

/// Bytes of a blob at most: it is verified whole, in memory, before anybody sees it.
pub(crate) const BLOB_BYTES: u64 = 64 * 1_024 * 1_024;

/// The folder of blobs.
pub(crate) struct Blobs {
    folder: PathBuf,
    cache: Mutex<Cache>,
}

/// Why a blob was not stored or read.
#[derive(Debug)]
pub(crate) enum BlobError {
    /// Its bytes have another digest than they were said to have.
    WrongDigest(Digest),
    /// More than [`BLOB_BYTES`].
    TooLarge,
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
            BlobError::Missing(_) => "no-blob",
            BlobError::Damaged(_) => "blob-damaged",
            BlobError::Io(_) => "store-failed",
        }
    }

    fn of(&self) -> Code {
        match self {
            BlobError::WrongDigest(_) => Code::BadBundle,
            BlobError::TooLarge => Code::TooLarge,
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
        Problem::named(error.of(), error.code(), error.to_string())
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
        Ok(Self { folder: folder.to_owned(), cache: Mutex::default() })
    }

    /// How many bytes a blob has, if it is there.
    pub(crate) async fn size(&self, digest: &Digest) -> Option<u64> {
        let found = tokio::fs::metadata(self.path(digest)).await.ok()?;
        found.is_file().then_some(found.len())
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

    /// Begins to store a blob.
    pub(crate) async fn upload(&self) -> Result<Upload, BlobError> {
        Upload::start(&self.folder).await
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
        let mut upload = blobs.upload().await?;
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
    async fn a_blob_that_changed_on_disk_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let digest = Digest::of(b"hello");
        store(&Blobs::open(folder.path()).unwrap(), b"hello", digest).await.unwrap();
        std::fs::write(path(folder.path(), &digest), b"jello").unwrap();
        let error = Blobs::open(folder.path()).unwrap().read(&digest).await.unwrap_err();
        assert_eq!(error.code(), "blob-damaged");
    }
}
