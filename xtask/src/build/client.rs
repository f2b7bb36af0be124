//! The client: crate → wasm32 → wasm-bindgen → wasm-opt → the npm package's files in `client-host/dist`.

use std::path::PathBuf;

use anyhow::Result;

use super::{WasmOpt, face, glue, shrink};
use crate::root::{at, root, target};
use crate::run::{cargo, succeed};
use crate::setup::WASM;
use crate::stamp::Stamp;
use crate::step::{always, step};

/// The workspace's package and its profile.
const PACKAGE: &str = "starlane-client-host";
const PROFILE: &str = "client";

/// Digests as loops: 5 KB less to download for half a millisecond more on a bundle of 248 KB.
const SMALL_DIGESTS: &str = r#"--cfg sha2_backend_soft="compact""#;

/// How the module is made ready.
const STEPS: [&str; 4] =
    ["xtask/src/build/glue.rs", "xtask/src/build/order.rs", "xtask/src/build/shrink.rs", "xtask/js/guard.js"];

/// All that decides its TypeScript face.
const FACE: [&str; 5] = [
    "client-host/js",
    "client-host/tsconfig.json",
    "client-host/package.json",
    "package-lock.json",
    "xtask/src/build/face.rs",
];

/// Builds `client-host/glue` and `client-host/dist`.
pub(crate) fn build(wasm_opt: WasmOpt) -> Result<()> {
    always("client: compile", compile)?;
    // Shrinking takes longest: it is done again only when the compiled module differs.
    let reads = [compiled(), at("Cargo.lock")];
    let glue = Stamp::new("client-glue").reads(reads).reads(STEPS).makes(glue::FILES).with(format!("{wasm_opt:?}"));
    step("client: wasm", &glue, || {
        always("  wasm-bindgen", || glue::make(&compiled()))?;
        always("  wasm-opt", || shrink::shrink(&glue::wasm(), wasm_opt))
    })?;
    let face = Stamp::new("client-face").reads(FACE).reads(glue::FILES).makes(["client-host/dist"]);
    step("client: package", &face, face::make)
}

fn compile() -> Result<()> {
    let mut build = cargo();
    build.args(["build", "-p", PACKAGE, "--target", WASM, "--profile", PROFILE]);
    succeed(build.env("RUSTFLAGS", format!("{} {SMALL_DIGESTS}", without_our_paths())))
}

/// Flags by which the module names the same files wherever it is built: what people download says nothing of this machine.
fn without_our_paths() -> String {
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from).or(home).map(|cargo| cargo.join("registry/src"));
    let prefixes = [(cargo, "crates"), (Some(root().to_path_buf()), "starlane")];
    let flags =
        prefixes.into_iter().filter_map(|(from, to)| Some(format!("--remap-path-prefix={}={to}", from?.display())));
    flags.collect::<Vec<_>>().join(" ")
}

/// Where cargo puts the module.
fn compiled() -> PathBuf {
    target().join(WASM).join(PROFILE).join(format!("{}.wasm", PACKAGE.replace('-', "_")))
}
