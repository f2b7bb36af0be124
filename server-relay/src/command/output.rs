//! What a command prints: its result on the standard output, everything else on the standard error.

use std::io::{self, IsTerminal, Write};

use serde_json::Value;

use super::failure::Failure;

/// Where results go, and in which form.
pub(super) struct Output {
    json: bool,
}

impl Output {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether JSON was asked for.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether somebody watches: then there are remarks and progress.
    pub(super) fn is_watched(&self) -> bool {
        !self.json && io::stderr().is_terminal()
    }

    /// The result: one JSON document, or lines for people.
    pub(super) fn result(&self, json: &Value, people: impl FnOnce() -> String) -> Result<(), Failure> {
        match self.json {
            true => self.line(json),
            false => self.text(&people()),
        }
    }

    /// One JSON document on one line.
    pub(super) fn line(&self, json: &Value) -> Result<(), Failure> {
        self.bytes(format!("{json}\n").as_bytes())
    }

    /// Text for people; colours are stripped where they cannot be shown.
    pub(super) fn text(&self, text: &str) -> Result<(), Failure> {
        let mut out = anstream::stdout().lock();
        heard(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
    }

    /// Bytes as they are.
    pub(super) fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        heard(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// A remark beside the result, for whoever watches.
    pub(super) fn remark(&self, text: &str) {
        if self.is_watched() {
            self.last_words(&format!("{text}\n"));
        }
    }

    /// Why it failed, for people.
    pub(super) fn last_words(&self, text: &str) {
        // Where the standard error is closed there is nobody to tell.
        let _ = anstream::stderr().lock().write_all(text.as_bytes());
    }

    /// Why it failed, as the one JSON document.
    pub(super) fn last_words_json(&self, json: &Value) {
        let _ = self.line(json);
    }
}

fn heard(written: io::Result<()>) -> Result<(), Failure> {
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::unheard(),
        _ => Failure::new("write-failed", format!("the output cannot be written: {error}")),
    })
}
