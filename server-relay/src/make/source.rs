//! Where the source of a mechtron is, and in which language: known by what lies in its folder.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

/// A language that mechtrons are written in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Rust, with cargo
    Rust,
    /// AssemblyScript, with asc from the npm registry
    As,
    /// C, with clang and wasm-ld
    C,
    /// Zig
    Zig,
    /// WebAssembly's own text form: no compiler is needed
    Wat,
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Language::Rust => "Rust",
            Language::As => "AssemblyScript",
            Language::C => "C",
            Language::Zig => "Zig",
            Language::Wat => "WAT",
        })
    }
}

impl Language {
    /// Whether its compiler puts a stack into the memory of a module.
    pub fn has_stack(self) -> bool {
        matches!(self, Language::Rust | Language::C | Language::Zig)
    }

    /// What its library is called: `guest-libraries/<this>`, and the word for `--lang` but for AssemblyScript.
    pub(super) fn library(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::As => "assemblyscript",
            Language::C => "c",
            Language::Zig => "zig",
            Language::Wat => "wat",
        }
    }

    /// The file that says that a folder of this name is source of this language.
    fn mark(self, name: &str) -> String {
        match self {
            Language::Rust => "Cargo.toml".into(),
            Language::As => "asconfig.json".into(),
            Language::C => format!("{name}.c"),
            Language::Zig => format!("{name}.zig"),
            Language::Wat => format!("{name}.wat"),
        }
    }
}

/// The source of one mechtron.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name of its folder.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// What it is written in.
    pub language: Language,
}

impl Source {
    /// The path of its code in the bundle.
    pub fn wasm(&self) -> String {
        format!("wasm/{}.wasm", self.name)
    }

    /// The file that it is made from, where it is one.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.join(self.language.mark(&self.name))
    }
}

/// Folders that are never looked into: what builds leave behind, and the libraries of the languages.
const NEVER: [&str; 4] = ["build", "lib", "node_modules", "target"];

/// The sources in a folder, by name.
pub(super) fn find(folder: &Path) -> io::Result<Vec<Source>> {
    let mut sources: Vec<_> = fs::read_dir(folder)?.filter_map(|entry| source(&entry.ok()?.path())).collect();
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(sources)
}

fn source(folder: &Path) -> Option<Source> {
    let name = folder.file_name()?.to_str()?;
    if name.starts_with('.') || NEVER.contains(&name) {
        return None;
    }
    let is_there = |language: &Language| folder.join(language.mark(name)).is_file();
    let language = Language::value_variants().iter().copied().find(is_there)?;
    Some(Source { name: name.into(), folder: folder.into(), language })
}
