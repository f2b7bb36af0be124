//! Methods, ids and code words: parsed strictly, written back as they were, never said twice.

use std::collections::BTreeSet;

use proptest::prelude::*;
use starlane_protocol::{Code, Method, MethodFamily, MethodPattern, StarSecret, WaveId};

#[test]
fn a_method_is_a_family_and_a_name() {
    for (text, family, name) in [
        ("Http<Get>", MethodFamily::Http, "Get"),
        ("Ext<Greet2>", MethodFamily::Ext, "Greet2"),
        ("Cmd<Watch>", MethodFamily::Cmd, "Watch"),
    ] {
        let method: Method = text.parse().unwrap();
        assert_eq!((method.family(), method.name(), method.as_str()), (family, name, text));
    }
    let longest = format!("Ext<A{}>", "a".repeat(58));
    assert!(longest.parse::<Method>().is_ok());
    let too_long = format!("Ext<A{}>", "a".repeat(59));
    for wrong in [
        "",
        "Get",
        "Http",
        "Http<>",
        "Http<get>",
        "http<Get>",
        "Ext<A",
        "Ext<A>>",
        "Ext<<A>",
        "Ext<É>",
        "Ext<A b>",
        " Ext<A>",
        "Ext<*>",
        &too_long,
    ] {
        assert!(wrong.parse::<Method>().is_err(), "{wrong}");
    }
}

#[test]
fn a_method_pattern_is_a_method_or_a_family() {
    let greet: Method = "Ext<Greet>".parse().unwrap();
    for (pattern, fits) in
        [("Ext<*>", true), ("Ext<Greet>", true), ("Ext<Gree>", false), ("Http<*>", false), ("Cmd<*>", false)]
    {
        let parsed: MethodPattern = pattern.parse().unwrap();
        assert_eq!((parsed.matches(&greet), parsed.to_string()), (fits, pattern.into()), "{pattern}");
    }
    assert!("*".parse::<MethodPattern>().is_err());
}

#[test]
fn ids_are_lower_case_hex_and_secrets_are_not_printed() {
    let id: WaveId = "000102030405060708090a0b0c0d0e0f".parse().unwrap();
    assert_eq!(id, WaveId(std::array::from_fn(|at| u8::try_from(at).unwrap())));
    for wrong in [
        "",
        "00",
        "000102030405060708090A0B0C0D0E0F",
        "000102030405060708090a0b0c0d0e0g",
        "é00102030405060708090a0b0c0d0e0",
    ] {
        assert!(wrong.parse::<WaveId>().is_err(), "{wrong}");
    }
    assert_eq!(format!("{:?}", StarSecret([7; 32])), "StarSecret(…)");
}

#[test]
fn no_code_word_is_said_twice() {
    let words: BTreeSet<&str> = Code::ALL.iter().map(|code| code.word()).collect();
    assert_eq!(words.len(), Code::ALL.len());
    for code in Code::ALL {
        assert_eq!(Code::from_word(code.word()), Some(*code));
        assert!((400..600).contains(&code.status()), "{code}");
        assert!(code.hint().ends_with('.'), "{code}");
    }
    assert_eq!(Code::from_word("later"), None);
}

proptest! {
    #[test]
    fn any_text_is_a_method_or_none(text in "(Http|Ext|Cmd|X)?<?[A-Za-z0-9<>*]{0,70}") {
        if let Ok(method) = text.parse::<Method>() {
            prop_assert_eq!(method.to_string(), text);
        }
    }

    #[test]
    fn an_id_is_its_text(bytes in any::<[u8; 16]>()) {
        prop_assert_eq!(WaveId(bytes).to_string().parse(), Ok(WaveId(bytes)));
    }
}
