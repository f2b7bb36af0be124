//! Decoding takes memory in proportion to the bytes given, whatever they claim.

#![allow(unsafe_code)] // An allocator that counts has to be one.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use serde::Deserialize;
use starlane_protocol::lane;
use starlane_protocol::limits::{JSON_MESSAGE_BYTES, MESSAGE_BYTES, MESSAGE_FRAMES};

/// Bytes of memory at most for one byte of a message. The worst are beats: two bytes on the wire are one frame of 176 in
/// memory, and a list that grows is there one and a half times for a moment. Their number is bounded, so this is met by
/// small messages only.
const MEMORY_PER_BYTE: usize = 144;

/// Bytes of memory at most beside that: for error texts and the first items of lists.
const MEMORY_BESIDE: usize = 4 * 1_024;

/// The system's allocator, counting what the current thread holds.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    // A thread that is ending has no counters any more, and nothing to measure.
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
    });
}

// SAFETY: every call is handed to the system's allocator as it is; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Old and new may be there at the same time.
        count(size.cast_signed());
        let new = unsafe { System.realloc(pointer, layout, size) };
        count(-layout.size().cast_signed());
        new
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes held at once while `work` runs, beside those held before; what it gives still counts.
pub(crate) fn peak<T>(work: impl FnOnce() -> T) -> usize {
    let before = HELD.get();
    PEAK.set(before);
    let made = work();
    let most = PEAK.get() - before;
    drop(made);
    most.unsigned_abs()
}

fn bound(bytes: usize) -> usize {
    bytes * MEMORY_PER_BYTE + MEMORY_BESIDE
}

/// Holds the decoding of a binary message to its bound.
pub(crate) fn hold_cbor(message: &[u8]) {
    let most = peak(|| lane::decode(message));
    assert!(most <= bound(message.len()), "{most} bytes held for {} of CBOR", message.len());
}

/// Holds the decoding of a text message to its bound.
pub(crate) fn hold_json(message: &str) {
    let most = peak(|| lane::decode_json(message));
    assert!(most <= bound(message.len()), "{most} bytes held for {} of JSON", message.len());
}

#[test]
fn what_the_fixtures_claim_is_not_believed() {
    #[derive(Deserialize)]
    struct Frames {
        invalid: Vec<Invalid>,
    }
    #[derive(Deserialize)]
    struct Invalid {
        cbor: Option<String>,
        text: Option<String>,
    }
    for Invalid { cbor, text } in crate::fixtures::read::<Frames>("frames.json").invalid {
        hold_cbor(&crate::fixtures::bytes(&cbor.unwrap_or_default()));
        hold_json(&text.unwrap_or_default());
    }
}

/// As many repetitions of a piece as fit a message.
fn filled(before: &[u8], piece: &[u8], most: usize) -> Vec<u8> {
    [before, &piece.repeat(most.saturating_sub(before.len()) / piece.len())].concat()
}

#[test]
fn a_binary_message_full_of_the_smallest_things_stays_small() {
    let greet = b"\x82\x01\x8a\x61a\x61a\x50AAAAAAAAAAAAAAAA\xf4\x00\x00\x82\x01\x01";
    for (before, piece) in [
        (&b""[..], &b"\x81\x07"[..]),                            // beats
        (b"", b"\x82\x05\x60"),                                  // empty tokens
        (b"", b"\x82\x06\x82\x61a\x01"),                         // installs
        (&[greet, &b"\x9f"[..]].concat(), b"\x60"),              // features
        (&[greet, &b"\x80\x9f"[..]].concat(), b"\x82\x61a\x01"), // applications
        (b"\x9b\x10\0\0\0\0\0\0\0\x07", b"\x9f"),                // lists in lists, in what is skipped
        (b"\x9b\x10\0\0\0\0\0\0\0\x07", b"\x82\x9f"),
        (b"\x9b\x10\0\0\0\0\0\0\0\x07", b"\xa1\xbf"),
        (b"\x9b\x10\0\0\0\0\0\0\0\x07", b"\x9b\x10\0\0\0\0\0\0\0"),
        (b"\x9b\x10\0\0\0\0\0\0\0\x07", b"\xc1"),
        (b"", b"\0"),
    ] {
        for most in [64, 256, 1_024, 4_096, MESSAGE_FRAMES * 2, 65_536, MESSAGE_BYTES] {
            hold_cbor(&filled(before, piece, most));
        }
    }
}

#[test]
fn a_text_message_full_of_the_smallest_things_stays_small() {
    let id = "41".repeat(16);
    let greet = format!(
        r#"{{"greet":{{"point":"a","agent":"a","session":"{id}","resumed":false,"seen":0,"window":0,"limits":{{"message":1,"beat":1}},"root":"","#
    );
    let wave = format!(
        r#"{{"wave":{{"seq":1,"wave":{{"id":"{id}","kind":"ping","from":"a","to":"a","agent":"a","method":"Ext<A>","#
    );
    for (before, piece) in [
        (String::new(), "{\"beat\":{}}\n"),
        (format!("{greet}\"features\":["), "\"\","),
        (format!("{greet}\"features\":[],\"installs\":["), r#"{"app":"a","generation":1},"#),
        (format!("{wave}\"headers\":["), r#"["a",""],"#),
        (format!("{wave}\"chain\":["), "\"41414141414141414141414141414141\","),
        (format!("{wave}\"body\":\""), "\\u0000"),
        (format!("{wave}\"later\":"), "["),
        (format!("{wave}\"later\":"), "{\"a\":"),
        (format!("{wave}\"later\":["), "0,"),
        (String::new(), "\n"),
    ] {
        for most in [512, 4_096, MESSAGE_FRAMES * 12, JSON_MESSAGE_BYTES] {
            let text = filled(before.as_bytes(), piece.as_bytes(), most);
            hold_json(std::str::from_utf8(&text).unwrap());
        }
    }
}
