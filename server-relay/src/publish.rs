//! Publishing: a folder becomes a manifest and the files it names.
//!
//! The same folder gives the same bytes anywhere: paths are compared as text, documents are compiled into one fixed
//! order, and nothing about the machine, the user or the time goes in. Every mistake of every document is found in one
//! go and named with its place. Nothing is sent from here.

mod bind;
mod check;
mod config;
mod documents;
mod doubts;
mod editors;
mod fault;
mod files;
mod folder;
mod holes;
mod mistakes;
mod place;
mod trial;

use std::collections::BTreeMap;
use std::path::Path;

use starlane_bundle::{Digest, MANIFEST_BYTES, Manifest};
use starlane_protocol::Point;
use starlane_protocol::document::{Bind, MechtronConfig, Names};

pub use editors::schemas;
pub use fault::{Fault, Faults};
pub use files::{BLOB_BYTES, Blob};
pub use folder::SOURCE_MARKS;
pub use place::Place;

use documents::Sources;
use doubts::Doubts;
use folder::Listing;

/// A folder that was found to be a bundle.
#[derive(Debug)]
pub struct Pack {
    /// What it is made of.
    pub manifest: Manifest,
    /// The manifest's bytes.
    pub bytes: Vec<u8>,
    /// The SHA-256 of those bytes: the bundle's id.
    pub digest: Digest,
    /// Each content once, with a file that holds it.
    pub blobs: BTreeMap<Digest, Blob>,
}

/// A folder in the middle of being checked.
struct Folder {
    listing: Listing,
    sources: Sources,
    doubts: Doubts,
    /// The space it is published in.
    space: String,
}

/// Reads one bind as its author wrote it, as it would be published.
///
/// # Errors
/// Every mistake that was found.
pub fn bind(file: &Path) -> Result<Bind, Faults> {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let read = documents::bind(name, file, &mut Sources::default()).map_err(Faults::new)?;
    Ok(read.unwrap_or_default())
}

/// Reads the documents of a folder's mechtrons, by path.
///
/// # Errors
/// Every mistake of a document.
pub fn mechtrons(folder: &Path) -> Result<Names<MechtronConfig>, Faults> {
    let mut faults = Vec::new();
    let root = folder::root(folder).map_err(|fault| Faults::new(vec![fault]))?;
    let listing = folder::list(&root, &mut faults);
    let (documents, ..) = documents::read(&listing, &mut faults);
    if faults.is_empty() { Ok(documents.mechtrons) } else { Err(Faults::new(faults)) }
}

/// Reads a folder, compiles its documents and checks everything that can be checked before it is installed.
///
/// # Errors
/// Every mistake that was found, in the order of the files.
pub fn pack(folder: &Path, bundle: &Point) -> Result<Pack, Faults> {
    let mut faults = Vec::new();
    let root = folder::root(folder).map_err(|fault| Faults::new(vec![fault]))?;
    let listing = folder::list(&root, &mut faults);
    faults.extend(folder::source(&root, &listing));
    let (documents, sources, doubts) = documents::read(&listing, &mut faults);
    let (entries, blobs) = files::entries(&listing, &mut faults);
    let folder = Folder { listing, sources, doubts, space: bundle.space().to_owned() };
    check::references(&folder, &documents, &mut faults);
    check::code(&folder, &documents, &mut faults);
    let values = holes::check(&folder, bundle, &documents, &mut faults);
    trial::parts(&folder, bundle, &documents, &values, &mut faults);
    if !faults.is_empty() {
        return Err(Faults::new(faults));
    }
    let manifest = Manifest::new(bundle.clone(), entries, documents).map_err(Fault::of_manifest)?;
    trial::install(&folder, &manifest, &mut faults);
    let bytes = manifest.to_bytes();
    if bytes.len() > MANIFEST_BYTES {
        faults.push(Fault::of_manifest(starlane_bundle::ManifestError::TooLarge));
    }
    if !faults.is_empty() {
        return Err(Faults::new(faults));
    }
    let digest = Digest::of(&bytes);
    Ok(Pack { manifest, bytes, digest, blobs })
}
