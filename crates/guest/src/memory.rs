//! The allocator of a mechtron: small in code, starting in the first page, growing by need.
//!
//! A mechtron has one thread, and no call of the allocator calls back into it.

// Natively the heap is only tested; the program's own allocator stays in place.
#[cfg(any(target_arch = "wasm32", test))]
mod heap;

#[cfg(target_arch = "wasm32")]
mod global;
