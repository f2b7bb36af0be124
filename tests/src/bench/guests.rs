//! The guests that are measured with.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result};

/// Functions of the large guest; with its 30 operators each, some 256 KB.
const LARGE_FUNCTIONS: u32 = 2_250;
/// Operators of each: two constants and an operation.
const LARGE_STEPS: u32 = 10;

/// `tests/bench/app`.
pub(super) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("bench/app")
}

/// The module of a guest: `app/guests/<name>.wat`, or one that is generated.
pub(super) fn wasm(name: &str) -> Result<Vec<u8>> {
    match name {
        "large" => Ok(wat::parse_str(large())?),
        "work" => {
            let path = folder().join("../../../guest-examples/bench/wasm/work.wasm");
            std::fs::read(&path).with_context(|| format!("{}: `cargo xtask build` makes it", path.display()))
        }
        name => {
            let path = folder().join(format!("guests/{name}.wat"));
            wat::parse_file(&path).with_context(|| path.display().to_string())
        }
    }
}

/// An echo with as much code as a real mechtron in a high-level language: a chain of functions, some of which each wave
/// goes through.
fn large() -> String {
    let echo = include_str!("../../bench/app/guests/echo.wat");
    let (head, _) = echo.rsplit_once(')').unwrap_or((echo, ""));
    let mut text = head.replace("(drop (call $reply))", "(drop (call $f0 (i32.const 1))) (drop (call $reply))");
    for index in 0..LARGE_FUNCTIONS {
        // Writing into a string cannot fail.
        let _ = write!(text, "(func $f{index} (param i32) (result i32) (local.get 0) ");
        for step in 0..LARGE_STEPS {
            let number = index.wrapping_mul(2_654_435_761).wrapping_add(step * 40_503) as i32;
            let _ = write!(text, "(i32.const {number}) (i32.xor) (i32.const {}) (i32.rotl) ", step + 1);
        }
        match index % 100 {
            // Each wave passes one function in a hundred.
            0 if index + 100 < LARGE_FUNCTIONS => _ = write!(text, "(call $f{})", index + 100),
            _ => {}
        }
        text.push_str(")\n");
    }
    text.push(')');
    text
}
