//! Single byte ranges (RFC 9110, 14). Several at once are answered with the whole.

use std::ops::RangeInclusive;

/// What a `Range` header asks of a file of so many bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    Whole,
    /// These bytes, both ends included.
    Part(RangeInclusive<usize>),
    /// Nothing of the file.
    Nothing,
}

/// Reads a `Range` header.
pub(super) fn wanted(header: Option<&str>, size: usize) -> Wanted {
    let Some((first, last)) = header.and_then(bounds) else { return Wanted::Whole };
    let part = match (first, last) {
        (Some(first), last) => (first, last.unwrap_or(usize::MAX)),
        (None, Some(0)) => return Wanted::Nothing,
        (None, Some(suffix)) => (size.saturating_sub(suffix), usize::MAX),
        (None, None) => return Wanted::Whole,
    };
    match part {
        (first, last) if first > last => Wanted::Whole,
        (first, _) if first >= size => Wanted::Nothing,
        (first, last) => Wanted::Part(first..=last.min(size - 1)),
    }
}

fn bounds(header: &str) -> Option<(Option<usize>, Option<usize>)> {
    let (first, last) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| match text.trim() {
        "" => Some(None),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(Some(digits.parse().unwrap_or(usize::MAX))),
        _ => None,
    };
    Some((number(first)?, number(last)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (header, wanted_part) in [
            (None, Wanted::Whole),
            (Some("bytes=0-3"), Wanted::Part(0..=3)),
            (Some("bytes=4-"), Wanted::Part(4..=9)),
            (Some("bytes=-3"), Wanted::Part(7..=9)),
            (Some("bytes=-30"), Wanted::Part(0..=9)),
            (Some("bytes=8-99"), Wanted::Part(8..=9)),
            (Some("bytes=10-"), Wanted::Nothing),
            (Some("bytes=-0"), Wanted::Nothing),
            (Some("bytes=5-2"), Wanted::Whole),
            (Some("bytes=0-1,3-4"), Wanted::Whole),
            (Some("lines=0-1"), Wanted::Whole),
            (Some("bytes=-"), Wanted::Whole),
            (Some("bytes=99999999999999999999-"), Wanted::Nothing),
        ] {
            assert_eq!(wanted(header, 10), wanted_part, "{header:?}");
        }
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Nothing);
    }
}
