//! Guests as data: each `.wat` says in its first comment what is expected of it.

use std::path::PathBuf;

/// A guest's file.
pub struct Guest {
    pub name: String,
    pub expected: Expected,
}

/// What a guest's first comment says after `Expected:`.
pub struct Expected(pub String);

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

fn expected(text: &str) -> Expected {
    let comment: Vec<&str> = text.lines().map_while(|line| line.strip_prefix(";; ")).collect();
    let comment = comment.join(" ");
    Expected(comment.split_once("Expected: ").expect("what is expected").1.trim().to_owned())
}
