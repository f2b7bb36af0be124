//! Manifests: what a bundle is made of.
//!
//! The same folder gives the same bytes anywhere: files are in the order of their paths, keys in one fixed order,
//! no spaces, nothing about when or where it was made. Unknown keys and keys said twice are refused: what is signed says
//! one thing, and every reader reads all of it.

mod error;
mod media;
mod signed;

use semver::Version;
use serde::{Deserialize, Serialize};
use starlane_protocol::Point;
use starlane_protocol::document::{Documents, Names, names};
use starlane_protocol::limits::TYPE_BYTES;

pub use error::ManifestError;
pub use media::media_type;
pub use signed::Signed;

use crate::{Digest, is_series, unique};

/// Bytes of a manifest at most: it is held in memory and parsed whole.
pub const MANIFEST_BYTES: usize = 1024 * 1024;

/// Files of a bundle at most.
pub const MANIFEST_FILES: usize = 4_096;

/// The version of the manifest's own form.
const FORMAT: u32 = 1;

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// What its bytes hash to.
    pub sha256: Digest,
    /// How many bytes it has.
    pub size: u64,
    /// Its content type.
    #[serde(rename = "type")]
    pub media: String,
}

/// What a bundle is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    /// The bundle's point: series and version.
    pub bundle: Point,
    /// Every file, under its path without a leading slash.
    #[serde(with = "names")]
    pub files: Names<FileEntry>,
    /// The compiled documents.
    #[serde(default)]
    pub documents: Documents,
}

/// The one key every version of the form has; it is read before all others.
#[derive(Deserialize)]
struct Form {
    format: u32,
}

impl Manifest {
    /// A manifest, checked.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn new(bundle: Point, files: Names<FileEntry>, documents: Documents) -> Result<Self, ManifestError> {
        let manifest = Self { format: FORMAT, bundle, files, documents };
        manifest.check()?;
        if manifest.to_bytes().len() > MANIFEST_BYTES { Err(ManifestError::TooLarge) } else { Ok(manifest) }
    }

    /// Reads a manifest from its bytes and checks it.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MANIFEST_BYTES {
            return Err(ManifestError::TooLarge);
        }
        let malformed = |error: serde_json::Error| ManifestError::Malformed(error.to_string());
        let Form { format } = unique::from_slice(bytes).map_err(malformed)?;
        if format != FORMAT {
            return Err(ManifestError::UnknownFormat(format));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(malformed)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The bytes that are signed, stored, sent and hashed.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Every manifest has a JSON form: its maps have string keys.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The point of the series: the bundle's without its version.
    pub fn series(&self) -> Point {
        self.bundle.parent().unwrap_or_else(|| self.bundle.clone())
    }

    /// The version.
    pub fn version(&self) -> &str {
        self.bundle.segments().last().unwrap_or_default()
    }

    /// The version, to be compared with others.
    pub fn semver(&self) -> Version {
        // A manifest that was checked has one.
        Version::parse(self.version()).unwrap_or_else(|_| Version::new(0, 0, 0))
    }

    fn check(&self) -> Result<(), ManifestError> {
        if !is_series(&self.series()) || Version::parse(self.version()).is_err() || self.bundle.path().is_some() {
            return Err(ManifestError::NotABundle(self.bundle.clone()));
        }
        if self.files.len() > MANIFEST_FILES {
            return Err(ManifestError::TooManyFiles);
        }
        for (path, file) in &self.files {
            // Every file has a point, and with it the point's bounds.
            if path.is_empty() || path.ends_with('/') || format!("{}:/{path}", self.bundle).parse::<Point>().is_err() {
                return Err(ManifestError::BadPath(path.clone()));
            }
            if !is_media(&file.media) {
                return Err(ManifestError::BadType(path.clone()));
            }
        }
        self.check_documents()
    }

    fn check_documents(&self) -> Result<(), ManifestError> {
        let missing =
            |document: &str, file: &str| ManifestError::MissingFile { document: document.into(), file: file.into() };
        for (path, config) in &self.documents.mechtrons {
            if !self.files.contains_key(&config.wasm) {
                return Err(missing(path, &config.wasm));
            }
            if !self.documents.binds.contains_key(&config.bind) {
                return Err(missing(path, &config.bind));
            }
        }
        for mechtron in self.documents.app.iter().flat_map(|app| app.mechtrons.values()) {
            if !self.documents.mechtrons.contains_key(&mechtron.config) {
                return Err(missing("app.toml", &mechtron.config));
            }
        }
        Ok(())
    }
}

/// Whether a text can be sent as `content-type`: printable ASCII, and some of it.
fn is_media(text: &str) -> bool {
    (1..=TYPE_BYTES).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}
