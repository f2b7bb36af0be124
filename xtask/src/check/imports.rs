//! What the client's wasm asks of its page: exactly the committed list, and nothing but wasm-bindgen's glue.
//!
//! A new line in the list is a new thing the tab's star can do to its page: it is seen in review.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use wasmparser::{Parser, Payload};

use super::none_of;
use crate::build::glue_wasm;
use crate::files;
use crate::root::at;

const LIST: &str = "client-host/imports.txt";

/// The module name of wasm-bindgen's glue.
const GLUE: &str = "./starlane_bg.js";

/// wasm-bindgen ends its names with `_` and 16 hex digits that change with every version.
const SUFFIX: usize = 16;

pub(super) fn check(bless: bool) -> Result<()> {
    let found = imports(&files::read(&glue_wasm())?)?;
    if bless {
        let lines: String = found.iter().map(|line| format!("{line}\n")).collect();
        return files::write(&at(LIST), lines);
    }
    let listed = files::text(&at(LIST))?;
    let listed: BTreeSet<String> = listed.lines().map(str::to_owned).collect();
    let mut wrong: Vec<String> = Vec::new();
    wrong.extend(found.difference(&listed).map(|name| format!("new import: {name}")));
    wrong.extend(listed.difference(&found).map(|name| format!("no longer imported: {name}")));
    none_of(&wrong, &format!("if that is meant, `cargo xtask check --bless` rewrites {LIST}"))
}

fn imports(wasm: &[u8]) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ImportSection(section) = payload.context("the client's wasm cannot be read")? {
            for import in section.into_imports() {
                let import = import.context("an import cannot be read")?;
                names.insert(shown(import.module, import.name));
            }
        }
    }
    Ok(names)
}

/// Names of the glue alone, anything else with its module.
fn shown(module: &str, name: &str) -> String {
    let stem = stable(name);
    if module == GLUE { stem.to_owned() } else { format!("{module} {stem}") }
}

fn stable(name: &str) -> &str {
    match name.rsplit_once('_') {
        Some((stem, end)) if end.len() == SUFFIX && end.bytes().all(|byte| byte.is_ascii_hexdigit()) => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::stable;

    #[test]
    fn a_suffix_that_changes_is_cut() {
        assert_eq!(stable("__wbg_now_2c95c9de01293173"), "__wbg_now");
        assert_eq!(stable("__wbindgen_throw"), "__wbindgen_throw");
    }
}
