//! A named, versioned, immutable set of files: manifest, digests, signature.
