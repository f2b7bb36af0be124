//! Manifests: what a bundle is made of.
//!
//! The same folder gives the same bytes anywhere: files are in the order of their paths, keys in one fixed order,
//! no spaces, nothing about when or where it was made.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use starlane_protocol::document::Documents;
use starlane_protocol::{Point, PointError};

use crate::{Digest, KeyError, PublicKey, RootKey, Signature};

/// Bytes of a manifest at most: it is held in memory and parsed whole.
pub const MANIFEST_BYTES: usize = 1024 * 1024;

/// Files of a bundle at most.
pub const MANIFEST_FILES: usize = 4_096;

/// The version of the manifest's own form.
const FORMAT: u32 = 1;

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
pub struct Manifest {
    format: u32,
    /// The bundle's point: series and version.
    pub bundle: Point,
    /// Every file, under its path without a leading slash.
    pub files: BTreeMap<String, FileEntry>,
    /// The compiled documents.
    #[serde(default)]
    pub documents: Documents,
}

/// Why a manifest is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ManifestError {
    /// More than 1 MiB.
    TooLarge,
    /// More than 4,096 files.
    TooManyFiles,
    /// Not a manifest; what the parser says.
    Malformed(String),
    /// Its form has a version this build does not know.
    UnknownFormat(u32),
    /// The point does not end in a version below `<space>:repo:<series>`.
    NotABundle(Point),
    /// A file's path is none.
    BadPath(String),
    /// A document names a file that is not in the bundle.
    MissingFile {
        /// The document that names it.
        document: String,
        /// The file.
        file: String,
    },
    /// The signature does not hold.
    Key(KeyError),
}

impl ManifestError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        match self {
            ManifestError::TooLarge => "manifest-too-large",
            ManifestError::TooManyFiles => "manifest-too-many-files",
            ManifestError::Malformed(_) => "manifest-malformed",
            ManifestError::UnknownFormat(_) => "manifest-unknown-format",
            ManifestError::NotABundle(_) => "not-a-bundle",
            ManifestError::BadPath(_) => "manifest-bad-path",
            ManifestError::MissingFile { .. } => "missing-file",
            ManifestError::Key(error) => error.code(),
        }
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ManifestError::TooLarge => f.write_str("a manifest has 1 MiB at most"),
            ManifestError::TooManyFiles => f.write_str("a bundle has 4,096 files at most"),
            ManifestError::Malformed(what) => write!(f, "this is not a manifest: {what}"),
            ManifestError::UnknownFormat(format) => write!(f, "manifest format {format} is not known here"),
            ManifestError::NotABundle(point) => {
                write!(f, "`{point}` is not a bundle: one is `<space>:repo:<series>:<version>`")
            }
            ManifestError::BadPath(path) => write!(f, "`{path}` cannot be a file's path in a bundle"),
            ManifestError::MissingFile { document, file } => {
                write!(f, "{document} names `{file}`, which is not in the bundle")
            }
            ManifestError::Key(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl Error for ManifestError {}

impl From<PointError> for ManifestError {
    fn from(error: PointError) -> Self {
        ManifestError::Malformed(error.to_string())
    }
}

impl From<KeyError> for ManifestError {
    fn from(error: KeyError) -> Self {
        ManifestError::Key(error)
    }
}

impl Manifest {
    /// A manifest, checked.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn new(bundle: Point, files: BTreeMap<String, FileEntry>, documents: Documents) -> Result<Self, ManifestError> {
        let manifest = Self { format: FORMAT, bundle, files, documents };
        manifest.check()?;
        Ok(manifest)
    }

    /// Reads a manifest from its bytes and checks it.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MANIFEST_BYTES {
            return Err(ManifestError::TooLarge);
        }
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|error| ManifestError::Malformed(error.to_string()))?;
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

    fn check(&self) -> Result<(), ManifestError> {
        if self.format != FORMAT {
            return Err(ManifestError::UnknownFormat(self.format));
        }
        let repo = self.bundle.segments().nth(1) == Some("repo") && self.bundle.segments().count() == 4;
        if !repo || semver::Version::parse(self.version()).is_err() || self.bundle.path().is_some() {
            return Err(ManifestError::NotABundle(self.bundle.clone()));
        }
        if self.files.len() > MANIFEST_FILES {
            return Err(ManifestError::TooManyFiles);
        }
        for path in self.files.keys() {
            if path.is_empty() || path.ends_with('/') || format!("a:/{path}").parse::<Point>().is_err() {
                return Err(ManifestError::BadPath(path.clone()));
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

/// A manifest with the very bytes it was read from, and the signature over them.
#[derive(Debug, Clone)]
pub struct Signed {
    /// What the bytes say.
    pub manifest: Manifest,
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// The root key's signature over the bytes.
    pub signature: Signature,
    /// The SHA-256 of the bytes: the bundle's id.
    pub digest: Digest,
}

impl Signed {
    /// Signs manifest bytes with a space's root key.
    ///
    /// # Errors
    /// The bytes are not a manifest.
    pub fn sign(bytes: Vec<u8>, root: &RootKey) -> Result<Self, ManifestError> {
        let manifest = Manifest::parse(&bytes)?;
        let (signature, digest) = (root.sign(&bytes), Digest::of(&bytes));
        Ok(Self { manifest, bytes: bytes.into(), signature, digest })
    }

    /// Verifies manifest bytes that came from elsewhere. Nothing in them is looked at before the signature holds.
    ///
    /// # Errors
    /// A signature that is not the root's, or bytes that are not a manifest.
    pub fn verify(bytes: Vec<u8>, signature: &[u8], root: &PublicKey) -> Result<Self, ManifestError> {
        let signature = Signature::from_bytes(signature)?;
        root.verify(&bytes, &signature)?;
        let (manifest, digest) = (Manifest::parse(&bytes)?, Digest::of(&bytes));
        Ok(Self { manifest, bytes: bytes.into(), signature, digest })
    }
}

/// The content type of a file, by its ending.
pub fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt" | "toml" | "md") => "text/plain; charset=utf-8",
        Some("pdf") => "application/pdf",
        Some("mp4") => "video/mp4",
        Some("mp3") => "audio/mpeg",
        _ => "application/octet-stream",
    }
}
