//! A step is skipped when neither its inputs nor its outputs changed.
//!
//! A stamp is the SHA-256 of every input's name and content, of a note (flags, tool versions), and of every output. Times
//! do not count: a fresh checkout of the same sources has new times. An output that was deleted or edited is built again.

use std::path::{Path, PathBuf};

use anyhow::Result;
use sha2::{Digest, Sha256};

use crate::files;
use crate::root::{at, scratch, shown};

/// What a step reads and makes.
pub(crate) struct Stamp {
    name: &'static str,
    inputs: Vec<PathBuf>,
    outputs: Vec<PathBuf>,
    note: String,
}

impl Stamp {
    /// A stamp for the step of that name.
    pub(crate) fn new(name: &'static str) -> Stamp {
        Stamp { name, inputs: Vec::new(), outputs: Vec::new(), note: String::new() }
    }

    /// Files and folders that are read, relative to the root; the step's own source among them.
    pub(crate) fn reads<P: AsRef<Path>>(mut self, paths: impl IntoIterator<Item = P>) -> Stamp {
        self.inputs.extend(paths.into_iter().map(at));
        self
    }

    /// Files that are made, relative to the root.
    pub(crate) fn makes<P: AsRef<Path>>(mut self, paths: impl IntoIterator<Item = P>) -> Stamp {
        self.outputs.extend(paths.into_iter().map(at));
        self
    }

    /// Whatever else decides the result.
    pub(crate) fn with(mut self, note: impl Into<String>) -> Stamp {
        self.note = note.into();
        self
    }

    /// The inputs as they are now. Taken before the work: what is edited meanwhile counts as changed.
    pub(crate) fn inputs(&self) -> Result<String> {
        let mut hash = Sha256::new();
        hash.update(self.note.as_bytes());
        for path in &self.inputs {
            let sources = files::sources(path)?;
            for file in sources.iter().filter(|file| !self.outputs.contains(file)) {
                add(&mut hash, file)?;
            }
        }
        Ok(hex(&hash.finalize()))
    }

    /// Is everything as the last success left it?
    pub(crate) fn holds(&self, inputs: &str) -> Result<bool> {
        let file = self.file();
        let whole = file.is_file() && self.outputs.iter().all(|path| path.exists());
        Ok(whole && files::text(&file)? == self.line(inputs)?)
    }

    /// Remembers a success.
    pub(crate) fn keep(&self, inputs: &str) -> Result<()> {
        files::write(&self.file(), self.line(inputs)?)
    }

    fn file(&self) -> PathBuf {
        scratch(format!("{}.stamp", self.name))
    }

    fn line(&self, inputs: &str) -> Result<String> {
        let mut hash = Sha256::new();
        for output in &self.outputs {
            for file in files::all(output)? {
                add(&mut hash, &file)?;
            }
        }
        Ok(format!("{inputs} {}", hex(&hash.finalize())))
    }
}

/// The SHA-256 of bytes, in hex.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn add(hash: &mut Sha256, file: &Path) -> Result<()> {
    let bytes = files::read(file)?;
    hash.update(shown(file).as_bytes());
    hash.update([0]);
    hash.update(bytes.len().to_le_bytes());
    hash.update(bytes);
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
