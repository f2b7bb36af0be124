//! The guest ABI, version 1, with slices in place of ranges.
//!
//! A result ≥ 0 is a length, a token or a status; a result < 0 is an [`Error`]. Nothing outside this module knows a
//! pointer that crosses to the star.

// In a star the imports are there; anywhere else every call is refused, so that a mechtron's own logic can be tested natively.
#[cfg_attr(target_arch = "wasm32", path = "abi/star.rs")]
#[cfg_attr(not(target_arch = "wasm32"), path = "abi/nowhere.rs")]
mod imports;

pub(crate) mod field;

use alloc::{vec, vec::Vec};

use self::field::Field;
use crate::Error;

/// Bytes asked for at first: most fields are shorter, so that one call is enough.
const FIRST_TRY: usize = 128;

/// Copies the field's bytes from `offset` on into `into`; the field's full length.
pub(crate) fn read(field: Field, key: &[u8], offset: usize, into: &mut [u8]) -> Result<usize, Error> {
    length(imports::read(field.0, key, offset, into))
}

/// All bytes of the field.
pub(crate) fn read_all(field: Field, key: &[u8]) -> Result<Vec<u8>, Error> {
    fill(|into| read(field, key, 0, into))
}

/// `name:value` of the n-th header.
pub(crate) fn read_header_at(index: u32) -> Result<Vec<u8>, Error> {
    fill(|into| length(imports::read_at(field::HEADER_AT.0, index, into)))
}

/// The first key of the state that is greater than `key`.
pub(crate) fn next(key: &[u8]) -> Result<Vec<u8>, Error> {
    fill(|into| length(imports::next(key, into)))
}

/// Sets a field of the message that is being built.
pub(crate) fn write(field: Field, key: &[u8], value: &[u8]) -> Result<(), Error> {
    done(imports::write(field.0, key, value))
}

/// The message that is being built becomes the answer.
pub(crate) fn reply() -> Result<(), Error> {
    done(imports::reply())
}

/// The message that is being built becomes a signal.
pub(crate) fn signal(flags: i32) -> Result<(), Error> {
    done(imports::signal(flags))
}

/// The message that is being built leaves as a ping; its token.
pub(crate) fn ask(wait_ms: i32) -> Result<i32, Error> {
    let token = imports::ask(wait_ms);
    done(token).map(|()| token)
}

/// Suspends the mechtron until the answer is here; its status.
pub(crate) fn wait(token: i32) -> Result<u16, Error> {
    let status = imports::wait(token);
    done(status).map(|()| u16::try_from(status).unwrap_or(u16::MAX))
}

/// Sets a key of the state.
pub(crate) fn put(key: &[u8], value: &[u8]) -> Result<(), Error> {
    done(imports::put(key, value))
}

/// Removes a key of the state.
pub(crate) fn del(key: &[u8]) -> Result<(), Error> {
    done(imports::del(key))
}

/// Writes a line for the log.
pub(crate) fn log(level: i32, line: &[u8]) -> Result<(), Error> {
    done(imports::log(level, line))
}

/// Fills `into` with random bytes.
pub(crate) fn random(into: &mut [u8]) -> Result<(), Error> {
    done(imports::random(into))
}

/// Milliseconds since 1970 UTC.
pub(crate) fn now() -> i64 {
    imports::now()
}

/// All bytes of what `read` copies: once more with room enough when the first try was too short.
fn fill(mut read: impl FnMut(&mut [u8]) -> Result<usize, Error>) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; FIRST_TRY];
    let full = read(&mut bytes)?;
    if full > bytes.len() {
        bytes = vec![0; full];
        read(&mut bytes)?;
    }
    bytes.truncate(full);
    Ok(bytes)
}

fn length(result: i32) -> Result<usize, Error> {
    usize::try_from(result).map_err(|_| Error::from_result(result))
}

fn done(result: i32) -> Result<(), Error> {
    if result < 0 { Err(Error::from_result(result)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::{FIRST_TRY, fill};
    use crate::Error;

    fn copy(from: &[u8]) -> impl FnMut(&mut [u8]) -> Result<usize, Error> {
        move |into| {
            let n = from.len().min(into.len());
            into[..n].copy_from_slice(&from[..n]);
            Ok(from.len())
        }
    }

    #[test]
    fn a_value_of_any_length_arrives_whole() {
        for n in [0, 1, FIRST_TRY - 1, FIRST_TRY, FIRST_TRY + 1, 70_000] {
            let value: std::vec::Vec<u8> = (0..n).map(|i| (i % 251) as u8).collect();
            assert_eq!(fill(copy(&value)), Ok(value));
        }
    }

    #[test]
    fn an_error_stays_an_error() {
        assert_eq!(fill(|_| Err(Error::Absent)), Err(Error::Absent));
    }
}
