//! Typed code from a bind: what to call a mechtron with, and what to answer for one.
//!
//! The same bind gives the same text. Whatever a bind may hold becomes code that compiles: names are made fit and kept apart,
//! texts are quoted.

mod assembly_script;
mod names;
mod payload;
mod rust;
mod typescript;

use clap::ValueEnum;
use starlane_host::bind::{BindFault, CompiledBind};
use starlane_protocol::document::Bind;

/// What code is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// TypeScript, for pages: a class of typed calls, and a typed handler for `star.serve`
    Ts,
    /// Rust, for mechtrons: typed calls of another one, and typed routes of one's own, with the crate `mechtron`
    Rust,
    /// AssemblyScript, for mechtrons: the same with its guest library
    As,
}

/// Where a mechtron in AssemblyScript finds its guest library, as `starlane new` lays it.
pub const LIBRARY: &str = "../lib";

/// Writes the code for a bind. `name` is what the mechtron is called in it; `source` is where the bind came from; `library` is
/// the folder of the guest library for AssemblyScript, as the code sees it.
///
/// # Errors
/// The mistakes of a bind that is none.
pub fn write(
    language: Language,
    bind: &Bind,
    name: &str,
    source: &str,
    library: &str,
) -> Result<String, Vec<BindFault>> {
    let compiled = CompiledBind::new(bind)?;
    Ok(match language {
        Language::Ts => typescript::write(&compiled, name, source),
        Language::Rust => rust::write(&compiled, name, source),
        Language::As => assembly_script::write(&compiled, name, source, library),
    })
}
