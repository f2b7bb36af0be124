//! The RFC's own tests, as `json-typedef-spec` publishes them: every verdict, every place, every schema that is none.
//! Run natively as tests, and on wasm32 as the program `tests/conformance`.

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

/// Bodies that get another verdict, or other places, than the RFC says; and how many there are in all.
pub(crate) fn bodies() -> (Vec<String>, usize) {
    let cases: BTreeMap<String, Case> = serde_json::from_str(include_str!("fixtures/validation.json")).unwrap();
    let failed = cases.iter().filter(|(_, case)| !case.holds()).map(|(name, _)| name.clone());
    (failed.collect(), cases.len())
}

/// Schemas that are none and are taken; and how many there are in all.
pub(crate) fn schemas() -> (Vec<String>, usize) {
    let cases: BTreeMap<String, Value> = serde_json::from_str(include_str!("fixtures/invalid_schemas.json")).unwrap();
    let taken = cases.iter().filter(|(_, schema)| Schema::compile(schema).is_ok()).map(|(name, _)| name.clone());
    (taken.collect(), cases.len())
}

impl Case {
    fn holds(&self) -> bool {
        let Ok(schema) = Schema::compile(&self.schema) else { return false };
        let text = self.instance.to_string();
        let body = read_json(text.as_bytes()).unwrap();
        let wanted: BTreeSet<_> =
            self.errors.iter().map(|error| (pointer(&error.instance_path), pointer(&error.schema_path))).collect();
        let found: BTreeSet<_> =
            schema.mismatches(&body).into_iter().map(|mismatch| (mismatch.place, mismatch.rule)).collect();
        found == wanted && schema.check(&body).is_ok() == wanted.is_empty()
    }
}
