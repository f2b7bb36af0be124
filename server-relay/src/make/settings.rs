//! What a module is given, from what its document allows.
//!
//! It begins with as little memory as its compiler can make, and no largest memory is written into it: growing past one would
//! fail inside the guest, while growing past the document's is stopped by the star, which says so (`memory-limit`).

use starlane_protocol::document::{MechtronConfig, MechtronLimits, Names};

/// Bytes of a page of WebAssembly.
const PAGE: u64 = 65_536;

/// The interpreter's stack holds values, a compiled program's the rest: this much smaller it goes as deep. The default of 1 MiB
/// makes 16 KiB, so that stack, data and some heap fit the first page.
const STACK_SHARE: u64 = 64;

/// Bytes: less than this, and a function that formats a number fails.
const SMALLEST_STACK: u64 = 4_096;

/// Bytes at whose multiples a stack ends.
const ALIGNMENT: u64 = 16;

/// What the compilers are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settings {
    /// Bytes of stack in the memory.
    pub(super) stack: u64,
}

impl Settings {
    /// From the documents that name this code: the least memory, the largest stack of them. The defaults when none does.
    pub(super) fn of(documents: &Names<MechtronConfig>, wasm: &str) -> Self {
        let named: Vec<_> =
            documents.values().filter(|document| document.wasm == wasm).map(|document| document.limits).collect();
        let usual = MechtronLimits::default();
        let memory = named.iter().map(|limits| limits.memory.0).min().unwrap_or(usual.memory.0);
        let stack = named.iter().map(|limits| limits.stack.0).max().unwrap_or(usual.stack.0);
        let memory = (memory / PAGE).max(1) * PAGE;
        let stack = (stack / STACK_SHARE).clamp(SMALLEST_STACK, memory / 2).next_multiple_of(ALIGNMENT);
        Self { stack }
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;
    use starlane_protocol::document::{Bytes, MechtronConfig, MechtronLimits, Names};

    fn document(memory: u64, stack: u64) -> MechtronConfig {
        let limits = MechtronLimits { memory: Bytes(memory), stack: Bytes(stack), ..MechtronLimits::default() };
        let (wasm, bind) = ("wasm/a.wasm".into(), "binds/a.toml".into());
        MechtronConfig { wasm, bind, state: Default::default(), limits, config: Names::new(), may: Default::default() }
    }

    fn stack(documents: &[(u64, u64)]) -> u64 {
        let named =
            documents.iter().enumerate().map(|(at, (memory, stack))| (at.to_string(), document(*memory, *stack)));
        Settings::of(&named.collect(), "wasm/a.wasm").stack
    }

    #[test]
    fn a_module_gets_what_its_documents_allow() {
        assert_eq!(stack(&[]), 16 << 10);
        assert_eq!(stack(&[(8 << 20, 4 << 20)]), 64 << 10);
        assert_eq!(stack(&[(8 << 20, 1)]), 4_096);
        // Half of the least memory is the most.
        assert_eq!(stack(&[(1 << 20, 1 << 20), (100_000, 16 << 20)]), 32_768);
    }
}
