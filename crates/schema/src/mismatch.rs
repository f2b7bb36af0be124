//! Where a body is not what its schema says, and how the way there is kept.

use std::error::Error;
use std::fmt;

use crate::limits::SHOWN;

/// A place where a body is not what its schema says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The place in the body, as a JSON Pointer (RFC 6901): `/members/0/name`; empty for the whole body.
    pub place: String,
    /// The place in the schema, as a JSON Pointer: `/definitions/member/properties/name/type`.
    pub rule: String,
    /// What was expected there.
    pub expected: String,
    /// What was found there.
    pub found: String,
}

impl Mismatch {
    /// The mismatch as a sentence about `what`: "the body at `/name`: expected a string, found a number".
    pub fn of(&self, what: &str) -> String {
        let Mismatch { place, expected, found, .. } = self;
        match place.as_str() {
            "" => format!("{what}: expected {expected}, found {found}"),
            place => format!("{what} at `{place}`: expected {expected}, found {found}"),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" => write!(f, "expected {}, found {}", self.expected, self.found),
            place => write!(f, "at `{place}`: expected {}, found {}", self.expected, self.found),
        }
    }
}

impl Error for Mismatch {}

/// A text that is not longer than what is shown of one.
pub(crate) fn cut(text: String) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A way into a body or schema, as a list on the stack: it costs nothing until somebody asks for its text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way<'a> {
    before: Option<&'a Way<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Root,
    Name(&'a str),
    Index(usize),
}

impl<'a> Way<'a> {
    pub(crate) const ROOT: Way<'static> = Way { before: None, step: Step::Root };

    pub(crate) fn name(&'a self, name: &'a str) -> Way<'a> {
        Way { before: Some(self), step: Step::Name(name) }
    }

    pub(crate) fn index(&'a self, index: usize) -> Way<'a> {
        Way { before: Some(self), step: Step::Index(index) }
    }

    /// The way as a JSON Pointer.
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = self.before.map(Way::pointer).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Name(name) => {
                pointer.push('/');
                pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
            }
            Step::Index(index) => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
        }
        pointer
    }
}
