//! Digests are SHA-256 in lower-case hex; ids that are no segment become one.

use proptest::collection::vec;
use proptest::prelude::*;
use starlane_bundle::{Digest, key_segment};
use starlane_protocol::Point;

#[test]
fn the_digest_of_abc_is_that_of_the_standard() {
    let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(Digest::of(b"abc").to_string(), known);
    assert_eq!(serde_json::to_string(&Digest::of(b"abc")).unwrap(), format!("\"{known}\""));
    for wrong in ["", "ab", &known[1..], &known.to_uppercase(), &format!("{known}0"), &format!("g{}", &known[1..])] {
        assert_eq!(wrong.parse::<Digest>().unwrap_err().code(), "bad-digest", "{wrong}");
    }
}

#[test]
fn ids_are_mapped_as_published() {
    for (text, key) in [
        ("ada@example.com", "wx6ilzkxkx46bubquefliqu3nm"),
        ("", "4oymiquy7qobjgx36tejs35zeq"),
        ("auth0|5f7c8ec7c33c6c004bbafe82", "igveq6eh4pcfygnsisfs6a3fkl"),
        ("日本", "z4vl6dc34mtmxerkod4bmp4ra6"),
    ] {
        assert_eq!(key_segment(text), key, "{text}");
    }
}

proptest! {
    #[test]
    fn a_digest_is_its_text_and_verifies_only_its_bytes(bytes in vec(any::<u8>(), 0..100), more in any::<u8>()) {
        let digest = Digest::of(&bytes);
        prop_assert_eq!(digest.to_string().parse(), Ok(digest));
        prop_assert!(digest.verifies(&bytes));
        prop_assert!(!digest.verifies(&[&bytes[..], &[more]].concat()));
    }

    #[test]
    fn any_text_is_a_digest_or_none(text in "[0-9a-fA-F]{60,68}|\\PC{0,40}") {
        if let Ok(digest) = text.parse::<Digest>() {
            prop_assert_eq!(digest.to_string(), text);
        }
    }

    #[test]
    fn any_id_becomes_a_segment(text in "\\PC{0,60}") {
        let users: Point = "localhost:users".parse().unwrap();
        prop_assert!(users.child(&key_segment(&text)).is_ok());
    }
}
