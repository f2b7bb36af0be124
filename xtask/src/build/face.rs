//! The npm package's files: one ES module, one script with everything inside, the types, the script's integrity hash.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha384};

use super::glue;
use crate::files;
use crate::root::{at, shown};
use crate::run::{npm_program, output};

/// The oldest syntax that is sent to browsers.
const SYNTAX: &str = "--target=es2022";

/// Fills `client-host/dist`.
pub(crate) fn make() -> Result<()> {
    let dist = at("client-host/dist");
    if dist.is_dir() {
        std::fs::remove_dir_all(&dist)?;
    }
    files::copy(&glue::wasm(), &dist.join("starlane.wasm"))?;
    bundle("client-host/js/index.ts", "esm", "starlane.mjs")?;
    bundle("client-host/js/script.ts", "iife", "starlane.js")?;
    types(&dist)?;
    files::write(&dist.join("starlane.js.sri"), integrity(&files::read(&dist.join("starlane.js"))?))?;
    print_sizes(&dist)
}

/// One line with what a newcomer's browser loads.
fn print_sizes(dist: &Path) -> Result<()> {
    for name in ["starlane.wasm", "starlane.mjs", "starlane.js"] {
        let bytes = files::read(&dist.join(name))?;
        println!("    {name}: {} KB, gzip {} KB", bytes.len() / 1000, gzip(&bytes)? / 1000);
    }
    println!("    integrity of starlane.js: {}", files::text(&dist.join("starlane.js.sri"))?);
    Ok(())
}

/// What an `integrity` attribute holds.
pub(crate) fn integrity(bytes: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)))
}

/// How many bytes cross the wire.
pub(crate) fn gzip(bytes: &[u8]) -> Result<usize> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

fn bundle(entry: &str, format: &str, name: &str) -> Result<()> {
    let path: PathBuf = at(entry);
    if !path.is_file() {
        bail!("{} is missing", shown(&path));
    }
    let esbuild = &mut npm_program("esbuild");
    esbuild.arg(&path).args(["--bundle", "--minify", SYNTAX, "--log-level=warning", "--loader:.wasm=binary"]);
    esbuild.arg(format!("--format={format}")).arg(format!("--outfile={}", at("client-host/dist").join(name).display()));
    let said = output(esbuild)?;
    print!("{said}");
    Ok(())
}

fn types(dist: &Path) -> Result<()> {
    let tsc = &mut npm_program("tsc");
    tsc.args([
        "-p",
        "client-host",
        "--noEmit",
        "false",
        "--declaration",
        "--emitDeclarationOnly",
        "--rootDir",
        "client-host/js",
    ]);
    output(tsc.arg("--outDir").arg(dist))?;
    for file in files::all(dist)?.iter().filter(|file| files::name(file).ends_with(".test.d.ts")) {
        std::fs::remove_file(file)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn integrity_is_what_browsers_compare() {
        assert_eq!(
            super::integrity(b"alert('Hello, world.');"),
            "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO"
        );
    }
}
