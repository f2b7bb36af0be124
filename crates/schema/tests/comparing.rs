//! Whether a schema takes all that another takes: pairs as fixtures, and a search for counter-examples.

use proptest::prelude::*;
use serde_json::{Value, json};
use starlane_schema::{Schema, gap, read_json};

use crate::strategies::{Choices, TYPES, body, schema};

fn compiled(schema: &Value) -> Schema {
    Schema::compile(schema).unwrap_or_else(|errors| panic!("{schema}: {errors:?}"))
}

#[test]
fn pairs_of_schemas_are_compatible_or_have_this_counter_example() {
    let fixtures: Vec<Value> = serde_json::from_str(include_str!("fixtures/compatible.json")).unwrap();
    assert!(fixtures.len() >= 30);
    for fixture in fixtures {
        let name = &fixture["name"];
        let (old, new) = (compiled(&fixture["old"]), compiled(&fixture["new"]));
        let found = gap(&old, &new);
        match fixture.get("gap") {
            None => assert_eq!(found, None, "{name}"),
            Some(wanted) => {
                let found = found.unwrap_or_else(|| panic!("{name}: no gap"));
                assert_eq!(json!({ "example": found.example, "reason": found.reason }), *wanted, "{name}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn a_body_that_the_old_takes_and_the_new_refuses_is_found_or_does_not_exist(
        old in schema(), new in schema(), bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 24), 8),
    ) {
        holds(&compiled(&old), &compiled(&new), &bodies)?;
        // Halves of one another meet more often.
        let mut mixed = old.clone();
        mixed["definitions"] = new["definitions"].clone();
        if let Ok(mixed) = Schema::compile(&mixed) {
            holds(&compiled(&old), &mixed, &bodies)?;
        }
        for change in &bodies {
            let mut changed = old.clone();
            change_a_type(&mut changed, &mut change.iter());
            holds(&compiled(&old), &compiled(&changed), &bodies)?;
        }
        prop_assert_eq!(gap(&compiled(&old), &compiled(&old)), None);
    }
}

/// Puts another type where the schema has one, perhaps.
fn change_a_type(schema: &mut Value, choices: &mut std::slice::Iter<'_, u8>) {
    match schema {
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| match (name.as_str(), &value) {
            ("type", Value::String(_)) => {
                let choice = choices.next().map_or(0, |byte| usize::from(*byte));
                if choice.is_multiple_of(2) {
                    *value = TYPES[choice / 2 % TYPES.len()].into();
                }
            }
            _ => change_a_type(value, choices),
        }),
        Value::Array(items) => items.iter_mut().for_each(|item| change_a_type(item, choices)),
        _ => {}
    }
}

fn holds(old: &Schema, new: &Schema, bodies: &[Vec<u8>]) -> Result<(), TestCaseError> {
    match gap(old, new) {
        Some(gap) => {
            let example = gap.example.expect("so small a schema has a small example");
            let value = read_json(example.as_bytes()).unwrap();
            prop_assert_eq!(old.check(&value), Ok(()), "{}", example);
            prop_assert!(new.check(&value).is_err(), "{}", example);
        }
        None => {
            for choices in bodies {
                let Some(body) = body(old, old.root(), &mut Choices(choices.iter()), 5) else { continue };
                prop_assert_eq!(old.check(&body), Ok(()));
                prop_assert_eq!(new.check(&body), Ok(()), "{}", body.to_json());
            }
        }
    }
    Ok(())
}

#[test]
fn schemas_that_are_entangled_past_any_use_are_refused_and_not_followed_for_ever() {
    // Two circles whose lengths have no common divisor meet in a number of pairs that is their product.
    let circle = |length: usize| {
        let definitions: serde_json::Map<_, _> = (0..length)
            .map(|n| (format!("d{n:04}"), json!({ "elements": { "ref": format!("d{:04}", (n + 1) % length) } })))
            .collect();
        compiled(&json!({ "definitions": definitions, "ref": "d0000" }))
    };
    assert_eq!(gap(&circle(101), &circle(103)), None);
    let refused = gap(&circle(1_009), &circle(1_013)).unwrap();
    assert_eq!((refused.example, refused.reason.as_str()), (None, "the schemas are too entangled to be compared"));
}

#[test]
fn what_there_is_to_say_is_bounded_too() {
    // Hundreds of members with long names, each of them wrong in each of hundreds of definitions.
    let name = |n: usize| format!("{n:04}{}", "n".repeat(500));
    let members: serde_json::Map<_, _> = (0..2_000).map(|n| (name(n), json!({ "type": "no type" }))).collect();
    let errors = Schema::compile(&json!({ "properties": members })).unwrap_err();
    assert_eq!(errors.len(), starlane_schema::limits::MISTAKES);
    assert!(errors.iter().all(|error| error.place.len() < 1_000 && error.message.len() < 1_000));

    // A discriminator beside itself, where every word is compared with every mapping of many members.
    let mapping = |open: bool| {
        let members: serde_json::Map<_, _> = (0..300).map(|n| (name(n), json!({ "ref": "d" }))).collect();
        let one = json!({ "optionalProperties": members, "additionalProperties": open });
        let mapping: serde_json::Map<_, _> = (0..12).map(|n| (format!("w{n}"), one.clone())).collect();
        let definitions = json!({ "d": { "discriminator": "t", "mapping": mapping } });
        compiled(&json!({ "definitions": definitions, "values": { "ref": "d" } }))
    };
    assert_eq!(gap(&mapping(true), &mapping(true)), None);
    let found = gap(&mapping(true), &mapping(false)).unwrap();
    assert!(found.reason.len() < 1_000 && found.example.is_some_and(|example| example.len() <= 2_000));
}

#[test]
fn a_counter_example_past_the_bounds_of_bodies_is_said_in_words() {
    // Each definition holds the next one twice: the smallest body has 2^30 values.
    let doubling = |last: Value| {
        let mut definitions = serde_json::Map::new();
        for n in 0..30 {
            let next = json!({ "ref": format!("d{:02}", n + 1) });
            definitions.insert(format!("d{n:02}"), json!({ "properties": { "l": next, "r": next } }));
        }
        definitions.insert("d30".into(), last);
        compiled(&json!({ "definitions": definitions, "ref": "d00" }))
    };
    let found = gap(&doubling(json!({ "type": "string" })), &doubling(json!({ "type": "boolean" }))).unwrap();
    assert_eq!(found.example, None);
    assert_eq!(found.place, "/l".repeat(30));
}
