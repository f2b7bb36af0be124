//! Reading, writing and walking files, with errors that name the file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::root::shown;

/// Folders that are made by tools, never sources.
const MADE: [&str; 6] = ["target", "node_modules", "dist", "build", "test-results", ".git"];

/// The bytes of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", shown(path)))
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", shown(path)))
}

/// Writes a file, its folder included.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    parent(path)?;
    fs::write(path, bytes).with_context(|| format!("cannot write {}", shown(path)))
}

/// Copies a file, making the folder of the copy.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    parent(to)?;
    fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", shown(from), shown(to)))?;
    Ok(())
}

/// Makes the folder that a file lies in.
pub(crate) fn parent(path: &Path) -> Result<()> {
    path.parent().map_or(Ok(()), folder)
}

/// Makes a folder.
pub(crate) fn folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make {}", shown(path)))
}

/// The entries of a folder, sorted; none when there is no such folder.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let listed = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut paths: Vec<PathBuf> = listed.with_context(|| format!("cannot list {}", shown(folder)))?;
    paths.sort();
    Ok(paths)
}

/// The sub-folders of a folder, sorted, without those that tools make.
pub(crate) fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir() && !is_made(path)).collect())
}

/// All source files at or below a path, sorted.
pub(crate) fn sources(path: &Path) -> Result<Vec<PathBuf>> {
    walk(path, &is_made)
}

/// All files at or below a path, sorted.
pub(crate) fn all(path: &Path) -> Result<Vec<PathBuf>> {
    walk(path, &|_| false)
}

fn walk(path: &Path, skipped: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in entries(path)?.into_iter().filter(|entry| !skipped(entry)) {
        found.extend(walk(&entry, skipped)?);
    }
    Ok(found)
}

/// A path's last part.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn is_made(path: &Path) -> bool {
    path.is_dir() && MADE.contains(&name(path).as_str())
}
