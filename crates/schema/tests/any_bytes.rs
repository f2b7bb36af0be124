//! Any bytes are a body or a named error, and any JSON is a schema or a list of mistakes.

use proptest::prelude::*;
use starlane_schema::{Schema, read_cbor, read_json};

fn json() -> impl Strategy<Value = serde_json::Value> {
    let names = prop::sample::select(&[
        "definitions",
        "nullable",
        "metadata",
        "ref",
        "type",
        "enum",
        "elements",
        "properties",
        "optionalProperties",
        "additionalProperties",
        "values",
        "discriminator",
        "mapping",
        "x",
    ]);
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        prop::sample::select(&["x", "string", "int8"]).prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            3 => prop::collection::vec((names.clone(), inner), 0..5)
                .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_a_body_or_a_named_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for read in [read_json(&bytes), read_cbor(&bytes)] {
            if let Err(error) = read {
                prop_assert!(error.code().starts_with("body-"));
            }
        }
    }

    #[test]
    fn any_json_is_a_schema_or_a_list_of_mistakes(json in json()) {
        if let Err(errors) = Schema::compile(&json) {
            prop_assert!(!errors.is_empty());
        }
    }
}
