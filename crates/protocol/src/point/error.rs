//! What can be wrong with a point, and where.

use std::error::Error;
use std::fmt;

/// The kind of mistake in a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PointErrorKind {
    /// There is no text at all.
    Empty,
    /// More than 1,024 bytes.
    TooLong,
    /// More than 32 segments.
    TooManySegments,
    /// The first segment is not a host name in lower case.
    BadSpace,
    /// Two colons in a row, or one at the end.
    EmptySegment,
    /// A segment is not `[a-z0-9]+(-[a-z0-9]+)*`.
    BadSegment,
    /// A segment has more than 63 bytes.
    SegmentTooLong,
    /// A segment with a dot is not a semver version.
    BadVersion,
    /// The path holds a control character, a backslash or an empty part.
    BadPath,
    /// The path holds `.` or `..`.
    PathEscapes,
}

/// A text that is not a point: what is wrong, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointError {
    kind: PointErrorKind,
    at: usize,
}

impl PointError {
    pub(crate) fn new(kind: PointErrorKind, at: usize) -> Self {
        Self { kind, at }
    }

    /// What kind of mistake it is.
    pub fn kind(&self) -> PointErrorKind {
        self.kind
    }

    /// The byte, from 0, at which the mistake stands.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The stable code word.
    pub fn code(&self) -> &'static str {
        match self.kind {
            PointErrorKind::Empty => "point-empty",
            PointErrorKind::TooLong => "point-too-long",
            PointErrorKind::TooManySegments => "point-too-many-segments",
            PointErrorKind::BadSpace => "point-bad-space",
            PointErrorKind::EmptySegment => "point-empty-segment",
            PointErrorKind::BadSegment => "point-bad-segment",
            PointErrorKind::SegmentTooLong => "point-segment-too-long",
            PointErrorKind::BadVersion => "point-bad-version",
            PointErrorKind::BadPath => "point-bad-path",
            PointErrorKind::PathEscapes => "point-path-escapes",
        }
    }

    fn sentence(&self) -> &'static str {
        match self.kind {
            PointErrorKind::Empty => "a point cannot be empty",
            PointErrorKind::TooLong => "a point has at most 1,024 bytes",
            PointErrorKind::TooManySegments => "a point has at most 32 segments",
            PointErrorKind::BadSpace => {
                "a point begins with a host name in lower case, like `localhost` or `my-domain.com`"
            }
            PointErrorKind::EmptySegment => "there is an empty segment",
            PointErrorKind::BadSegment => "a segment is lower-case letters and digits, joined by single hyphens",
            PointErrorKind::SegmentTooLong => "a segment has at most 63 bytes",
            PointErrorKind::BadVersion => "only versions have dots, and this is none (a version is like `1.2.0`)",
            PointErrorKind::BadPath => "a path has no control characters, backslashes or empty parts",
            PointErrorKind::PathEscapes => "a path has no `.` or `..` parts",
        }
    }
}

impl fmt::Display for PointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.sentence(), self.at)
    }
}

impl Error for PointError {}
