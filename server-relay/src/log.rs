//! The log: the newest lines kept for whoever asks, and every line to standard error.
//!
//! The ring holds [`LINES`] lines; the oldest go first. A line's number never comes back, so a reader sees what it missed.

mod held;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use starlane_host::event::{LogLevel, LogLine};
use starlane_protocol::Point;

use crate::clock;
use crate::names::readable;
pub(crate) use held::Held;

/// Lines that are kept: about 1 MiB of text at 256 bytes a line.
const LINES: usize = 4_096;

/// Bytes of one line; what a guest may write at once. The rest is cut off.
const LINE_BYTES: usize = 1_024;

/// Lines given at once when nothing else is asked for, and the most.
pub(crate) const LINES_AT_ONCE: usize = 1_000;

/// One line as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Line {
    /// Rises by one with each line.
    pub(crate) seq: u64,
    /// Milliseconds since 1970 UTC.
    pub(crate) at: i64,
    /// `error`, `warning`, `info` or `detail`.
    pub(crate) level: &'static str,
    /// What it is about.
    pub(crate) point: Point,
    /// The line.
    pub(crate) text: String,
}

/// The newest lines.
#[derive(Debug, Default)]
pub(crate) struct Log {
    ring: Mutex<Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    last: u64,
    lines: VecDeque<Line>,
}

impl Log {
    /// Writes a line.
    pub(crate) fn write(&self, line: LogLine) {
        let LogLine { level, point, text } = line;
        let mut text = readable(&text);
        text.truncate(cut(&text, LINE_BYTES));
        tell(level, &point, &one_line(&text));
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.last += 1;
        let line = Line { seq: ring.last, at: clock::unix_ms(), level: word(level), point, text };
        if ring.lines.len() == LINES {
            ring.lines.pop_front();
        }
        ring.lines.push_back(line);
    }

    /// Lines about `point` and what is below it that are newer than `after`: the first `limit` of them when `after` is
    /// given, else the last.
    pub(crate) fn read(&self, point: &Point, after: Option<u64>, limit: usize) -> Vec<Line> {
        let limit = limit.min(LINES_AT_ONCE);
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |line: &&Line| line.seq > after.unwrap_or(0) && line.point.is_within(point);
        if after.is_some_and(|after| after > 0) {
            return ring.lines.iter().filter(fits).take(limit).cloned().collect();
        }
        let mut lines: Vec<Line> = ring.lines.iter().rev().filter(fits).take(limit).cloned().collect();
        lines.reverse();
        lines
    }
}

/// The largest length up to `most` that cuts no character.
fn cut(text: &str, most: usize) -> usize {
    (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn word(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Error => "error",
        LogLevel::Warning => "warning",
        LogLevel::Info => "info",
        LogLevel::Detail => "detail",
    }
}

/// Text as it may stand in a line of standard error: what a guest says cannot begin another line or drive a terminal.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

fn tell(level: LogLevel, point: &Point, text: &str) {
    match level {
        LogLevel::Error => tracing::error!(%point, "{text}"),
        LogLevel::Warning => tracing::warn!(%point, "{text}"),
        LogLevel::Info => tracing::info!(%point, "{text}"),
        LogLevel::Detail => tracing::debug!(%point, "{text}"),
    }
}

/// Sends what the relay says to standard error. `RUST_LOG` chooses what; without it, information and graver.
/// Does nothing when a subscriber is there already.
pub fn log_to_stderr() {
    drop(held_log());
}

/// The same, but what is said waits until it is released: the banner of a relay comes first.
pub(crate) fn held_log() -> Held {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let (held, lines) = Held::new(std::io::stderr);
    let lines = move || lines.clone();
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(lines).with_ansi(false).try_init();
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(point: &str, text: &str) -> LogLine {
        LogLine { level: LogLevel::Info, point: point.parse().unwrap(), text: text.into() }
    }

    #[test]
    fn a_reader_gets_what_is_below_its_point_and_newer_than_it_has() {
        let log = Log::default();
        log.write(line("localhost:chat:room", "one"));
        log.write(line("localhost:hello:greeter", "two"));
        log.write(line("localhost:chat:room", "three"));
        let texts = |point: &str, after| -> Vec<String> {
            log.read(&point.parse().unwrap(), after, 10).into_iter().map(|line| line.text).collect()
        };
        assert_eq!(texts("localhost:chat", None), ["one", "three"]);
        assert_eq!(texts("localhost", Some(1)), ["two", "three"]);
        assert_eq!(texts("localhost:chat:room", Some(3)), Vec::<String>::new());
    }

    #[test]
    fn compiled_names_are_kept_as_people_read_them() {
        let log = Log::default();
        log.write(line("localhost:a:b", "trapped, in _ZN4core9panicking5panic17h2400fc21e370df05E"));
        assert_eq!(log.read(&"localhost".parse().unwrap(), None, 1)[0].text, "trapped, in core::panicking::panic");
    }

    #[test]
    fn what_a_guest_says_cannot_begin_another_line() {
        assert_eq!(one_line("a\n2026 ERROR b\r\u{1b}[2J ä"), "a\u{fffd}2026 ERROR b\u{fffd}\u{fffd}[2J ä");
    }

    #[test]
    fn the_oldest_lines_go_first_and_long_ones_are_cut() {
        let log = Log::default();
        for number in 0..LINES + 2 {
            log.write(line("localhost", &format!("{number} {}", "ä".repeat(1_000))));
        }
        let point = "localhost".parse().unwrap();
        assert_eq!(log.read(&point, Some(1), 1)[0].seq, 3);
        assert!(log.read(&point, None, 1)[0].text.len() <= LINE_BYTES);
    }
}
