//! What a page calls: no glue, numbers only. Bytes are put where `room` says; every result below 0 is a failure.

// The names a page sees; nothing here reads or writes through a pointer.
#![allow(unsafe_code)]

use std::cell::RefCell;

use super::{Bare, Guest};

/// Bytes of a ping.
const PING_BYTES: usize = 64;

#[derive(Default)]
struct Loaded {
    room: Vec<u8>,
    two: Option<(Guest, Guest)>,
}

thread_local! {
    static LOADED: RefCell<Loaded> = RefCell::default();
}

/// Where to put so many bytes.
#[unsafe(no_mangle)]
extern "C" fn room(bytes: usize) -> *mut u8 {
    LOADED.with_borrow_mut(|loaded| {
        loaded.room = vec![0; bytes];
        loaded.room.as_mut_ptr()
    })
}

/// Compiles what was put there, and makes two instances.
#[unsafe(no_mangle)]
extern "C" fn load() -> i32 {
    LOADED.with_borrow_mut(|loaded| {
        let made = Bare::new(&loaded.room).and_then(|bare| {
            let given = vec![7; PING_BYTES];
            Ok((bare.instance(given.clone())?, bare.instance(given)?))
        });
        loaded.two = made.ok();
        if loaded.two.is_some() { 0 } else { -1 }
    })
}

/// Calls both instances in turn, so many times.
#[unsafe(no_mangle)]
extern "C" fn calls(times: u32) -> i32 {
    LOADED.with_borrow_mut(|loaded| {
        let Some((one, two)) = &mut loaded.two else { return -1 };
        for _ in 0..times {
            if one.call().is_err() || two.call().is_err() {
                return -1;
            }
        }
        0
    })
}

/// Calls one instance once.
#[unsafe(no_mangle)]
extern "C" fn call() -> i32 {
    LOADED.with_borrow_mut(|loaded| match &mut loaded.two {
        Some((one, _)) => one.call().unwrap_or(-1),
        None => -1,
    })
}
