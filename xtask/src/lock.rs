//! One xtask builds at a time in one checkout; a second one waits and says so.

use std::fs::{File, TryLockError};

use anyhow::{Context, Result};

use crate::root::scratch;

/// Held while building; released when dropped, and by the system when the process dies.
pub(crate) struct BuildLock(#[expect(dead_code, reason = "held, not read")] File);

/// Waits for the build folder.
pub(crate) fn build_lock() -> Result<BuildLock> {
    let path = scratch("lock");
    crate::files::parent(&path)?;
    let file = File::create(&path).context("cannot make the build folder's lock")?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("waiting for another cargo xtask in this folder");
            file.lock().context("cannot lock the build folder")?;
        }
        Err(TryLockError::Error(error)) => return Err(error).context("cannot lock the build folder"),
    }
    Ok(BuildLock(file))
}
