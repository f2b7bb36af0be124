//! One module from its source, by the compiler of each language. All keep the names of functions, start with as little
//! memory as they can, and leave nothing else in the module.

use std::path::Path;

use anyhow::{Context, Result};
use wasm_encoder::{Module, RawSection};
use wasmparser::{Parser, Payload};

use crate::files;
use crate::root::{at, shown};
use crate::run::{command, npm_program, output};
use crate::setup::zig::zig as program;

/// Bytes of stack: so stack, data and some heap fit one page.
const STACK: &str = "16384";

/// How C is compiled: `-Os` keeps functions apart, so that a trap names them and nothing is there twice.
const C_FLAGS: [&str; 8] =
    ["--target=wasm32", "-nostdlib", "-ffreestanding", "-Os", "-mbulk-memory", "-Wall", "-Wextra", "-Werror"];

/// How Zig is compiled. `-rdynamic` exports what the source exports.
const ZIG_FLAGS: [&str; 7] =
    ["build-exe", "-target", "wasm32-freestanding", "-OReleaseSmall", "-fno-entry", "-rdynamic", "-fno-strip"];

/// AssemblyScript, with the folder's own `asconfig.json`.
pub(super) fn assembly_script(folder: &Path, wasm: &Path) -> Result<()> {
    let asc = &mut npm_program("asc");
    asc.arg("index.ts").args(["--config", "asconfig.json", "--target", "release", "--outFile"]).arg(wasm);
    output(asc.current_dir(folder)).map(drop)
}

/// C, one file.
pub(super) fn c(source: &Path, wasm: &Path) -> Result<()> {
    let clang = &mut command("clang");
    clang.args(C_FLAGS).arg("-I").arg(at("guest-libraries/c"));
    clang.args(["-Wl,--no-entry", &format!("-Wl,-zstack-size={STACK}")]);
    output(clang.arg(source).arg("-o").arg(wasm)).map(drop)
}

/// Zig, one file.
pub(super) fn zig(source: &Path, wasm: &Path) -> Result<()> {
    let zig = &mut program();
    zig.args(ZIG_FLAGS).args(["--stack", STACK, "--dep", "starlane"]);
    zig.arg(format!("-Mroot={}", source.display()));
    zig.arg(format!("-Mstarlane={}", at("guest-libraries/zig/starlane.zig").display()));
    output(zig.arg(format!("-femit-bin={}", wasm.display())))?;
    files::write(wasm, without_debug(&files::read(wasm)?)?)
}

/// Plain WAT.
pub(super) fn wat(source: &Path, wasm: &Path) -> Result<()> {
    let module = wat::parse_file(source).with_context(|| format!("{} is not valid WAT", shown(source)))?;
    files::write(wasm, module)
}

/// The module without what only a debugger reads: Zig cannot leave that out and keep the names of functions.
fn without_debug(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        let is_debug = matches!(&payload, Payload::CustomSection(custom) if custom.name().starts_with(".debug_"));
        if let Some((id, range)) = payload.as_section()
            && !is_debug
        {
            module.section(&RawSection { id, data: &wasm[range] });
        }
    }
    Ok(module.finish())
}

/// TypeScript of a page: its types taken away.
pub(super) fn typescript(source: &Path, script: &Path) -> Result<()> {
    files::parent(script)?;
    let esbuild = &mut npm_program("esbuild");
    output(esbuild.arg(source).arg("--format=esm").arg(format!("--outfile={}", script.display()))).map(drop)
}

#[cfg(test)]
mod tests {
    use super::without_debug;

    #[test]
    fn names_stay_and_what_a_debugger_reads_goes() {
        let text = r#"(module (func $named (export "f")) (@custom ".debug_info" "much"))"#;
        let plain = wat::parse_str(r#"(module (func $named (export "f")))"#).unwrap();
        assert_eq!(without_debug(&wat::parse_str(text).unwrap()).unwrap(), plain);
    }
}
