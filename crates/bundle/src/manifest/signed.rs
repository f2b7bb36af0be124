//! Manifests with their signature: the same bytes from the publisher to the last tab.

use std::sync::Arc;

use super::{Manifest, ManifestError};
use crate::{Digest, PublicKey, RootKey, Signature};

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
