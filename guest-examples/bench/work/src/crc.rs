//! A cyclic redundancy check, bit by bit.

/// The polynomial of CRC-32, its bits in reverse.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// Bytes that one number is stretched to, so that this work weighs as much as the others.
const STRETCH: u32 = 512;

/// The check of what came before and of a stretch of bytes made from `number`.
pub(crate) fn add(before: u32, number: u32) -> u32 {
    (0..STRETCH).fold(before, |crc, at| byte(crc, number.rotate_left(at) ^ at))
}

fn byte(before: u32, byte: u32) -> u32 {
    (0..8).fold(before ^ (byte & 0xff), |crc, _| (crc >> 1) ^ (POLYNOMIAL & (crc & 1).wrapping_neg()))
}
