//! The functions that a star gives.
//!
//! Every range that is passed is a whole slice, so it lies inside the memory; the star is done with it when the call
//! returns and keeps no pointer.

#![allow(
    unsafe_code,
    reason = "imported functions are declared in an unsafe block; those with ranges are unsafe to call"
)]

mod raw {
    #[link(wasm_import_module = "starlane")]
    unsafe extern "C" {
        pub(in crate::abi) fn read(field: i32, kp: *const u8, kl: usize, offset: usize, p: *mut u8, cap: usize) -> i32;
        pub(in crate::abi) fn write(field: i32, kp: *const u8, kl: usize, vp: *const u8, vl: usize) -> i32;
        pub(in crate::abi) safe fn reply() -> i32;
        pub(in crate::abi) safe fn signal(flags: i32) -> i32;
        pub(in crate::abi) safe fn ask(wait_ms: i32) -> i32;
        pub(in crate::abi) safe fn wait(token: i32) -> i32;
        pub(in crate::abi) fn put(kp: *const u8, kl: usize, vp: *const u8, vl: usize) -> i32;
        pub(in crate::abi) fn del(kp: *const u8, kl: usize) -> i32;
        pub(in crate::abi) fn next(kp: *const u8, kl: usize, p: *mut u8, cap: usize) -> i32;
        pub(in crate::abi) fn log(level: i32, p: *const u8, n: usize) -> i32;
        pub(in crate::abi) fn random(p: *mut u8, n: usize) -> i32;
        pub(in crate::abi) safe fn now() -> i64;
    }
}

pub(super) use raw::{ask, now, reply, signal, wait};

pub(super) fn read(field: i32, key: &[u8], offset: usize, into: &mut [u8]) -> i32 {
    // SAFETY: both ranges are slices; the star reads the first and writes the second.
    unsafe { raw::read(field, key.as_ptr(), key.len(), offset, into.as_mut_ptr(), into.len()) }
}

/// Reads a field whose key is a number, which stands where a key's pointer would.
pub(super) fn read_at(field: i32, index: u32, into: &mut [u8]) -> i32 {
    let index = core::ptr::without_provenance(index as usize);
    // SAFETY: the first range is empty and never looked at; the second is a slice.
    unsafe { raw::read(field, index, 0, 0, into.as_mut_ptr(), into.len()) }
}

pub(super) fn write(field: i32, key: &[u8], value: &[u8]) -> i32 {
    // SAFETY: both ranges are slices, which the star reads.
    unsafe { raw::write(field, key.as_ptr(), key.len(), value.as_ptr(), value.len()) }
}

pub(super) fn put(key: &[u8], value: &[u8]) -> i32 {
    // SAFETY: both ranges are slices, which the star reads.
    unsafe { raw::put(key.as_ptr(), key.len(), value.as_ptr(), value.len()) }
}

pub(super) fn del(key: &[u8]) -> i32 {
    // SAFETY: the range is a slice, which the star reads.
    unsafe { raw::del(key.as_ptr(), key.len()) }
}

pub(super) fn next(key: &[u8], into: &mut [u8]) -> i32 {
    // SAFETY: both ranges are slices; the star reads the first and writes the second.
    unsafe { raw::next(key.as_ptr(), key.len(), into.as_mut_ptr(), into.len()) }
}

pub(super) fn log(level: i32, line: &[u8]) -> i32 {
    // SAFETY: the range is a slice, which the star reads.
    unsafe { raw::log(level, line.as_ptr(), line.len()) }
}

pub(super) fn random(into: &mut [u8]) -> i32 {
    // SAFETY: the range is a slice, which the star writes.
    unsafe { raw::random(into.as_mut_ptr(), into.len()) }
}
