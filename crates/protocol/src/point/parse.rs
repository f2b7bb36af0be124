//! The grammar of points, as functions over text that give the byte of the first mistake.

use super::{PointError, PointErrorKind as Kind};
use crate::limits::{POINT_BYTES, POINT_SEGMENTS, SEGMENT_BYTES, SPACE_BYTES};

/// Checks a whole point; gives where its segments end (the `:` before the path, or the end of the text).
pub(super) fn point(text: &str) -> Result<usize, PointError> {
    if text.is_empty() {
        return Err(PointError::new(Kind::Empty, 0));
    }
    if text.len() > POINT_BYTES {
        return Err(PointError::new(Kind::TooLong, POINT_BYTES));
    }
    let end = text.find(":/").unwrap_or(text.len());
    for (index, (at, part)) in parts(&text[..end]).enumerate() {
        if index == POINT_SEGMENTS {
            return Err(PointError::new(Kind::TooManySegments, at));
        }
        if index == 0 { space(part)? } else { segment(part, at)? }
    }
    if end < text.len() {
        path(&text[end + 1..], end + 1)?;
    }
    Ok(end)
}

/// The parts of a text between colons, also empty ones. Byte by byte: parts are so short that a search takes longer to
/// begin than to end.
#[derive(Clone)]
pub(super) struct Parts<'t>(Option<&'t str>);

impl<'t> Parts<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self(Some(text))
    }
}

impl<'t> Iterator for Parts<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let text = self.0.take()?;
        let Some(at) = text.bytes().position(|byte| byte == b':') else { return Some(text) };
        self.0 = Some(&text[at + 1..]);
        Some(&text[..at])
    }
}

/// The parts between colons, each with the byte it starts at.
pub(super) fn parts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    Parts::of(text).map(move |part| {
        let start = at;
        at += part.len() + 1;
        (start, part)
    })
}

/// Checks the first segment: a host name in lower case.
pub(super) fn space(text: &str) -> Result<(), PointError> {
    let bad = |at| Err(PointError::new(Kind::BadSpace, at));
    let mut at = 0;
    for label in text.split('.') {
        if label.len() > SEGMENT_BYTES {
            return bad(at + SEGMENT_BYTES);
        }
        if let Some(wrong) = wrong_in_name(label, true) {
            return bad(at + wrong);
        }
        at += label.len() + 1;
    }
    if text.len() > SPACE_BYTES { bad(SPACE_BYTES) } else { Ok(()) }
}

/// Checks one segment that begins at byte `at`.
pub(super) fn segment(text: &str, at: usize) -> Result<(), PointError> {
    if text.is_empty() {
        return Err(PointError::new(Kind::EmptySegment, at));
    }
    if text.len() > SEGMENT_BYTES {
        return Err(PointError::new(Kind::SegmentTooLong, at + SEGMENT_BYTES));
    }
    if text.contains('.') {
        return match semver::Version::parse(text) {
            Ok(_) => Ok(()),
            Err(_) => Err(PointError::new(Kind::BadVersion, at)),
        };
    }
    match wrong_in_name(text, false) {
        Some(wrong) => Err(PointError::new(Kind::BadSegment, at + wrong)),
        None => Ok(()),
    }
}

/// The first byte that breaks `[a-z0-9]+(-[a-z0-9]+)*`; a host name's label may hold hyphens in a row.
fn wrong_in_name(text: &str, hyphens_in_a_row: bool) -> Option<usize> {
    let mut before = b'-';
    for (at, byte) in text.bytes().enumerate() {
        let fits = match byte {
            b'a'..=b'z' | b'0'..=b'9' => true,
            b'-' => before != b'-' || (hyphens_in_a_row && at > 0),
            _ => false,
        };
        if !fits {
            return Some(at);
        }
        before = byte;
    }
    (before == b'-').then(|| text.len().saturating_sub(1))
}

fn path(text: &str, at: usize) -> Result<(), PointError> {
    if let Some(wrong) = text.find(|c: char| c.is_control() || c == '\\') {
        return Err(PointError::new(Kind::BadPath, at + wrong));
    }
    let mut start = at + 1;
    let parts = text[1..].split('/');
    let last = text[1..].matches('/').count();
    for (index, part) in parts.enumerate() {
        match part {
            "" if index < last => return Err(PointError::new(Kind::BadPath, start)),
            "." | ".." => return Err(PointError::new(Kind::PathEscapes, start)),
            _ => start += part.len() + 1,
        }
    }
    Ok(())
}
