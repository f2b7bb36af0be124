//! A publisher's key: a file with the 64 hex digits of an Ed25519 secret, which only its owner may read.

use std::env;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use starlane_bundle::{Digest, SecretKey};

use super::failure::Failure;
use crate::keys::random;

/// Where a key lies below the user's folder for configuration.
const PLACE: &str = "starlane/publisher.key";

/// Where the key lies that nobody named: `$XDG_CONFIG_HOME/starlane`, else `~/.config/starlane`.
pub(super) fn default_place() -> Option<PathBuf> {
    let variable = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || variable("HOME").map(|home| home.join(".config"));
    variable("XDG_CONFIG_HOME").or_else(home).map(|folder| folder.join(PLACE))
}

/// Makes a key and writes it; nothing that is there is overwritten.
pub(super) fn make(file: &Path) -> Result<SecretKey, Failure> {
    let secret: [u8; 32] = random().map_err(|error| unwritable(file, &error))?;
    write(file, &secret).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => taken(file),
        _ => unwritable(file, &error),
    })?;
    Ok(SecretKey::from_secret(&secret))
}

fn write(file: &Path, secret: &[u8; 32]) -> io::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(file)?;
    // 32 bytes are written as a digest is.
    writeln!(opened, "{}", Digest(*secret))?;
    opened.sync_all()
}

fn taken(file: &Path) -> Failure {
    let failure = Failure::new("key-exists", format!("{} is there already, and is not overwritten", file.display()));
    match read(file) {
        Ok(key) => failure.hint(format!("its public key is {}; for another one name another file", key.public())),
        Err(_) => failure.hint("name another file"),
    }
}

fn unwritable(file: &Path, error: &io::Error) -> Failure {
    Failure::new("key-unwritable", format!("{} cannot be written: {error}", file.display()))
        .hint("name a file in a folder of yours")
}

/// Reads a key.
pub(super) fn read(file: &Path) -> Result<SecretKey, Failure> {
    let shown = file.display();
    let text = fs::read_to_string(file).map_err(|error| {
        Failure::new("key-unreadable", format!("{shown} cannot be read: {error}"))
            .hint("make a key with `starlane keygen`, or name its file with --key")
    })?;
    private(file)?;
    match text.trim_end().parse() {
        Ok(Digest(secret)) => Ok(SecretKey::from_secret(&secret)),
        Err(_) => Err(Failure::new("bad-key", format!("{shown} is not a key: it has not 64 hex digits"))
            .hint("make a key with `starlane keygen`")),
    }
}

/// A key that others can read is nobody's.
fn private(file: &Path) -> Result<(), Failure> {
    #[cfg(unix)]
    if let Ok(data) = fs::metadata(file)
        && std::os::unix::fs::PermissionsExt::mode(&data.permissions()) & 0o077 != 0
    {
        let shown = file.display();
        return Err(Failure::new("key-not-private", format!("{shown} can be read by others"))
            .hint(format!("if nobody has read it: `chmod 600 {shown}`; else revoke it and make another")));
    }
    let _ = file;
    Ok(())
}
