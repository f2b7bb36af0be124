//! Install records: which bundle an application runs, signed by the space's root.

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};
use starlane_protocol::Point;

use crate::{Digest, KeyError, PublicKey, Signature, unique};

/// Which bundle is installed at an application's point.
///
/// A key that this version does not know is refused: it could be one that narrows what may run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstallRecord {
    /// The application's point.
    pub app: Point,
    /// The bundle's point.
    pub bundle: Point,
    /// The bundle's id: the SHA-256 of its manifest.
    pub digest: Digest,
    /// Rises with every change of what is installed there.
    pub generation: u64,
}

/// Why an install record is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordError {
    /// Not a record; what the parser says.
    Malformed(String),
    /// The signature does not hold.
    Key(KeyError),
}

impl RecordError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        match self {
            RecordError::Malformed(_) => "record-malformed",
            RecordError::Key(error) => error.code(),
        }
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordError::Malformed(what) => write!(f, "this is not an install record: {what}"),
            RecordError::Key(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl Error for RecordError {}

impl InstallRecord {
    /// The bytes that are signed, stored and sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Every record has a JSON form: it is one flat object.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Verifies a record that came from elsewhere.
    ///
    /// # Errors
    /// A signature that is not the root's, or bytes that are not a record.
    pub fn verify(bytes: &[u8], signature: &[u8], root: &PublicKey) -> Result<Self, RecordError> {
        let signature = Signature::from_bytes(signature).map_err(RecordError::Key)?;
        root.verify(bytes, &signature).map_err(RecordError::Key)?;
        unique::from_slice(bytes).map_err(|error| RecordError::Malformed(error.to_string()))
    }
}
