//! Holding a module to the guest ABI: imports, exports, no start section.

use wasmi::{ExternType, FuncType, Module, ValType};

use super::binary::{Reader, sections};
use crate::abi;
use crate::engine::WasmError;

/// The section of a start function (WebAssembly core specification, 5.5.11).
const START_SECTION: u8 = 8;

/// The section of the functions' code (5.5.13).
const CODE_SECTION: u8 = 10;

/// Locals of one function at most: they are set to zero at each call, which costs no fuel.
const LOCALS: u64 = 2_048;

/// Bytes of one function at most: it is translated in one go at its first call, which costs no fuel.
const FUNCTION_BYTES: usize = 256 * 1_024;

/// Bytes of a module at most: validating it takes time and memory in proportion, on the page's own thread in a tab.
const MODULE_BYTES: usize = 8 * 1_024 * 1_024;

/// Checks what is not even looked into yet.
pub(super) fn size(wasm: &[u8]) -> Result<(), WasmError> {
    if wasm.len() <= MODULE_BYTES {
        return Ok(());
    }
    let what = format!("the module has {} bytes, and may have {MODULE_BYTES} (8 MiB)", wasm.len());
    Err(WasmError::TooLarge(what))
}

/// Checks a valid module. `wasm` are its bytes.
pub(super) fn module(module: &Module, wasm: &[u8]) -> Result<(), WasmError> {
    imports(module)?;
    exports(module)?;
    functions(wasm)?;
    if sections(wasm).any(|(id, _)| id == START_SECTION) { Err(WasmError::Start) } else { Ok(()) }
}

/// What a call costs before its first instruction is bounded.
fn functions(wasm: &[u8]) -> Result<(), WasmError> {
    let code = sections(wasm).find(|(id, _)| *id == CODE_SECTION).map_or(&[][..], |(_, code)| code);
    let mut code = Reader::new(code);
    for _ in 0..code.number().unwrap_or_default() {
        // A valid module ends no earlier.
        let body = code.sized().unwrap_or_default();
        if body.len() > FUNCTION_BYTES {
            let what = format!("a function has {} bytes, and may have {FUNCTION_BYTES}", body.len());
            return Err(WasmError::TooLarge(what));
        }
        let locals = locals(body);
        if locals > LOCALS {
            return Err(WasmError::TooLarge(format!("a function has {locals} locals, and may have {LOCALS}")));
        }
    }
    Ok(())
}

fn locals(body: &[u8]) -> u64 {
    let mut body = Reader::new(body);
    let groups = body.number().unwrap_or_default();
    let group = |_| {
        let count = body.number().unwrap_or_default();
        // The type: one byte, as that of everything a module may use.
        body.byte();
        u64::from(count)
    };
    (0..groups).map(group).sum()
}

fn imports(module: &Module) -> Result<(), WasmError> {
    for import in module.imports() {
        let name = format!("`{}.{}`", import.module(), import.name());
        let expected = expected(import.module(), import.name());
        let expected = expected.ok_or_else(|| WasmError::Import(format!("it imports {name}, which does not exist")))?;
        if !matches!(import.ty(), ExternType::Func(given) if *given == expected) {
            return Err(WasmError::Import(format!("it imports {name} with another type than the guest ABI gives it")));
        }
    }
    Ok(())
}

fn expected(module: &str, name: &str) -> Option<FuncType> {
    if module != "starlane" {
        return None;
    }
    if name == "now" {
        return Some(FuncType::new([], [ValType::I64]));
    }
    let (_, _, parameters) = abi::IMPORTS.iter().find(|(import, ..)| *import == name)?;
    Some(FuncType::new(vec![ValType::I32; *parameters], [ValType::I32]))
}

fn exports(module: &Module) -> Result<(), WasmError> {
    let missing = |what: &str| WasmError::Export(format!("it does not export {what}"));
    let entry = FuncType::new([], [ValType::I32]);
    if !matches!(module.get_export("memory"), Some(ExternType::Memory(_))) {
        return Err(missing("a memory named `memory`"));
    }
    if !matches!(module.get_export("starlane_abi_1"), Some(ExternType::Func(_) | ExternType::Global(_))) {
        return Err(missing("`starlane_abi_1`"));
    }
    for name in ["mechtron_init", "mechtron_wave"] {
        match module.get_export(name) {
            Some(ExternType::Func(given)) if given == entry => {}
            _ => return Err(missing(&format!("`{name}` of type `() -> i32`"))),
        }
    }
    match module.get_export(super::MIGRATE) {
        None => Ok(()),
        Some(ExternType::Func(given)) if given == entry => Ok(()),
        Some(_) => Err(WasmError::Export("its `mechtron_migrate` is not of type `() -> i32`".into())),
    }
}
