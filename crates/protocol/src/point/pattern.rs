//! Patterns over points: `*` is one segment, `**` any tail.

use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{Point, parse};
use crate::limits::{POINT_BYTES, POINT_SEGMENTS};

/// A point in which a segment may be `*` and the last may be `**` (none or more segments). A path is not part of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    text: Arc<str>,
    /// Where the first segment with a star begins; the text's length when there is none.
    plain: u16,
}

/// A text that is not a pattern: the byte at which it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatternError {
    at: usize,
}

impl PatternError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        "bad-pattern"
    }

    /// The byte, from 0, at which the mistake stands.
    pub fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a pattern is a point in which a segment may be `*` and the last `**` (at byte {})", self.at)
    }
}

impl Error for PatternError {}

impl Pattern {
    /// Whether the point (its path left out) fits.
    pub fn matches(&self, point: &Point) -> bool {
        // What has no star in it is compared at once: most patterns are a point, or one and what is below it.
        let (plain, starred) = self.text.split_at(usize::from(self.plain));
        let stem = point.stem();
        match starred {
            "" => plain == stem,
            "**" => stem.starts_with(plain) || plain.strip_suffix(':') == Some(stem),
            starred => stem.strip_prefix(plain).is_some_and(|rest| fits(starred, rest)),
        }
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn trusted(text: &str) -> Self {
        let starred = parse::parts(text).find(|(_, part)| part.starts_with('*'));
        // A pattern has at most 1,024 bytes, so its length always fits.
        let plain = u16::try_from(starred.map_or(text.len(), |(at, _)| at)).unwrap_or_default();
        Self { text: text.into(), plain }
    }
}

/// Whether the segments of a text fit those of a pattern.
fn fits(pattern: &str, text: &str) -> bool {
    let mut segments = parse::Parts::of(text);
    for part in parse::Parts::of(pattern) {
        if part == "**" {
            return true;
        }
        match segments.next() {
            Some(segment) if part == "*" || part == segment => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

impl From<&Point> for Pattern {
    fn from(point: &Point) -> Self {
        Self::trusted(point.stem())
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text.is_empty() || text.len() > POINT_BYTES {
            return Err(PatternError { at: text.len().min(POINT_BYTES) });
        }
        let count = text.split(':').count();
        for (index, (at, part)) in parse::parts(text).enumerate() {
            if index == POINT_SEGMENTS {
                return Err(PatternError { at });
            }
            if part == "*" || (part == "**" && index + 1 == count) {
                continue;
            }
            let fits = if index == 0 { parse::space(part) } else { parse::segment(part, at) };
            fits.map_err(|error| PatternError { at: error.at() })?;
        }
        Ok(Self::trusted(text))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

crate::text::as_text!(Pattern, "pattern");
