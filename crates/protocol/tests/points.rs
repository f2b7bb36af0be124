//! Points: every valid text gives its segments and path, every invalid one its own error at its own byte.

use proptest::prelude::*;
use serde::Deserialize;
use starlane_protocol::{Agent, Point};

#[derive(Deserialize)]
struct Points {
    valid: Vec<Valid>,
    invalid: Vec<Invalid>,
}

#[derive(Deserialize)]
struct Valid {
    text: String,
    segments: Vec<String>,
    path: Option<String>,
}

#[derive(Deserialize)]
struct Invalid {
    text: String,
    code: String,
    at: usize,
}

fn point(text: &str) -> Point {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn valid_points_are_taken_apart() {
    for case in crate::fixtures::read::<Points>("points.json").valid {
        let point = point(&case.text);
        assert_eq!(point.segments().collect::<Vec<_>>(), case.segments, "{}", case.text);
        assert_eq!(point.path(), case.path.as_deref(), "{}", case.text);
        assert_eq!(point.space(), case.segments[0], "{}", case.text);
        assert_eq!(point.to_string(), case.text);
        assert_eq!(serde_json::from_str::<Point>(&serde_json::to_string(&point).unwrap()).unwrap(), point);
    }
}

#[test]
fn invalid_points_are_refused_with_code_and_place() {
    for case in crate::fixtures::read::<Points>("points.json").invalid {
        let error = case.text.parse::<Point>().expect_err(&case.text);
        assert_eq!((error.code(), error.at()), (case.code.as_str(), case.at), "{:?}", case.text);
    }
}

#[test]
fn a_point_knows_what_is_above_and_below_it() {
    let room = point("localhost:chat:room");
    assert_eq!(room.parent(), Some(point("localhost:chat")));
    assert_eq!(point("localhost:chat:/x/y").parent(), Some(point("localhost:chat")));
    assert_eq!(point("localhost").parent(), None);
    assert_eq!(room.child("tea-time").unwrap(), point("localhost:chat:room:tea-time"));
    for (inner, outer, within) in [
        ("a:b", "a:b", true),
        ("a:b:c", "a:b", true),
        ("a:b:/x", "a:b", true),
        ("a:bc", "a:b", false),
        ("a", "a:b", false),
        ("a:/x/y", "a:/x", true),
        ("a:/x/y", "a:/x/", true),
        ("a:/x/y", "a:/", true),
        ("a:/xy", "a:/x", false),
        ("a:/x:y", "a:/x", false),
    ] {
        assert_eq!(point(inner).is_within(&point(outer)), within, "{inner} within {outer}");
    }
}

#[test]
fn a_child_is_one_segment_and_nothing_else() {
    for wrong in ["", "a:b", "/x", ":/x", "A", "a/b", "*"] {
        assert!(point("localhost:chat").child(wrong).is_err(), "{wrong}");
    }
    assert_eq!(point("a:b").child("x--y").unwrap_err().at(), 6);
    assert!(point("a:/x").child("y").is_err());
    let full = vec!["a"; 32].join(":");
    assert_eq!(point(&full).child("a").unwrap_err().code(), "point-too-many-segments");
}

#[test]
fn an_agent_is_anonymous_or_a_point_without_a_path() {
    assert_eq!("anonymous".parse::<Agent>().unwrap(), Agent::Anonymous);
    assert!("localhost:users:ada".parse::<Agent>().unwrap().is_user());
    for other in ["localhost:users", "localhost:users:ada:x", "localhost:chat:ada", "anonymous"] {
        assert!(!other.parse::<Agent>().unwrap().is_user(), "{other}");
    }
    assert_eq!("localhost:users:ada:/x".parse::<Agent>().unwrap_err().code(), "bad-agent");
    assert!("".parse::<Agent>().is_err());
}

/// Texts that are nearly points.
pub(crate) fn near_points() -> impl Strategy<Value = String> {
    "[a-z0-9.:/*\\-]{0,40}|[a-z]{1,9}(:[a-z0-9]{1,5}(-[a-z0-9]{1,3}){0,2}){0,4}(:[0-9]\\.[0-9]\\.[0-9](-rc\\.[0-9])?)?(:/[a-z./é]{0,12})?"
}

/// Points of every shape.
pub(crate) fn points() -> impl Strategy<Value = Point> {
    "[a-z0-9]{1,9}(\\.[a-z]{1,3})?(:[a-z0-9]{1,5}(-[a-z0-9]{1,3}){0,2}){0,4}(:[1-9]\\.0\\.2(-rc\\.1)?)?(:(/[a-zé:]{1,6}){1,3})?"
        .prop_map(|text| point(&text))
}

proptest! {
    #[test]
    fn any_text_is_a_point_or_a_named_error(text in "\\PC{0,60}") {
        settle(&text)?;
    }

    #[test]
    fn nearly_points_too(text in near_points()) {
        settle(&text)?;
    }

    #[test]
    fn a_point_is_what_its_parts_say(point in points()) {
        let whole = point.segments().collect::<Vec<_>>().join(":");
        prop_assert_eq!(&whole, point.stem());
        let text = point.path().map_or(whole.clone(), |path| format!("{whole}:{path}"));
        prop_assert_eq!(&text, point.as_str());
        prop_assert!(point.parent().is_none_or(|parent| point.is_within(&parent) && parent != point));
    }
}

fn settle(text: &str) -> Result<(), TestCaseError> {
    match text.parse::<Point>() {
        Ok(point) => {
            prop_assert_eq!(point.to_string(), text);
            prop_assert_eq!(point.to_string().parse::<Point>().unwrap(), point);
        }
        Err(error) => {
            prop_assert!(error.code().starts_with("point-"));
            prop_assert!(error.at() <= text.len());
        }
    }
    Ok(())
}
