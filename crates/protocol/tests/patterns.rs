//! Patterns: `*` is one segment, `**` any tail, paths play no part.

use proptest::prelude::*;
use serde::Deserialize;
use starlane_protocol::{Pattern, Point};

use crate::points::points;

#[derive(Deserialize)]
struct Patterns {
    cases: Vec<Case>,
    invalid: Vec<Invalid>,
}

#[derive(Deserialize)]
struct Case {
    pattern: String,
    point: String,
    matches: bool,
}

#[derive(Deserialize)]
struct Invalid {
    text: String,
    code: String,
    at: usize,
}

#[test]
fn patterns_fit_what_they_say() {
    for Case { pattern, point, matches } in crate::fixtures::read::<Patterns>("patterns.json").cases {
        let parsed: Pattern = pattern.parse().unwrap_or_else(|error| panic!("{pattern}: {error}"));
        assert_eq!(parsed.to_string(), pattern);
        assert_eq!(parsed.matches(&point.parse::<Point>().unwrap()), matches, "{pattern} {point}");
    }
}

#[test]
fn invalid_patterns_are_refused_with_their_place() {
    for Invalid { text, code, at } in crate::fixtures::read::<Patterns>("patterns.json").invalid {
        let error = text.parse::<Pattern>().expect_err(&text);
        assert_eq!((error.code(), error.at()), (code.as_str(), at), "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_pattern_or_an_error(text in "[a-z*:.\\-]{0,24}|\\PC{0,40}") {
        match text.parse::<Pattern>() {
            Ok(pattern) => prop_assert_eq!(pattern.to_string().parse::<Pattern>().unwrap(), pattern),
            Err(error) => prop_assert!(error.at() <= text.len()),
        }
    }

    #[test]
    fn every_point_fits_itself_its_stars_and_its_tails(point in points(), wild in any::<prop::sample::Index>()) {
        prop_assert!(Pattern::from(&point).matches(&point));
        let mut segments: Vec<&str> = point.segments().collect();
        let at = wild.index(segments.len());
        segments[at] = "*";
        prop_assert!(segments.join(":").parse::<Pattern>().unwrap().matches(&point));
        segments.truncate(at);
        segments.push("**");
        prop_assert!(segments.join(":").parse::<Pattern>().unwrap().matches(&point));
    }

    #[test]
    fn a_pattern_fits_segment_by_segment(
        pattern in "(a|b|[*]|localhost)(:(a|b|ab|[*])){0,4}(:[*][*])?",
        point in "(a|b|localhost)(:(a|b|ab)){0,5}",
    ) {
        let fits = |pattern: &str| {
            let (parts, segments): (Vec<_>, Vec<_>) = (pattern.split(':').collect(), point.split(':').collect());
            parts.len() == segments.len() && parts.iter().zip(&segments).all(|(part, is)| part == &"*" || part == is)
        };
        let expected = match pattern.strip_suffix(":**") {
            Some(head) => (0..=point.split(':').count()).any(|more| fits(&format!("{head}{}", ":*".repeat(more)))),
            None => fits(&pattern),
        };
        prop_assert_eq!(pattern.parse::<Pattern>().unwrap().matches(&point.parse().unwrap()), expected);
    }
}
