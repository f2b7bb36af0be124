//! Install records: which bundle an application runs, signed by the space's root.

use std::error::Error;
use std::fmt;

use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use starlane_protocol::Point;
use starlane_protocol::document::{Names, names};
use starlane_protocol::limits::WIRE_INTEGER;

use crate::{Digest, KeyError, PublicKey, Signature, is_series, unique};

/// Bytes of a record at most: it is parsed whole, and a greeting carries one of each application.
pub const RECORD_BYTES: usize = 64 * 1_024;

/// Milliseconds a record holds from the moment it is signed: 30 days. A star without its relay goes on that long.
pub const RECORD_LIFE_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// Which bundle is installed at an application's point, and how it differs there from what was published.
///
/// Its keys stand in one fixed order, names in theirs. A key that this version does not know is refused: it could be one
/// that narrows what may run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstallRecord {
    /// The application's point.
    pub app: Point,
    /// The point of the bundle's series.
    pub series: Point,
    /// The bundle's version in it.
    pub version: Version,
    /// The bundle's id: the SHA-256 of its manifest.
    pub digest: Digest,
    /// The version below which nothing of this series may run here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Version>,
    /// Rises with every change of what is installed there.
    pub generation: u64,
    /// Milliseconds since 1970 UTC from which the record holds no more.
    pub expires: u64,
    /// Whether it is the way back to an older generation: states are not migrated then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub back: bool,
    /// Config values that were set for this application, by name. Those that were not stand in the manifest.
    #[serde(default, with = "names", skip_serializing_if = "Names::is_empty")]
    pub config: Names<Value>,
    /// Mechtrons whose code, bind and files come from another version of the series, by name.
    #[serde(default, with = "names", skip_serializing_if = "Names::is_empty")]
    pub swapped: Names<Swapped>,
}

/// The version one mechtron is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Swapped {
    /// The bundle's version.
    pub version: Version,
    /// The bundle's id: the SHA-256 of its manifest.
    pub digest: Digest,
}

/// Why a record is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordError {
    /// More than 64 KiB.
    TooLarge,
    /// Not a record; what the parser says.
    Malformed(String),
    /// The signature does not hold.
    Key(KeyError),
}

impl RecordError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        match self {
            RecordError::TooLarge => "record-too-large",
            RecordError::Malformed(_) => "record-malformed",
            RecordError::Key(error) => error.code(),
        }
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordError::TooLarge => f.write_str("a record has 64 KiB at most"),
            RecordError::Malformed(what) => write!(f, "this is not such a record: {what}"),
            RecordError::Key(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl Error for RecordError {}

impl InstallRecord {
    /// The point of the bundle.
    pub fn bundle(&self) -> Point {
        // One that was verified or made from a bundle has a point.
        bundle(&self.series, &self.version).unwrap_or_else(|| self.series.clone())
    }

    /// The bytes that are signed, stored and sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Every record has a JSON form: its maps have string keys.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Verifies a record that came from elsewhere: who signed it and that it is one. Whether it may run something is
    /// another question.
    ///
    /// # Errors
    /// A signature that is not the root's, or bytes that are not a record.
    pub fn verify(bytes: &[u8], signature: &[u8], root: &PublicKey) -> Result<Self, RecordError> {
        let record: Self = verified(bytes, signature, root)?;
        let versions = record.swapped.values().map(|swapped| &swapped.version).chain([&record.version]);
        let wrong = |what: String| Err(RecordError::Malformed(what));
        if !is_series(&record.series) || record.series.space() != record.app.space() {
            return wrong(format!("`{}` is not a series of the application's space", record.series));
        }
        for version in versions {
            if bundle(&record.series, version).is_none() {
                return wrong(format!("`{}:{version}` is not a bundle's point", record.series));
            }
        }
        if record.generation.max(record.expires) > WIRE_INTEGER {
            return wrong("a number is above 2^53 - 1".into());
        }
        Ok(record)
    }
}

/// A value that the root signed.
pub(crate) fn verified<T: serde::de::DeserializeOwned>(
    bytes: &[u8],
    signature: &[u8],
    root: &PublicKey,
) -> Result<T, RecordError> {
    if bytes.len() > RECORD_BYTES {
        return Err(RecordError::TooLarge);
    }
    let signature = Signature::from_bytes(signature).map_err(RecordError::Key)?;
    root.verify(bytes, &signature).map_err(RecordError::Key)?;
    unique::from_slice(bytes).map_err(|error| RecordError::Malformed(error.to_string()))
}

fn bundle(series: &Point, version: &Version) -> Option<Point> {
    series.child(&version.to_string()).ok()
}
