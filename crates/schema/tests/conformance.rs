//! The RFC's own tests, as `json-typedef-spec` publishes them: every verdict, every place, every schema that is none.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;
use starlane_schema::{Schema, read_json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    schema: Value,
    instance: Value,
    errors: Vec<Places>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Places {
    instance_path: Vec<String>,
    schema_path: Vec<String>,
}

fn pointer(steps: &[String]) -> String {
    steps.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect()
}

#[test]
fn every_body_gets_the_verdict_and_the_places_of_the_rfc() {
    let cases: BTreeMap<String, Case> = serde_json::from_str(include_str!("fixtures/validation.json")).unwrap();
    assert_eq!(cases.len(), 316);
    for (name, case) in cases {
        let schema = Schema::compile(&case.schema).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        let text = case.instance.to_string();
        let body = read_json(text.as_bytes()).unwrap();
        let wanted: BTreeSet<_> =
            case.errors.iter().map(|error| (pointer(&error.instance_path), pointer(&error.schema_path))).collect();
        let found: BTreeSet<_> =
            schema.mismatches(&body).into_iter().map(|mismatch| (mismatch.place, mismatch.rule)).collect();
        assert_eq!(found, wanted, "{name}");
        assert_eq!(schema.check(&body).is_ok(), wanted.is_empty(), "{name}");
    }
}

#[test]
fn every_schema_that_is_none_is_refused() {
    let cases: BTreeMap<String, Value> = serde_json::from_str(include_str!("fixtures/invalid_schemas.json")).unwrap();
    assert_eq!(cases.len(), 49);
    for (name, schema) in cases {
        let errors = Schema::compile(&schema).expect_err(&name);
        assert!(!errors.is_empty(), "{name}");
    }
}
