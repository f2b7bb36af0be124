//! Manifests with their signature: the same bytes from the publisher to the last tab.

use std::sync::Arc;

use super::{Manifest, ManifestError};
use crate::{Digest, KeyError, PublicKey, SecretKey, Signature};

/// A manifest with the very bytes it was read from, and the signature over them.
#[derive(Debug, Clone)]
pub struct Signed {
    /// What the bytes say.
    pub manifest: Manifest,
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// The signature over the bytes.
    pub signature: Signature,
    /// Whose signature it is.
    pub signer: PublicKey,
    /// The SHA-256 of the bytes: the bundle's id.
    pub digest: Digest,
}

impl Signed {
    /// Signs manifest bytes with a space's root key, or a publisher's.
    ///
    /// # Errors
    /// The bytes are not a manifest.
    pub fn sign(bytes: Vec<u8>, key: &SecretKey) -> Result<Self, ManifestError> {
        let manifest = Manifest::parse(&bytes)?;
        let (signature, digest) = (key.sign(&bytes), Digest::of(&bytes));
        Ok(Self { manifest, bytes: bytes.into(), signature, signer: key.public(), digest })
    }

    /// Verifies manifest bytes that came from elsewhere. Nothing in them is looked at before the signature holds.
    ///
    /// # Errors
    /// A signature that is none of these keys', or bytes that are not a manifest.
    pub fn verify<'a>(
        bytes: Vec<u8>,
        signature: &[u8],
        keys: impl IntoIterator<Item = &'a PublicKey>,
    ) -> Result<Self, ManifestError> {
        let signature = Signature::from_bytes(signature)?;
        let signer = keys.into_iter().find(|key| key.verify(&bytes, &signature).is_ok());
        let signer = *signer.ok_or(KeyError::WrongSignature)?;
        let (manifest, digest) = (Manifest::parse(&bytes)?, Digest::of(&bytes));
        Ok(Self { manifest, bytes: bytes.into(), signature, signer, digest })
    }
}
