//! What is wrong with a folder: one mistake, or all of them.

use std::error::Error;
use std::fmt;

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use starlane_bundle::ManifestError;

use super::Place;

/// One mistake in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The stable code word.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// The file it is about, by its path in the bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Where in that file.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub place: Option<Box<Place>>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// A schema that is none, or that stands where it cannot be used.
pub(super) const BAD_SCHEMA: &str = "bad-schema";

/// The word `error`.
const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The word `hint`.
const HINT: Style = AnsiColor::Cyan.on_default();

impl Fault {
    /// A mistake with its sentence.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), file: None, place: None, hint: None }
    }

    /// A manifest that would be refused.
    pub(super) fn of_manifest(error: ManifestError) -> Self {
        Self::new(error.code(), error.to_string())
    }

    /// The same, about this file.
    pub(super) fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// The same, at this place of its file.
    pub(super) fn at(mut self, place: Option<Place>) -> Self {
        self.place = place.map(Box::new);
        self
    }

    /// The same, with what to do about it.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The mistake as people read it, files named below `folder`.
    pub fn render(&self, folder: &str) -> String {
        let mut shown = format!("{ERROR}error:{ERROR:#} {}\n", self.message);
        match (&self.file, &self.place) {
            (Some(file), Some(place)) => shown.push_str(&place.render(&below(folder, file))),
            (Some(file), None) => shown.push_str(&format!("  --> {}\n", below(folder, file))),
            (None, _) => {}
        }
        if let Some(hint) = &self.hint {
            shown.push_str(&format!("{HINT}hint:{HINT:#} {hint}\n"));
        }
        shown
    }
}

fn below(folder: &str, file: &str) -> String {
    format!("{}/{file}", folder.trim_end_matches('/'))
}

/// Every mistake that was found; one at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// In the order of files and lines.
    pub(super) fn new(mut faults: Vec<Fault>) -> Self {
        let place = |fault: &Fault| fault.place.as_ref().map(|place| (place.line, place.column));
        faults.sort_by(|a, b| (&a.file, place(a)).cmp(&(&b.file, place(b))));
        Self(faults)
    }

    /// The code of the only mistake; `bad-bundle` when there are several.
    pub fn code(&self) -> &'static str {
        match self.0.as_slice() {
            [only] => only.code,
            _ => "bad-bundle",
        }
    }

    /// The mistakes.
    pub fn all(&self) -> &[Fault] {
        &self.0
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [only] => f.write_str(&only.message),
            all => write!(f, "the folder has {} mistakes", all.len()),
        }
    }
}

impl Error for Faults {}
