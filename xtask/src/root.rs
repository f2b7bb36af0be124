//! Where things are. Every path of the project starts here; nothing depends on the directory `cargo xtask` was called in.

use std::path::{Path, PathBuf};

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    // xtask lies one folder below the root, and is always built where it runs.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// A path below the root.
pub(crate) fn at(path: impl AsRef<Path>) -> PathBuf {
    root().join(path)
}

/// Cargo's build folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| at("target"), |folder| at(PathBuf::from(folder)))
}

/// Our own part of the build folder: stamps, intermediate files, reports.
pub(crate) fn scratch(path: impl AsRef<Path>) -> PathBuf {
    target().join("xtask").join(path)
}

/// A path as people read it: relative to the root.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
