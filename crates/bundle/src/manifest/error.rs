//! Why a manifest is refused.

use std::error::Error;
use std::fmt;

use starlane_protocol::{Point, PointError};

use crate::KeyError;

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
    /// A file's content type is none; the file.
    BadType(String),
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
            ManifestError::BadType(_) => "manifest-bad-type",
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
            ManifestError::BadType(path) => write!(f, "the content type of `{path}` is none that HTTP could name"),
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
