//! Storing a blob: hashed as it arrives, on disk before it has a name.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};
use starlane_bundle::Digest;
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;

use super::loose::Arriving;
use super::{BLOB_BYTES, BlobError};
use crate::keys::sync_folder;

/// Where blobs stand while they arrive, below the folder of blobs.
pub(super) const FOLDER: &str = "arriving";

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A blob on its way. Given up, it leaves nothing behind.
pub(crate) struct Upload {
    folder: PathBuf,
    beside: PathBuf,
    file: Option<File>,
    digest: Sha256,
    size: u64,
    arriving: Option<Arriving>,
}

impl Upload {
    pub(super) async fn start(folder: &Path, arriving: Arriving) -> Result<Self, BlobError> {
        let beside = folder.join(FOLDER).join(NEXT.fetch_add(1, Ordering::Relaxed).to_string());
        let file = Some(File::create(&beside).await?);
        Ok(Self { folder: folder.to_owned(), beside, file, digest: Sha256::new(), size: 0, arriving: Some(arriving) })
    }

    /// Takes in some bytes.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.size += bytes.len() as u64;
        if self.size > BLOB_BYTES {
            return Err(BlobError::TooLarge);
        }
        if let Some(arriving) = &mut self.arriving {
            arriving.more(bytes.len() as u64)?;
        }
        self.digest.update(bytes);
        self.file()?.write_all(bytes).await?;
        Ok(())
    }

    /// Gives the blob its name, if its bytes have this digest.
    pub(crate) async fn finish(mut self, digest: Digest) -> Result<(), BlobError> {
        let is = Digest(std::mem::take(&mut self.digest).finalize().into());
        if is != digest {
            return Err(BlobError::WrongDigest(is));
        }
        let file = self.file()?;
        file.flush().await?;
        file.sync_all().await?;
        let path = super::path(&self.folder, &digest);
        let parent = path.parent().map(Path::to_owned).unwrap_or_default();
        fs::create_dir_all(&parent).await?;
        // Loose before it has its name, so that it is never deleted in between.
        if let Some(arriving) = self.arriving.take() {
            arriving.whole(digest);
        }
        fs::rename(&self.beside, &path).await?;
        let folder = self.folder.clone();
        let sync = move || sync_folder(&parent).and_then(|()| sync_folder(&folder));
        tokio::task::spawn_blocking(sync).await.map_err(io::Error::other)??;
        self.file = None;
        Ok(())
    }

    fn file(&mut self) -> Result<&mut File, BlobError> {
        self.file.as_mut().ok_or_else(|| io::Error::other("the upload is over").into())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // At the next start the folder is emptied anyway.
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}
