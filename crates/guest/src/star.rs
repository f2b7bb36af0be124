//! What the star gives besides waves: config, files, the time, random bytes.

use alloc::{string::String, vec::Vec};

use crate::{
    Error,
    abi::{self, field},
};

/// A value of the mechtron's config: a text as it is, anything else as JSON.
pub fn config(name: &str) -> Option<String> {
    String::from_utf8(abi::read_all(field::CONFIG, name.as_bytes()).ok()?).ok()
}

/// The whole config as JSON.
pub fn config_all() -> String {
    config("").unwrap_or_default()
}

/// A file of the mechtron's own bundle, its path as in the bundle (`html/index.html`).
///
/// Suspends the mechtron until the file is at hand.
pub fn file(path: &str) -> Option<Vec<u8>> {
    abi::read_all(field::FILE, path.as_bytes()).ok()
}

/// A file of the mechtron's own bundle as text; `None` also when it is not UTF-8.
pub fn file_text(path: &str) -> Option<String> {
    String::from_utf8(file(path)?).ok()
}

/// Copies a file's bytes from `offset` on into `into`, for files too large to be held whole; the file's full length.
///
/// # Errors
/// [`Error::Absent`] when the bundle has no such file.
pub fn file_range(path: &str, offset: usize, into: &mut [u8]) -> Result<usize, Error> {
    abi::read(field::FILE, path.as_bytes(), offset, into)
}

/// The mechtron's own point.
pub fn own_point() -> String {
    String::from_utf8(abi::read_all(field::SELF, &[]).unwrap_or_default()).unwrap_or_default()
}

/// Milliseconds since 1970 UTC. It stands still within a wave, but for the time spent in a `wait`.
pub fn now() -> i64 {
    abi::now()
}

/// Fills `into` with random bytes.
///
/// # Errors
/// [`Error::TooLarge`] over 4,096 bytes.
pub fn random(into: &mut [u8]) -> Result<(), Error> {
    abi::random(into)
}
