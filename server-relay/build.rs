//! Puts the client's files, the console, and what new folders are made of into the binary.
//!
//! The first two are built before (`cargo xtask build` does it in order). Without them the crate still compiles, so that it can be
//! checked; the relay then says at its start that they are missing.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Folders beside this crate, and what their files are called inside.
const FOLDERS: [(&str, &str); 2] = [("../client-host/dist", "client"), ("../www/dist", "console")];

/// What `starlane new` writes: the templates, and the library of each language. The first part of a path is the language, or
/// `common` for all.
const NEW: [(&str, &str); 5] = [
    ("templates", ""),
    ("../crates/guest/src", "rust/lib/mechtron/src/"),
    ("../guest-libraries/assemblyscript", "as/lib/"),
    ("../guest-libraries/c", "c/lib/"),
    ("../guest-libraries/zig", "zig/lib/"),
];

/// Files smaller than this are not worth a second copy.
const GZIP_FROM: usize = 1_024;

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?);
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| io::Error::other("cargo sets it"))?);
    println!("cargo::rerun-if-changed=build.rs");
    let mut table = String::from("static EMBEDDED: &[Embedded] = &[\n");
    for (folder, name) in FOLDERS {
        each(&here, folder, |inside, file| match is_source(inside) {
            true => Ok(()),
            false => embed(file, &format!("{name}/{inside}"), &out, &mut table),
        })?;
    }
    table.push_str("];\n");
    fs::write(out.join("embedded.rs"), table)?;
    let mut table = String::from("static FILES: &[(&str, &str)] = &[\n");
    for (folder, name) in NEW {
        each(&here, folder, |inside, file| {
            let file = file.canonicalize()?.display().to_string();
            writeln!(table, "    ({:?}, include_str!({file:?})),", format!("{name}{inside}")).map_err(io::Error::other)
        })?;
    }
    table.push_str("];\n");
    fs::write(out.join("template.rs"), table)
}

/// Every file of a folder beside this crate, by its path inside, in order.
fn each(here: &Path, folder: &str, mut with: impl FnMut(&str, &Path) -> io::Result<()>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={folder}");
    let folder = here.join(folder);
    let mut files = Vec::new();
    collect(&folder, &mut files)?;
    files.sort();
    for file in files {
        let inside = file.strip_prefix(&folder).map_err(io::Error::other)?;
        with(&inside.to_string_lossy().replace('\\', "/"), &file)?;
    }
    Ok(())
}

/// Declarations are for compilers; no page asks for them.
fn is_source(path: &str) -> bool {
    path.ends_with(".d.ts") || path.ends_with(".d.ts.map")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn embed(file: &Path, name: &str, out: &Path, table: &mut String) -> io::Result<()> {
    let bytes = fs::read(file)?;
    let mut gzip = "None".to_owned();
    if bytes.len() >= GZIP_FROM {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bytes)?;
        let compressed = encoder.finish()?;
        if compressed.len() * 10 < bytes.len() * 9 {
            let beside = out.join(format!("{}.gz", name.replace('/', "_")));
            fs::write(&beside, compressed)?;
            gzip = format!("Some(include_bytes!({:?}))", beside.display().to_string());
        }
    }
    let file = file.canonicalize()?.display().to_string();
    writeln!(table, "    Embedded {{ path: {name:?}, bytes: include_bytes!({file:?}), gzip: {gzip} }},")
        .map_err(io::Error::other)
}
