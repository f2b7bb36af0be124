//! No child outlives xtask, however xtask ends.
//!
//! A guard process reads lines from a pipe: `+<group>` when a child starts, `-<group>` when it has ended. The pipe closes
//! when xtask is gone, also by SIGKILL; the guard then ends every group that is left: SIGTERM, and SIGKILL after a grace.

use std::collections::BTreeSet;
use std::io::{BufRead, Write};
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// The hidden verb under which xtask starts itself as the guard.
pub(crate) const VERB: &str = "guard-children";

/// Time for children to end in order: a browser closes its profile, a relay its database.
const GRACE: Duration = Duration::from_secs(5);

static PIPE: OnceLock<Mutex<ChildStdin>> = OnceLock::new();

/// Starts the guard. Called once, before the first child.
pub(crate) fn start() -> Result<()> {
    let this = std::env::current_exe().context("cannot find xtask's own program")?;
    let mut guard = Command::new(this)
        .arg(VERB)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .context("cannot start the guard process")?;
    let pipe = guard.stdin.take().context("the guard has no standard input")?;
    // A second start would only replace the pipe with an equal one.
    let _ = PIPE.set(Mutex::new(pipe));
    Ok(())
}

/// Tells the guard of a child that leads its own process group.
pub(crate) fn watch(group: u32) {
    tell(&format!("+{group}\n"));
}

/// Tells the guard that the group has ended.
pub(crate) fn forget(group: u32) {
    tell(&format!("-{group}\n"));
}

/// Sends a signal to a whole group. A group that is gone is no error.
pub(crate) fn signal(group: u32, signal: Signal) {
    if let Ok(group) = i32::try_from(group) {
        let _ = killpg(Pid::from_raw(group), signal);
    }
}

/// The guard process itself.
pub(crate) fn serve() -> Result<()> {
    let mut groups = BTreeSet::new();
    for line in std::io::stdin().lock().lines() {
        note(&mut groups, &line.context("cannot read")?);
    }
    end_all(&groups, Signal::SIGTERM);
    if !groups.is_empty() {
        std::thread::sleep(GRACE);
    }
    end_all(&groups, Signal::SIGKILL);
    Ok(())
}

fn note(groups: &mut BTreeSet<u32>, line: &str) {
    let (sign, number) = line.split_at(1.min(line.len()));
    match (sign, number.parse()) {
        ("+", Ok(group)) => groups.insert(group),
        ("-", Ok(group)) => groups.remove(&group),
        _ => false,
    };
}

fn end_all(groups: &BTreeSet<u32>, how: Signal) {
    for group in groups {
        signal(*group, how);
    }
}

fn tell(line: &str) {
    if let Some(pipe) = PIPE.get() {
        // A guard that died cannot be told; the children are then only as safe as without one.
        let _ = pipe.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_ended_is_left_alone() {
        let mut groups = BTreeSet::new();
        for line in ["+12", "+34", "-12", "", "+x"] {
            note(&mut groups, line);
        }
        assert_eq!(groups, BTreeSet::from([34]));
    }
}
