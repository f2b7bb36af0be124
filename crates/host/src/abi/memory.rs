//! Ranges of a guest's memory. Every range is checked before anything is read or written.

use super::AbiError;

fn bounds(memory: &[u8], pointer: u32, length: u32) -> Result<std::ops::Range<usize>, AbiError> {
    let (start, length) = (pointer as usize, length as usize);
    match start.checked_add(length) {
        Some(end) if end <= memory.len() => Ok(start..end),
        _ => Err(AbiError::OutOfRange),
    }
}

/// The bytes of a range.
pub(super) fn range(memory: &[u8], pointer: u32, length: u32) -> Result<&[u8], AbiError> {
    Ok(&memory[bounds(memory, pointer, length)?])
}

/// The bytes of a range, to be written.
pub(super) fn range_mut(memory: &mut [u8], pointer: u32, length: u32) -> Result<&mut [u8], AbiError> {
    let bounds = bounds(memory, pointer, length)?;
    Ok(&mut memory[bounds])
}

/// The text of a range.
pub(super) fn text(memory: &[u8], pointer: u32, length: u32) -> Result<&str, AbiError> {
    std::str::from_utf8(range(memory, pointer, length)?).map_err(|_| AbiError::BadValue)
}

/// Copies as much of `bytes` from `offset` on as fits into the range; gives the full length.
pub(super) fn copy_out(memory: &mut [u8], bytes: &[u8], offset: u32, pointer: u32, room: u32) -> Result<i32, AbiError> {
    let to = range_mut(memory, pointer, room)?;
    let from = bytes.get(offset as usize..).unwrap_or_default();
    let length = from.len().min(to.len());
    to[..length].copy_from_slice(&from[..length]);
    i32::try_from(bytes.len()).map_err(|_| AbiError::TooLarge)
}
