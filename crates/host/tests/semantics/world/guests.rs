//! Guests as data: each `.wat` says in its first comment what is expected of it.

use std::path::PathBuf;

/// A guest's file.
pub struct Guest {
    pub name: String,
    /// What its first comment says after `Expected:`.
    pub expected: String,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/guests")
}

/// The text of a guest.
pub fn guest(name: &str) -> String {
    let path = folder().join(format!("{name}.wat"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The module of a guest: `<name>.wat` assembled, or `<name>.wasm` as it is. A name that begins with `(` is itself a text.
pub fn wasm(name: &str) -> Vec<u8> {
    let as_it_is = folder().join(format!("{name}.wasm"));
    if !name.starts_with('(') && as_it_is.exists() {
        return std::fs::read(as_it_is).unwrap();
    }
    let text = if name.starts_with('(') { name.to_owned() } else { guest(name) };
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every guest there is, by name.
pub fn all_guests() -> Vec<Guest> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|file| file.strip_suffix(".wat").map(str::to_owned))
        .collect();
    names.sort();
    names.into_iter().map(|name| Guest { expected: expected(&guest(&name)), name }).collect()
}

fn expected(text: &str) -> String {
    let comment: Vec<&str> = text.lines().map_while(|line| line.strip_prefix(";; ")).collect();
    let comment = comment.join(" ");
    comment.split_once("Expected: ").expect("what is expected").1.trim().to_owned()
}

/// A guest written in a test: `texts` lie in its memory, `{0}` in the body stands for the place and length of the first.
/// The body is that of `mechtron_wave` and leaves its result; `$set`, `$ask_of`, `$say` and `$answer` make it short.
pub fn written(texts: &[&str], body: &str) -> String {
    let mut body = body.to_owned();
    let mut data = String::new();
    for (index, text) in texts.iter().enumerate() {
        let place = 256 + 128 * index;
        assert!(text.len() <= 128, "{text}");
        data += &format!("(data (i32.const {place}) {text:?})");
        body = body.replace(&format!("{{{index}}}"), &format!("(i32.const {place}) (i32.const {})", text.len()));
    }
    format!(
        "(module {PRELUDE} {data} (func (export \"mechtron_wave\") (result i32) (local $n i32) (local $m i32) {body}))"
    )
}

const PRELUDE: &str = r#"
  (import "starlane" "read" (func $read (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "starlane" "write" (func $write (param i32 i32 i32 i32 i32) (result i32)))
  (import "starlane" "reply" (func $reply (result i32)))
  (import "starlane" "signal" (func $signal (param i32) (result i32)))
  (import "starlane" "ask" (func $ask (param i32) (result i32)))
  (import "starlane" "wait" (func $wait (param i32) (result i32)))
  (import "starlane" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  (import "starlane" "del" (func $del (param i32 i32) (result i32)))
  (import "starlane" "next" (func $next (param i32 i32 i32 i32) (result i32)))
  (import "starlane" "log" (func $log (param i32 i32 i32) (result i32)))
  (import "starlane" "random" (func $random (param i32 i32) (result i32)))
  (import "starlane" "now" (func $now (result i64)))
  (memory (export "memory") 1)
  (global (export "starlane_abi_1") i32 (i32.const 1))
  (func (export "mechtron_init") (result i32) (i32.const 0))
  (data (i32.const 0) "Ext<Go>text/plain")
  (global $end (mut i32) (i32.const 32768))
  (func $set (param $field i32) (param $at i32) (param $size i32)
    (drop (call $write (local.get $field) (i32.const 0) (i32.const 0) (local.get $at) (local.get $size))))
  ;; Asks a point for as long as is usual; the token.
  (func $ask_of (param $at i32) (param $size i32) (result i32)
    (call $set (i32.const 5) (local.get $at) (local.get $size))
    (call $set (i32.const 6) (i32.const 0) (i32.const 7))
    (call $ask (i32.const 0)))
  (func $put_byte (param $byte i32)
    (i32.store8 (global.get $end) (local.get $byte))
    (global.set $end (i32.add (global.get $end) (i32.const 1))))
  (func $digits (param $n i32)
    (if (i32.ge_u (local.get $n) (i32.const 10)) (then (call $digits (i32.div_u (local.get $n) (i32.const 10)))))
    (call $put_byte (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10)))))
  ;; Adds a number and a space to what will be answered.
  (func $say (param $n i32)
    (if (i32.lt_s (local.get $n) (i32.const 0))
      (then (call $put_byte (i32.const 45)) (local.set $n (i32.sub (i32.const 0) (local.get $n)))))
    (call $digits (local.get $n))
    (call $put_byte (i32.const 32)))
  ;; Adds a field's bytes and a space.
  (func $say_field (param $field i32) (param $at i32) (param $size i32)
    (local $n i32)
    (local.set $n (call $read (local.get $field) (local.get $at) (local.get $size) (i32.const 0) (global.get $end) (i32.const 4096)))
    (if (i32.lt_s (local.get $n) (i32.const 0)) (then (call $say (local.get $n)))
      (else (global.set $end (i32.add (global.get $end) (local.get $n))) (call $put_byte (i32.const 32)))))
  ;; Answers what was said; 0.
  (func $answer (result i32)
    (call $set (i32.const 12) (i32.const 7) (i32.const 10))
    (call $set (i32.const 13) (i32.const 32768) (i32.sub (global.get $end) (i32.const 32768)))
    (global.set $end (i32.const 32768))
    (drop (call $reply))
    (i32.const 0))
"#;
