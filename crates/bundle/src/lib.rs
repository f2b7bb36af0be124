//! A named, versioned, immutable set of files: manifest, digests, signature.
//!
//! A manifest is signed, stored, sent and hashed as the very bytes that were written; its SHA-256 is the bundle's id.
//! Every file is named by its SHA-256. The crate touches no disk and no network: bytes go in, verdicts come out.
//!
//! ```
//! use starlane_bundle::Digest;
//!
//! let digest = Digest::of(b"hello");
//! assert_eq!(digest, digest.to_string().parse()?);
//! # Ok::<(), starlane_bundle::DigestError>(())
//! ```

mod digest;
mod key;
mod manifest;
mod record;
mod series;
mod trust;
mod unique;

pub use digest::{Digest, DigestError, key_segment};
pub use key::{KeyError, PublicKey, SecretKey, Signature};
pub use manifest::{FileEntry, MANIFEST_BYTES, MANIFEST_FILES, Manifest, ManifestError, Signed, media_type};
pub use record::{InstallRecord, RECORD_BYTES, RECORD_LIFE_MS, RecordError, Swapped};
pub use semver::Version;
pub use series::{REVOKED, REVOKED_KEYS, SERIES_KEYS, SeriesRecord, is_series, owner};
pub use trust::{Proof, Seen, TrustError};
