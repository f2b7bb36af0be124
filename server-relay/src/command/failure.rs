//! Failures of the command: what, where, and a hint; with a stable code word and an exit code.

use std::fmt::Write as _;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value, json};

use super::output::Output;
use crate::publish::Faults;

/// The exit code of a command that was understood and did not succeed.
const FAILED: u8 = 1;
/// The exit code of a command that cannot be understood.
pub(super) const MISUSED: u8 = 2;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();

/// Why a command did not succeed.
#[derive(Debug)]
pub(crate) struct Failure(Box<Told>);

#[derive(Debug)]
struct Told {
    code: String,
    message: String,
    /// Lines between the message and the hint: where it is.
    place: Option<String>,
    hint: Option<String>,
    exit: u8,
    /// What else the JSON form says.
    more: Map<String, Value>,
    /// What the mistakes of a folder come to.
    outcome: &'static str,
    /// Whether what there is to say was said already.
    is_told: bool,
}

impl Failure {
    /// Something did not succeed.
    pub(super) fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        let (code, message) = (code.into(), message.into());
        let told = Told {
            code,
            message,
            place: None,
            hint: None,
            exit: FAILED,
            more: Map::new(),
            outcome: "nothing was published",
            is_told: false,
        };
        Self(Box::new(told))
    }

    /// The command cannot be understood.
    pub(super) fn misuse(code: impl Into<String>, message: impl Into<String>) -> Self {
        let mut failure = Self::new(code, message);
        failure.0.exit = MISUSED;
        failure
    }

    /// The reader of the output went away (`starlane ls | head`): nothing to say, nothing failed.
    pub(super) fn unheard() -> Self {
        let mut failure = Self::new("unheard", "");
        (failure.0.exit, failure.0.is_told) = (0, true);
        failure
    }

    /// The mistakes of a folder.
    pub(super) fn of_folder(faults: &Faults, folder: &str) -> Self {
        let mut shown = String::new();
        for fault in faults.all() {
            // Writing into a string cannot fail.
            let _ = writeln!(shown, "{}", fault.render(folder));
        }
        Self::new(faults.code(), faults.to_string()).with("faults", json!(faults.all())).place(shown)
    }

    /// The mistakes of one document.
    pub(super) fn of_document(faults: &Faults, folder: &str) -> Self {
        let shown: String = faults.all().iter().map(|fault| fault.render(folder) + "\n").collect();
        let message = match faults.all().len() {
            1 => "the document has a mistake".to_owned(),
            more => format!("the document has {more} mistakes"),
        };
        Self::new(faults.code(), message).with("mistakes", json!(faults.all())).place(shown)
    }

    /// The same mistakes of a folder, which come to this.
    pub(super) fn nothing(mut self, outcome: &'static str) -> Self {
        self.0.outcome = outcome;
        self
    }

    /// The same, with what to do about it.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The same, with lines that show where it is.
    pub(super) fn place(mut self, place: impl Into<String>) -> Self {
        self.0.place = Some(place.into());
        self
    }

    /// The same, with each of several things that stand against it.
    pub(super) fn details(self, details: &[String]) -> Self {
        if details.is_empty() {
            return self;
        }
        let lines: String = details.iter().map(|detail| format!("  - {}\n", plain(detail))).collect();
        self.place(lines).with("details", json!(details))
    }

    /// The same, with one more field in its JSON form.
    pub(super) fn with(mut self, name: &str, value: Value) -> Self {
        self.0.more.insert(name.into(), value);
        self
    }

    /// The stable code word.
    pub(super) fn code(&self) -> &str {
        &self.0.code
    }

    /// What is told, without what a terminal would obey.
    pub(super) fn message(&self) -> String {
        plain(&self.0.message)
    }

    /// Prints it and gives the exit code.
    pub(super) fn tell(&self, output: &Output) -> ExitCode {
        if !self.0.is_told {
            match output.is_json() {
                true => output.last_words_json(&self.to_json()),
                false => output.last_words(&self.render()),
            }
        }
        ExitCode::from(self.0.exit)
    }

    /// `{code, message, hint?, …}`.
    pub(super) fn to_json(&self) -> Value {
        let mut told = Map::new();
        told.insert("code".into(), json!(self.0.code));
        told.insert("message".into(), json!(self.0.message));
        told.extend(self.0.hint.iter().map(|hint| ("hint".to_owned(), json!(hint))));
        told.extend(self.0.more.clone());
        Value::Object(told)
    }

    /// As people read it.
    pub(super) fn render(&self) -> String {
        let mut shown = String::new();
        let is_folder = self.0.more.contains_key("faults");
        if is_folder {
            shown.push_str(self.0.place.as_deref().unwrap_or_default());
            // Writing into a string cannot fail.
            let _ = writeln!(shown, "{ERROR}{}:{ERROR:#} {}", self.0.outcome, self.summary());
            return shown;
        }
        let _ = writeln!(shown, "{ERROR}error:{ERROR:#} {}", plain(&self.0.message));
        shown.push_str(self.0.place.as_deref().unwrap_or_default());
        if let Some(hint) = &self.0.hint {
            let _ = writeln!(shown, "{HINT}hint:{HINT:#} {}", plain(hint));
        }
        shown
    }

    fn summary(&self) -> &str {
        match self.0.more.get("faults").and_then(Value::as_array).map(Vec::len) {
            Some(1) => "the folder has one mistake",
            _ => &self.0.message,
        }
    }
}

/// What others said, without what a terminal would obey.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}
