//! Names that must not stand in some folders: the host names no clock, thread, random source or unordered map; only
//! `engine*` names wasmi; the console imports the npm package, never a file behind it.

use std::path::Path;

use anyhow::Result;

use super::none_of;
use crate::files;
use crate::root::{at, shown};

/// A folder, names that are banned there, and the files that may use them all the same (by the start of their path).
struct Ban {
    folder: &'static str,
    names: &'static [&'static str],
    except: &'static str,
    reason: &'static str,
}

/// No path starts like this.
const NOWHERE: &str = "\0";

const BANS: [Ban; 3] = [
    Ban {
        folder: "crates/host/src",
        names: &[
            "std::time",
            "core::time",
            "std::thread",
            "HashMap",
            "HashSet",
            "getrandom",
            "tokio",
            "warp",
            "web_sys",
            "js_sys",
            "sqlx",
            "std::fs",
            "std::net",
        ],
        except: NOWHERE,
        reason: "the host does no I/O and never depends on a clock or on hash order",
    },
    Ban {
        folder: "crates/host/src",
        names: &["wasmi"],
        except: "crates/host/src/engine",
        reason: "only the engine's own files know which engine it is",
    },
    Ban {
        folder: "www/src",
        names: &["client-host", "starlane/js"],
        except: NOWHERE,
        reason: "the console uses the npm package `starlane` as anybody would",
    },
];

pub(super) fn check(_: bool) -> Result<()> {
    let mut wrong = Vec::new();
    for ban in &BANS {
        for file in files::sources(&at(ban.folder))? {
            if !shown(&file).starts_with(ban.except) {
                wrong.extend(uses(&file, ban)?);
            }
        }
    }
    none_of(&wrong, "take the name out, or move the code to where it belongs")
}

fn uses(file: &Path, ban: &Ban) -> Result<Vec<String>> {
    let Ok(text) = String::from_utf8(files::read(file)?) else { return Ok(Vec::new()) };
    let mut wrong = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        for name in ban.names.iter().filter(|name| has_word(code, name)) {
            wrong.push(format!("{}:{}: `{name}`: {}", shown(file), number + 1, ban.reason));
        }
    }
    Ok(wrong)
}

/// Does the name stand there as a word of its own?
fn has_word(code: &str, name: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + name.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::has_word;

    #[test]
    fn only_whole_words_count() {
        assert!(has_word("use wasmi::Engine;", "wasmi"));
        assert!(!has_word("let wasmi_like = 1;", "wasmi"));
        assert!(!has_word("mywarp()", "warp"));
    }
}
