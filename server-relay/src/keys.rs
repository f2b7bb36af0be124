//! Keys: the space's root key and the key that signs tokens. Made at the first start; only the relay's user may read them.
//!
//! Whoever holds the root key holds the space.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use starlane_bundle::SecretKey;

/// Bytes of a secret key of Ed25519 (RFC 8032).
const SECRET_BYTES: usize = 32;

/// The relay's keys.
pub(crate) struct Keys {
    /// Signs records, and manifests that no publisher signed.
    pub(crate) root: SecretKey,
    /// Signs tokens.
    pub(crate) token: [u8; SECRET_BYTES],
}

impl Keys {
    /// Reads the keys in a folder, or makes those that are not there.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let root = SecretKey::from_secret(&secret(&folder.join("root.key"))?);
        Ok(Self { root, token: secret(&folder.join("token.key"))? })
    }
}

fn secret(path: &Path) -> io::Result<[u8; SECRET_BYTES]> {
    match fs::read(path) {
        Ok(bytes) => bytes.try_into().map_err(|_| {
            let what = format!("{} is not a key: it has not {SECRET_BYTES} bytes", path.display());
            io::Error::new(io::ErrorKind::InvalidData, what)
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let secret = random()?;
            write_private(path, &secret)?;
            Ok(secret)
        }
        Err(error) => Err(error),
    }
}

/// Random bytes from the system.
pub(crate) fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes sure that a rename in this folder is on disk.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened, and a rename needs no such thing.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_stay() {
        let folder = tempfile::tempdir().unwrap();
        let first = Keys::open(folder.path()).unwrap();
        let second = Keys::open(folder.path()).unwrap();
        assert_eq!(first.root.public(), second.root.public());
        assert_eq!(first.token, second.token);
        assert_ne!(&first.token, &[0; 32]);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_a_key() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        Keys::open(folder.path()).unwrap();
        let mode = fs::metadata(folder.path().join("root.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_key_is_a_clear_error() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("root.key"), b"short").unwrap();
        let Err(error) = Keys::open(folder.path()) else { panic!("a key of five bytes is accepted") };
        assert!(error.to_string().contains("root.key is not a key"));
    }
}
