//! Keys and signatures: Ed25519 (RFC 8032), verified strictly.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Digest;

/// The secret half of a key: a space's root key, or a publisher's. Whoever holds the root key holds the space.
pub struct SecretKey(SigningKey);

/// The public half of a key, written as 64 lower-case hex digits. Ordered by its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// A signature: 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(ed25519_dalek::Signature);

/// Bytes that are no key or signature, or a signature that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// Not the 32 bytes of a public key.
    BadKey,
    /// Not the 64 bytes of a signature.
    BadSignature,
    /// The signature is not this key's over these bytes.
    WrongSignature,
}

impl KeyError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        match self {
            KeyError::BadKey => "bad-key",
            KeyError::BadSignature => "bad-signature",
            KeyError::WrongSignature => "wrong-signature",
        }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeyError::BadKey => "a public key is 32 bytes of Ed25519, as text 64 lower-case hex digits",
            KeyError::BadSignature => "a signature is 64 bytes of Ed25519",
            KeyError::WrongSignature => "the signature is not one over these bytes by a key that may sign them",
        })
    }
}

impl Error for KeyError {}

impl SecretKey {
    /// The key with this secret: 32 random bytes.
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs bytes.
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        Signature(self.0.sign(bytes))
    }
}

impl PublicKey {
    /// A key from its 32 bytes.
    ///
    /// # Errors
    /// [`KeyError::BadKey`] when they are no key.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = bytes.try_into().map_err(|_| KeyError::BadKey)?;
        VerifyingKey::from_bytes(bytes).map(Self).map_err(|_| KeyError::BadKey)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Checks a signature over bytes.
    ///
    /// # Errors
    /// [`KeyError::WrongSignature`] when it is not this key's.
    pub fn verify(&self, bytes: &[u8], signature: &Signature) -> Result<(), KeyError> {
        self.0.verify_strict(bytes, &signature.0).map_err(|_| KeyError::WrongSignature)
    }
}

impl Signature {
    /// A signature from its 64 bytes.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`] when they are not 64.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        ed25519_dalek::Signature::from_slice(bytes).map(Self).map_err(|_| KeyError::BadSignature)
    }

    /// The 64 bytes.
    pub fn to_bytes(&self) -> [u8; 64] {
        self.0.to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        // 32 bytes are written as a digest is.
        let Digest(bytes) = text.parse().map_err(|_| KeyError::BadKey)?;
        Self::from_bytes(&bytes)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Digest(*self.as_bytes()), f)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(…)")
    }
}
