//! wasm-opt, from npm's `binaryen`. It reads from the module which features it may use.

use std::path::Path;

use anyhow::Result;

use super::WasmOpt;
use crate::run::{npm_program, output};
use crate::step::quietly;

/// Shrinks a module in place.
pub(crate) fn shrink(wasm: &Path, how: WasmOpt) -> Result<()> {
    let level = match how {
        WasmOpt::O1 => "-O1",
        WasmOpt::Oz => "-Oz",
        WasmOpt::None => return Ok(()),
    };
    quietly(&format!("wasm-opt {level}"), || {
        output(npm_program("wasm-opt").arg(level).arg(wasm).arg("-o").arg(wasm)).map(drop)
    })
}
