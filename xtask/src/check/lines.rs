//! Small pieces: no source file is past 450 lines. A long file is a sign of two nouns in one room.

use std::path::Path;

use anyhow::Result;

use super::none_of;
use crate::files;
use crate::root::{at, shown};

/// The longest a file may be, in lines.
const LONGEST: usize = 450;

/// Folders with sources.
const FOLDERS: [&str; 8] =
    ["crates", "client-host", "server-relay", "guest-examples", "guest-libraries", "www", "tests", "xtask"];

/// What counts as source.
const KINDS: [&str; 10] = ["rs", "ts", "tsx", "mjs", "js", "css", "html", "c", "h", "zig"];

/// Longer ones that may stay, each with its reason.
const ALLOWED: [(&str, &str); 0] = [];

pub(super) fn check(_: bool) -> Result<()> {
    let mut wrong = Vec::new();
    for folder in FOLDERS {
        for file in files::sources(&at(folder))?.iter().filter(|file| is_source(file)) {
            let text = files::text(file)?;
            let lines = text.lines().count();
            if lines > LONGEST && !is_written_by_us(&text) {
                wrong.push(format!("{} has {lines} lines", shown(file)));
            }
        }
    }
    none_of(&wrong, "split it by what it is about: at most 450 lines")
}

/// Whether the first line says that a program of ours wrote the file. Nobody reads it from above to below, and tests hold it to
/// what is written today.
fn is_written_by_us(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.contains("Written by `starlane bindgen"))
}

fn is_source(file: &Path) -> bool {
    let kind = file.extension().unwrap_or_default().to_string_lossy();
    let made = shown(file).starts_with("client-host/glue");
    let allowed = ALLOWED.iter().any(|(path, _)| *path == shown(file));
    KINDS.contains(&kind.as_ref()) && !made && !allowed
}
