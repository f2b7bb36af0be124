//! The RFC's own tests of schemas, compiled to wasm32 as the tab's star is.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

/// What Node runs: the program's `main`, whose result is its exit code.
const RUN: &str =
    "const { instance } = await WebAssembly.instantiate((await import('node:fs')).readFileSync(process.argv[1]));
    process.exitCode = instance.exports.main(0, 0);";

#[test]
fn every_body_and_every_schema_gets_the_verdict_of_the_rfc_on_wasm32() {
    let built = "../target/wasm32-unknown-unknown/debug/starlane-conformance.wasm";
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join(built);
    assert!(program.exists(), "`cargo xtask test` builds {built}");
    let ran = Command::new("node").args(["--input-type=module", "-e", RUN]).arg(&program).output().unwrap();
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
}
