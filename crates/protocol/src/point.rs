//! Points: the names of everything in the mesh.
//!
//! A point is parsed once, at the edge, and carried as this type. It is cheap to clone and ordered by its text.
//! A segment is `[a-z0-9]+(-[a-z0-9]+)*` or a semver version; only versions have dots.

mod error;
mod parse;
mod pattern;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

pub use error::{PointError, PointErrorKind};
pub use pattern::{Pattern, PatternError};

/// `space`, then `:segment`s, then optionally `:/path`; at most 1,024 bytes and 32 segments.
#[derive(Clone)]
pub struct Point {
    text: Arc<str>,
    /// Where the `:` before the path stands; the text's length when there is no path.
    end: u16,
}

// Where the path begins follows from the text: comparing it as well would only be more to do.
impl PartialEq for Point {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Point {}

impl PartialOrd for Point {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Point {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for Point {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl Point {
    /// The host name the point lives under: its first segment.
    pub fn space(&self) -> &str {
        self.segments().next().unwrap_or_default()
    }

    /// The segments, the space first, the path left out.
    pub fn segments(&self) -> impl Iterator<Item = &str> + Clone {
        parse::Parts::of(self.stem())
    }

    /// The point without its path.
    pub fn stem(&self) -> &str {
        &self.text[..usize::from(self.end)]
    }

    /// The path, with its leading slash, if there is one.
    pub fn path(&self) -> Option<&str> {
        self.text.get(usize::from(self.end) + 1..)
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The point one segment (or the path) shorter; `None` for a space.
    pub fn parent(&self) -> Option<Point> {
        let end = if self.path().is_some() { usize::from(self.end) } else { self.stem().rfind(':')? };
        Some(Self::trusted(&self.text[..end], end))
    }

    /// The point with one more segment: never more than one, and never a path.
    ///
    /// # Errors
    /// What parsing `self:segment` would give, or a text that is not one segment; a point with a path has no segments
    /// below it.
    pub fn child(&self, segment: &str) -> Result<Point, PointError> {
        if self.path().is_some() {
            return Err(PointError::new(PointErrorKind::BadSegment, self.text.len()));
        }
        parse::segment(segment, self.text.len() + 1)?;
        format!("{}:{segment}", self.text).parse()
    }

    /// Whether this point is `other` or below it: a segment of it, or a file in its folder.
    pub fn is_within(&self, other: &Point) -> bool {
        let below = if other.path().is_some() { '/' } else { ':' };
        self.as_str().strip_prefix(other.as_str()).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(below) || (below == '/' && other.as_str().ends_with('/'))
        })
    }

    fn trusted(text: &str, end: usize) -> Point {
        // A point has at most 1,024 bytes, so its length always fits.
        Point { text: text.into(), end: u16::try_from(end).unwrap_or(u16::MAX) }
    }
}

impl FromStr for Point {
    type Err = PointError;

    fn from_str(text: &str) -> Result<Self, PointError> {
        let end = parse::point(text)?;
        Ok(Self::trusted(text, end))
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl AsRef<str> for Point {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

crate::text::as_text!(Point, "point");
