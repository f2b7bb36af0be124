//! Looking at a module before it ever runs: the same verdict at publish and at load.

use crate::engine::{Engine, Interpreter, WasmError};

/// Bytes of one page of WebAssembly memory.
const PAGE: u64 = 65_536;

/// Checks a module against the guest ABI and the memory limit of its config: validity, imports, exports, no start
/// section, and a first memory within `memory_limit` bytes.
///
/// # Errors
/// The rule it breaks.
pub fn inspect(wasm: &[u8], memory_limit: u64) -> Result<(), WasmError> {
    let module = Interpreter.compile(wasm.into(), PAGE)?;
    let first = module.first_memory();
    if first > memory_limit {
        let what = format!("its memory begins with {first} bytes, and its limit is {memory_limit}");
        return Err(WasmError::TooLarge(what));
    }
    Ok(())
}
