//! What a fresh machine lacks is installed and named, or one sentence says what to do.

pub(crate) mod apt;
mod clang;
mod npm;
mod rust;
pub(crate) mod zig;

use anyhow::Result;

/// The only target beside the machine's own.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Sets up everything that building needs.
pub(crate) fn run() -> Result<()> {
    let _lock = crate::lock::build_lock()?;
    all()
}

/// The same, for a caller that holds the build lock.
pub(crate) fn all() -> Result<()> {
    println!("setup");
    rust::target()?;
    npm::packages()?;
    clang::compiler()?;
    zig::compiler()
}
