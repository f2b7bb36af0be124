//! Why a module is refused.

use std::error::Error;
use std::fmt;

/// A module that is refused, at publish or at load.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WasmError {
    /// Not WebAssembly, or not valid; what the validator says.
    NotWasm(String),
    /// It imports something that is not there, or with another type.
    Import(String),
    /// It lacks an export, or has it with another type.
    Export(String),
    /// It has a start section.
    Start,
    /// It is larger than a module may be, or its memory or a table begins with more than its limit allows.
    TooLarge(String),
}

impl WasmError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        match self {
            WasmError::NotWasm(_) => "not-wasm",
            WasmError::Import(_) => "wasm-import",
            WasmError::Export(_) => "wasm-export",
            WasmError::Start => "wasm-start",
            WasmError::TooLarge(_) => "wasm-too-large",
        }
    }
}

impl fmt::Display for WasmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WasmError::NotWasm(what) => write!(f, "this is not a valid WebAssembly module: {what}"),
            WasmError::Import(what) => write!(f, "{what}; a mechtron may import the functions of the guest ABI only"),
            WasmError::Export(what) => write!(f, "{what}; see the exports of the guest ABI"),
            WasmError::Start => f.write_str(
                "the module has a start section, which can be neither sliced nor suspended; do it in `mechtron_init`",
            ),
            WasmError::TooLarge(what) => f.write_str(what),
        }
    }
}

impl Error for WasmError {}
