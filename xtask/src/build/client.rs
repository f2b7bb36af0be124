//! The client: crate → wasm32 → wasm-bindgen → wasm-opt → the npm package's files in `client-host/dist`.

use std::path::PathBuf;

use anyhow::Result;

use super::{WasmOpt, face, glue, shrink};
use crate::root::target;
use crate::run::{cargo, succeed};
use crate::setup::WASM;
use crate::stamp::Stamp;
use crate::step::{always, step};

/// The workspace's package and its profile.
const PACKAGE: &str = "starlane-client-host";
const PROFILE: &str = "client";

/// All that decides the client's wasm.
const CRATES: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "crates/protocol",
    "crates/bundle",
    "crates/host",
    "client-host/src",
    "client-host/Cargo.toml",
];

/// All that decides its TypeScript face.
const FACE: [&str; 4] =
    ["client-host/js", "client-host/tsconfig.json", "client-host/package.json", "package-lock.json"];

/// Builds `client-host/glue` and `client-host/dist`.
pub(crate) fn build(wasm_opt: WasmOpt) -> Result<()> {
    let wasm = Stamp::new("client-wasm").reads(CRATES).makes(glue::FILES).with(format!("{wasm_opt:?}"));
    step("client: wasm", &wasm, || {
        always("  compile", compile)?;
        always("  wasm-bindgen", || glue::make(&compiled()))?;
        always("  wasm-opt", || shrink::shrink(&glue::wasm(), wasm_opt))
    })?;
    let face = Stamp::new("client-face").reads(FACE).reads(glue::FILES).makes(["client-host/dist"]);
    step("client: package", &face, face::make)
}

fn compile() -> Result<()> {
    succeed(cargo().args(["build", "-p", PACKAGE, "--target", WASM, "--profile", PROFILE]))
}

/// Where cargo puts the module.
fn compiled() -> PathBuf {
    target().join(WASM).join(PROFILE).join(format!("{}.wasm", PACKAGE.replace('-', "_")))
}
