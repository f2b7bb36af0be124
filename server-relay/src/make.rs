//! Making mechtrons: each folder with source in it becomes `wasm/<name>.wasm`, by the compiler of its language.
//!
//! What a mechtron's document allows it is what its module is given: a largest memory, and a stack in it. Then the bundle is
//! checked as for publishing, and every mechtron runs one wave in a star of its own, without a relay.

mod compile;
mod debug;
mod sample;
mod settings;
mod source;
mod trial;

use std::fs;
use std::path::Path;

use starlane_protocol::Point;

use crate::publish::{self, Faults};
pub use compile::CompileError;
use settings::Settings;
pub use source::{Language, Source};
pub use trial::{Asked, Trial};

/// One mechtron that was made.
#[derive(Debug)]
pub struct Made {
    /// What it was made from.
    pub source: Source,
    /// Bytes of its module.
    pub size: u64,
    /// Bytes of its stack, which lies in its memory; none where the language has none.
    pub stack: Option<u64>,
    /// What its compiler remarked: warnings, if there are any.
    pub remarks: String,
}

/// Why a folder cannot be built.
#[derive(Debug)]
#[non_exhaustive]
pub enum MakeError {
    /// There is no such folder, or it cannot be read.
    Folder(String),
    /// No folder in it holds the source of a mechtron.
    NoSource,
    /// A compiler is missing, or says no.
    Compile(CompileError),
    /// The documents or modules have mistakes.
    Faults(Faults),
}

impl From<Faults> for MakeError {
    fn from(faults: Faults) -> Self {
        Self::Faults(faults)
    }
}

/// The mechtrons of a folder, in the order of their names.
///
/// # Errors
/// [`MakeError::Folder`], [`MakeError::NoSource`].
pub fn sources(folder: &Path) -> Result<Vec<Source>, MakeError> {
    let unreadable = |error| MakeError::Folder(format!("`{}` cannot be read: {error}", folder.display()));
    let sources = source::find(folder).map_err(unreadable)?;
    if sources.is_empty() { Err(MakeError::NoSource) } else { Ok(sources) }
}

/// Compiles one mechtron into `wasm/` of the folder.
///
/// # Errors
/// [`MakeError::Faults`] of the documents, [`MakeError::Compile`].
pub fn make(folder: &Path, source: &Source) -> Result<Made, MakeError> {
    let settings = Settings::of(&publish::mechtrons(folder)?, &source.wasm());
    let wasm = folder.join(source.wasm());
    let remarks = compile::compile(folder, source, settings, &wasm).map_err(MakeError::Compile)?;
    let unreadable = |error| MakeError::Folder(format!("`{}` cannot be read: {error}", wasm.display()));
    let size = fs::metadata(&wasm).map_err(unreadable)?.len();
    let stack = source.language.has_stack().then_some(settings.stack);
    Ok(Made { source: source.clone(), size, stack, remarks })
}

/// Checks the folder as for publishing, and lets each of its mechtrons handle one wave.
///
/// # Errors
/// [`MakeError::Faults`]: what publishing would find.
pub fn check(folder: &Path) -> Result<Vec<Trial>, MakeError> {
    let bundle: Point = trial::BUNDLE.parse().map_err(|_| MakeError::Folder("the trial has no point".into()))?;
    let pack = publish::pack(folder, &bundle)?;
    trial::run(&pack).map_err(MakeError::Folder)
}
