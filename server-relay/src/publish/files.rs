//! Files: their size, digest and content type.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use starlane_bundle::{Digest, FileEntry, media_type};
use starlane_protocol::document::Names;

use super::Fault;
use super::folder::Listing;

/// Bytes of one file at most: a relay and a tab hold it whole while they verify it.
pub const BLOB_BYTES: u64 = 64 * 1024 * 1024;

/// One content and a file that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Where it can be read.
    pub file: PathBuf,
    /// Its path in the bundle; one of them when several files are equal.
    pub path: String,
    /// Its bytes.
    pub size: u64,
}

/// The files as a manifest names them, and each content once.
pub(super) fn entries(listing: &Listing, faults: &mut Vec<Fault>) -> (Names<FileEntry>, BTreeMap<Digest, Blob>) {
    let (mut entries, mut blobs) = (Names::new(), BTreeMap::new());
    for (path, file) in &listing.files {
        match bytes(path, file) {
            Ok(bytes) => {
                let (sha256, size) = (Digest::of(&bytes), bytes.len() as u64);
                entries.insert(path.clone(), FileEntry { sha256, size, media: media_type(path).into() });
                blobs.entry(sha256).or_insert_with(|| Blob { file: file.clone(), path: path.clone(), size });
            }
            Err(fault) => faults.push(fault),
        }
    }
    (entries, blobs)
}

/// The bytes of one file.
pub(super) fn bytes(path: &str, file: &Path) -> Result<Vec<u8>, Fault> {
    let unreadable =
        |error: io::Error| Fault::new("read-failed", format!("`{path}` cannot be read: {error}")).in_file(path);
    if fs::metadata(file).map_err(unreadable)?.len() > BLOB_BYTES {
        let limit = BLOB_BYTES >> 20;
        let fault = Fault::new("file-too-large", format!("`{path}` is over the {limit} MiB that one file may have"));
        return Err(fault.in_file(path).hint("cut it into parts"));
    }
    fs::read(file).map_err(unreadable)
}
