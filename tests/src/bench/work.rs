//! The processor-bound guest in a native star: reads a number of rounds a line, writes milliseconds and the checksum.

use std::io::{BufRead, Write as _};
use std::time::Instant;

use anyhow::Result;

use super::app::point;
use super::shell::Shell;

pub(super) fn serve() -> Result<()> {
    let mut shell = Shell::new(&[("work", "work")])?;
    let work = point("localhost:bench:work")?;
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let rounds = line?;
        let began = Instant::now();
        let pong = shell.ping(&work, "Ext<Work>", rounds.trim().as_bytes())?;
        let ms = began.elapsed().as_secs_f64() * 1e3;
        writeln!(out, "{ms} {}", String::from_utf8_lossy(&pong.body.bytes))?;
        out.flush()?;
    }
    Ok(())
}
