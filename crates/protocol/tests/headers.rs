//! Headers: ordered, lower-case, 64 and 16 KiB at most; what breaks a bound leaves them as they were.

use proptest::prelude::*;
use starlane_protocol::limits::{HEADERS, HEADERS_BYTES};
use starlane_protocol::{Headers, HeadersError};

use crate::strategies::headers;

#[test]
fn names_are_lower_case_and_values_hold_no_control_characters() {
    let mut headers = Headers::default();
    for (name, value) in [
        ("", ""),
        ("Accept", ""),
        ("a_b", ""),
        ("é", ""),
        ("a b", ""),
        (":path", ""),
        ("a", "x\r\ny"),
        ("a", "\0"),
        ("a", "\u{85}"),
    ] {
        assert_eq!(headers.push(name, value), Err(HeadersError::Malformed), "{name:?} {value:?}");
    }
    assert!(headers.is_empty());
    for value in ["", "a\tb", "é☕", "\u{a0}", "\"quoted\""] {
        assert_eq!(headers.push("x-1", value), Ok(()), "{value:?}");
    }
    assert_eq!((headers.len(), headers.get("x-1")), (5, Some("")));
}

#[test]
fn bounds_are_met_exactly() {
    let mut headers = Headers::default();
    for _ in 0..HEADERS {
        headers.push("a", "b").unwrap();
    }
    assert_eq!(headers.push("a", "b"), Err(HeadersError::TooMany));
    let mut headers = Headers::default();
    headers.push("a", &"b".repeat(HEADERS_BYTES - 1)).unwrap();
    assert_eq!(headers.weight(), HEADERS_BYTES);
    assert_eq!(headers.push("a", ""), Err(HeadersError::TooLarge));
    assert_eq!(HeadersError::TooLarge.code(), "headers-too-large");
}

#[test]
fn no_header_is_no_header() {
    let mut headers = Headers::default();
    headers.push("a", "b").unwrap();
    headers.remove("a");
    assert_eq!(headers, Headers::default());
}

proptest! {
    #[test]
    fn order_is_kept_and_removal_is_complete(headers in headers(), name in "[a-z]") {
        let pairs: Vec<(String, String)> = headers.clone().into();
        prop_assert_eq!(Headers::try_from(pairs.clone()), Ok(headers.clone()));
        let mut fewer = headers.clone();
        fewer.remove(&name);
        prop_assert_eq!(fewer.get(&name), None);
        let kept: Vec<_> = pairs.into_iter().filter(|(n, _)| *n != name).collect();
        prop_assert_eq!(Headers::try_from(kept), Ok(fewer));
        let json = serde_json::to_string(&headers).unwrap();
        prop_assert_eq!(serde_json::from_str::<Headers>(&json).unwrap(), headers);
    }
}
