//! What lasts: an ordered map of byte keys (256 bytes) to byte values (64 KiB), 4 MiB in all, 1 MiB written by a wave.
//!
//! A wave sees what it wrote; others see it once the wave has been handled. If it fails, nothing was written.

use alloc::vec::Vec;

use crate::{
    Error,
    abi::{self, field},
};

/// The value under a key.
pub fn get(key: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    abi::read_all(field::STATE, key.as_ref()).ok()
}

/// Sets the value under a key.
///
/// # Errors
/// [`Error::StateFull`], [`Error::TooLarge`], and [`Error::NotAllowed`] while the mechtron starts.
pub fn put(key: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Result<(), Error> {
    abi::put(key.as_ref(), value.as_ref())
}

/// Removes a key; whether it was there.
///
/// # Errors
/// [`Error::NotAllowed`] while the mechtron starts.
pub fn delete(key: impl AsRef<[u8]>) -> Result<bool, Error> {
    match abi::del(key.as_ref()) {
        Ok(()) => Ok(true),
        Err(Error::Absent) => Ok(false),
        Err(error) => Err(error),
    }
}

/// All keys that begin with `prefix`, in byte order; an empty prefix gives all.
///
/// The keys are looked up one by one, so those that are put or deleted on the way are seen.
pub fn keys(prefix: impl AsRef<[u8]>) -> Keys {
    let prefix: Vec<u8> = prefix.as_ref().into();
    Keys { last: None, prefix }
}

/// The keys of the state that begin with a prefix.
#[derive(Clone, Debug)]
pub struct Keys {
    prefix: Vec<u8>,
    last: Option<Vec<u8>>,
}

impl Iterator for Keys {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let key = match &self.last {
            Some(last) => abi::next(last).ok()?,
            None => first(&self.prefix)?,
        };
        self.last = Some(key.clone());
        key.starts_with(&self.prefix).then_some(key)
    }
}

/// The first key that is not less than `prefix`: the prefix itself when it is a key, else the one after it.
fn first(prefix: &[u8]) -> Option<Vec<u8>> {
    if !prefix.is_empty() && abi::read(field::STATE, prefix, 0, &mut []).is_ok() {
        return Some(prefix.into());
    }
    abi::next(prefix).ok()
}
