//! The guest examples, found by convention: `guest-examples/<example>/<name>/` with a `Cargo.toml`, an `asconfig.json`, a
//! `<name>.c`, a `<name>.zig` or a `<name>.wat`. Each becomes `guest-examples/<example>/wasm/<name>.wasm`. Typed calls for its pages,
//! `bind.ts` beside a mechtron in Rust, become `guest-examples/<example>/html/js/<name>.bind.js`.

mod compile;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::files;
use crate::root::at;
use crate::run::{cargo, succeed};
use crate::setup::{WASM, zig};
use crate::stamp::Stamp;
use crate::step::step;

/// The folder of the examples, a cargo workspace of its own.
const FOLDER: &str = "guest-examples";

/// All that decides the guests.
const READS: [&str; 6] = [
    FOLDER,
    "guest-libraries",
    "crates/guest",
    "package-lock.json",
    "xtask/src/build/guests.rs",
    "xtask/src/build/guests",
];

/// One mechtron of an example.
struct Guest {
    folder: PathBuf,
    example: String,
    name: String,
    language: Language,
}

#[derive(PartialEq, Clone, Copy)]
enum Language {
    Rust,
    AssemblyScript,
    C,
    Zig,
    Wat,
}

/// Builds every guest.
pub(crate) fn build() -> Result<()> {
    let guests = find()?;
    if guests.is_empty() {
        bail!("no guest example was found in {FOLDER}");
    }
    let stamp = Stamp::new("guests")
        .reads(READS)
        .makes(guests.iter().map(Guest::wasm))
        .makes(guests.iter().filter_map(Guest::calls))
        .with(zig::VERSION);
    step(&format!("guests: {}", guests.len()), &stamp, || make(&guests))
}

fn make(guests: &[Guest]) -> Result<()> {
    if guests.iter().any(|guest| guest.language == Language::Rust) {
        succeed(
            cargo()
                .args(["build", "--release", "--target", WASM])
                .env_remove("CARGO_TARGET_DIR")
                .current_dir(at(FOLDER)),
        )?;
    }
    for guest in guests {
        let made = guest.make().and_then(|()| guest.make_calls());
        made.with_context(|| format!("the guest {} {} cannot be built", guest.example, guest.name))?;
    }
    Ok(())
}

fn find() -> Result<Vec<Guest>> {
    let mut guests = Vec::new();
    for example in files::folders(&at(FOLDER))? {
        for folder in files::folders(&example)? {
            guests.extend(Guest::at(folder, &example));
        }
    }
    Ok(guests)
}

impl Guest {
    fn at(folder: PathBuf, example: &Path) -> Option<Guest> {
        let name = files::name(&folder);
        let has = |file: &str| folder.join(file).is_file();
        let language = if has("Cargo.toml") {
            Language::Rust
        } else if has("asconfig.json") {
            Language::AssemblyScript
        } else if has(&format!("{name}.c")) {
            Language::C
        } else if has(&format!("{name}.zig")) {
            Language::Zig
        } else if has(&format!("{name}.wat")) {
            Language::Wat
        } else {
            return None;
        };
        Some(Guest { folder, example: files::name(example), name, language })
    }

    /// Where its wasm goes.
    fn wasm(&self) -> PathBuf {
        at(FOLDER).join(&self.example).join("wasm").join(format!("{}.wasm", self.name))
    }

    fn make(&self) -> Result<()> {
        files::parent(&self.wasm())?;
        match self.language {
            Language::Rust => files::copy(&self.compiled(), &self.wasm()),
            Language::AssemblyScript => compile::assembly_script(&self.folder, &self.wasm()),
            Language::C => compile::c(&self.source("c"), &self.wasm()),
            Language::Zig => compile::zig(&self.source("zig"), &self.wasm()),
            Language::Wat => compile::wat(&self.source("wat"), &self.wasm()),
        }
    }

    /// Where typed calls for its pages go, if it has any.
    fn calls(&self) -> Option<PathBuf> {
        let has = self.language == Language::Rust && self.folder.join("bind.ts").is_file();
        has.then(|| at(FOLDER).join(&self.example).join("html/js").join(format!("{}.bind.js", self.name)))
    }

    fn make_calls(&self) -> Result<()> {
        self.calls().map_or(Ok(()), |calls| compile::typescript(&self.folder.join("bind.ts"), &calls))
    }

    /// Its one source, in the languages that have one.
    fn source(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", self.name))
    }

    /// Where cargo puts it: package `<example>-<name>`.
    fn compiled(&self) -> PathBuf {
        let file = format!("{}_{}.wasm", self.example, self.name).replace('-', "_");
        at(FOLDER).join("target").join(WASM).join("release").join(file)
    }
}
