//! wasm-opt, from npm's `binaryen`. It reads from the module which features it may use.

use std::path::Path;

use anyhow::Result;

use super::{WasmOpt, order};
use crate::files;
use crate::run::{npm_program, output};
use crate::step::quietly;

/// A pass beyond the level's own: arguments that nobody reads go, and with them what only computes them. The level comes again
/// after it: that makes 1.4 KB less to download.
const ARGUMENTS: &str = "--dae-optimizing";

/// Shrinks a module in place.
pub(crate) fn shrink(wasm: &Path, how: WasmOpt) -> Result<()> {
    let level = match how {
        WasmOpt::O1 => "-O1",
        WasmOpt::Oz => "-Oz",
        WasmOpt::None => return Ok(()),
    };
    let run = |passes: &[&str]| output(npm_program("wasm-opt").args(passes).arg(wasm).arg("-o").arg(wasm)).map(drop);
    quietly(&format!("wasm-opt {level}"), || run(&[level, ARGUMENTS, level, "-g"]))?;
    quietly("functions alike side by side", || {
        files::write(wasm, order::numbered(&files::read(wasm)?)?)?;
        run(&["-g", "--reorder-functions-by-name"])?;
        run(&["--strip-debug", "--strip-producers"])
    })
}
