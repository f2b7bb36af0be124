//! What of a folder belongs to its bundle.
//!
//! `app.toml`, `binds/`, `mechtrons/`, `wasm/`, and everything else but: hidden files; the folders `build`, `target` and
//! `node_modules`; and folders that hold the source of a mechtron, known by one of [`SOURCE_MARKS`], a `.wat`, a `.c` or a `.zig`
//! right inside. A link is followed to a file of the same folder and refused otherwise, so that a bundle never holds what lies
//! elsewhere.

use std::collections::BTreeMap;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

use starlane_bundle::MANIFEST_FILES;

use super::Fault;

/// Files that mark a folder at the top as the source of something, not a part of the bundle. A source of C or Zig right inside marks it too.
pub const SOURCE_MARKS: [&str; 4] = ["Cargo.toml", "package.json", "asconfig.json", LIBRARY_MARK];

/// The file that says that a folder holds the libraries that mechtrons are compiled with.
const LIBRARY_MARK: &str = "starlane-library.md";

/// Endings of files that are source.
const SOURCE_ENDINGS: [&str; 3] = [".wat", ".c", ".zig"];

/// Folders at the top that are always a part, whatever lies in them.
const ALWAYS: [&str; 3] = ["binds", "mechtrons", "wasm"];

/// Folders at the top that builds leave behind.
const NEVER: [&str; 3] = ["build", "node_modules", "target"];

/// The files of a bundle.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// By their path in the bundle.
    pub(super) files: BTreeMap<String, PathBuf>,
    /// Folders at the top that are no part of it, with the reason.
    pub(super) left_out: BTreeMap<String, String>,
}

/// The folder itself, links resolved.
pub(super) fn root(folder: &Path) -> Result<PathBuf, Fault> {
    let shown = folder.display();
    match fs::canonicalize(folder) {
        Ok(root) if root.is_dir() => Ok(root),
        Ok(_) => Err(Fault::new("not-a-folder", format!("`{shown}` is not a folder"))
            .hint("name the folder that holds app.toml")),
        Err(error) => Err(Fault::new("not-a-folder", format!("`{shown}` cannot be read: {error}"))),
    }
}

/// Lists the files of the bundle.
pub(super) fn list(root: &Path, faults: &mut Vec<Fault>) -> Listing {
    let mut walk = Walk { root, listing: Listing::default(), faults };
    walk.folder(root, "");
    if walk.is_full() {
        let fault = Fault::new("manifest-too-many-files", format!("a bundle has {MANIFEST_FILES} files at most"));
        walk.faults.push(fault.hint("folders with Cargo.toml, package.json or asconfig.json inside are left out"));
    }
    walk.listing
}

/// What says that a folder is the source of something and no bundle at all, though any folder of files may be a static site.
pub(super) fn source(root: &Path, listing: &Listing) -> Option<Fault> {
    if ["app.toml", "index.html"].iter().any(|mark| listing.files.contains_key(*mark)) {
        return None;
    }
    let has = |mark: &str| listing.files.contains_key(mark);
    let installed = || has("package.json") && root.join("node_modules").is_dir();
    let mark = SOURCE_MARKS.into_iter().find(|mark| if *mark == "package.json" { installed() } else { has(mark) })?;
    let message = format!(
        "this is the source of something, no bundle: it holds `{mark}`, and neither `app.toml` nor `index.html`"
    );
    Some(
        Fault::new("source-folder", message)
            .in_file(mark)
            .hint("build it, and publish the folder with app.toml; a static site has an index.html"),
    )
}

struct Walk<'a> {
    root: &'a Path,
    listing: Listing,
    faults: &'a mut Vec<Fault>,
}

impl Walk<'_> {
    /// Whether there are more files than a bundle may have: the walk ends then.
    fn is_full(&self) -> bool {
        self.listing.files.len() > MANIFEST_FILES
    }

    fn folder(&mut self, folder: &Path, prefix: &str) {
        match entries(folder) {
            Ok(entries) => entries.iter().for_each(|entry| self.entry(entry, prefix)),
            Err(error) => self.unreadable(prefix, &error),
        }
    }

    fn entry(&mut self, entry: &DirEntry, prefix: &str) {
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        if shown.starts_with('.') || self.is_full() {
            return;
        }
        let path = if prefix.is_empty() { shown.to_string() } else { format!("{prefix}/{shown}") };
        if name.to_str().is_none() {
            let fault = Fault::new("manifest-bad-path", format!("the name of `{path}` is not UTF-8"));
            return self.faults.push(fault.in_file(path));
        }
        match entry.file_type() {
            Ok(kind) if kind.is_symlink() => self.link(&entry.path(), path),
            Ok(kind) if kind.is_dir() => self.subfolder(&entry.path(), path, prefix.is_empty()),
            Ok(kind) if kind.is_file() => {
                self.listing.files.insert(path, entry.path());
            }
            Ok(_) => {
                let fault = Fault::new("not-a-file", format!("`{path}` is neither a file nor a folder"));
                self.faults.push(fault.in_file(path));
            }
            Err(error) => self.unreadable(&path, &error),
        }
    }

    fn subfolder(&mut self, folder: &Path, path: String, at_the_top: bool) {
        match at_the_top.then(|| why_left_out(folder, &path)).flatten() {
            Some(reason) => {
                self.listing.left_out.insert(path, reason);
            }
            None => self.folder(folder, &path),
        }
    }

    fn link(&mut self, link: &Path, path: String) {
        let wrong = match fs::canonicalize(link) {
            Ok(target) if !target.starts_with(self.root) => "leads out of the folder",
            Ok(target) if target.is_file() => {
                self.listing.files.insert(path, target);
                return;
            }
            Ok(_) => "does not lead to a file",
            Err(_) => "leads nowhere",
        };
        let fault = Fault::new("bad-link", format!("the link `{path}` {wrong}"));
        self.faults.push(fault.in_file(path).hint("put the file itself in its place"));
    }

    fn unreadable(&mut self, path: &str, error: &io::Error) {
        self.faults.push(Fault::new("read-failed", format!("`{path}` cannot be read: {error}")).in_file(path));
    }
}

/// Why a folder at the top is no part of the bundle.
fn why_left_out(folder: &Path, name: &str) -> Option<String> {
    if ALWAYS.contains(&name) {
        return None;
    }
    if NEVER.contains(&name) {
        return Some("builds leave folders of that name behind".into());
    }
    let mark =
        entries(folder).ok()?.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).find(|inside| {
            SOURCE_MARKS.contains(&inside.as_str()) || SOURCE_ENDINGS.iter().any(|end| inside.ends_with(end))
        })?;
    Some(format!("`{mark}` inside says that it is source"))
}

/// What lies in a folder, by name: the order in which a file system lists it differs.
fn entries(folder: &Path) -> io::Result<Vec<DirEntry>> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}
