//! wasm-bindgen as a library: no second tool to install, and its version is held by `Cargo.lock`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::files;
use crate::root::{at, shown};

/// What is made: ES module, its types, the wasm.
pub(crate) const FILES: [&str; 4] = [
    "client-host/glue/starlane.js",
    "client-host/glue/starlane.d.ts",
    "client-host/glue/starlane_bg.wasm",
    "client-host/glue/starlane_bg.wasm.d.ts",
];

/// The types of `import wasm from "../glue/starlane_bg.wasm"`: the bundler puts its bytes there.
const BYTES: &str = "declare const bytes: Uint8Array<ArrayBuffer>;\nexport default bytes;\n";

/// What is put behind the glue: the module's exports are entered through it.
const GUARD: &str = include_str!("../../js/guard.js");

/// Its types.
const GUARD_TYPES: &str = "\nexport function whenBroken(call: (cause: unknown) => void): void;\n";

/// What is changed in the glue: it takes the exports of the first instance, and of each that takes the place of a broken one,
/// through the guard; a timer or socket that calls a closure of an instance that was replaced is told nothing.
const CHANGES: [(&str, &str); 3] = [
    ("wasm = instance.exports;", "wasm = guarded(instance.exports);"),
    ("wasm = wasmInstance.exports;", "wasm = guarded(wasmInstance.exports);"),
    ("throw new Error('Cannot invoke closure from previous WASM instance');", "return;"),
];

/// The module among them.
pub(crate) fn wasm() -> PathBuf {
    at(FILES[2])
}

/// Writes `client-host/glue` from the compiled module.
pub(crate) fn make(compiled: &Path) -> Result<()> {
    if !compiled.is_file() {
        bail!("cargo made no {}: does client-host/Cargo.toml have crate-type \"cdylib\"?", shown(compiled));
    }
    let folder = at("client-host/glue");
    files::folder(&folder)?;
    // The face says where the wasm is; a default path would tie the glue to one place.
    Bindgen::new()
        .input_path(compiled)
        .out_name("starlane")
        .web(true)
        .and_then(|bindgen| {
            bindgen.typescript(true).omit_default_module_path(true).reset_state_function(true).generate(&folder)
        })
        .context(
            "wasm-bindgen refused the module: are both its versions (client-host/Cargo.toml, xtask/Cargo.toml) equal?",
        )?;
    files::write(&at(FILES[3]), BYTES)?;
    guard()
}

/// Puts the guard between the module and whoever calls it.
fn guard() -> Result<()> {
    let mut glue = files::text(&at(FILES[0]))?;
    for (text, instead) in CHANGES {
        if !glue.contains(text) {
            bail!("the glue does not say `{text}` any more: look at what wasm-bindgen writes now");
        }
        glue = glue.replace(text, instead);
    }
    files::write(&at(FILES[0]), glue + GUARD)?;
    files::write(&at(FILES[1]), files::text(&at(FILES[1]))? + GUARD_TYPES)
}
