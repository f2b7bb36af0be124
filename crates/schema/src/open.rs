//! Openness: an author's schema takes members it does not name, unless the author says `closed`.
//!
//! RFC 8927 has it the other way round. So what authors write is opened before it is compiled, and what is compiled
//! follows the RFC to the letter.

use serde_json::{Map, Value};

/// Keywords that hold one schema.
const ONE: [&str; 2] = ["elements", "values"];
/// Keywords that hold schemas by name.
const MANY: [&str; 4] = ["definitions", "properties", "optionalProperties", "mapping"];

/// Adds `additionalProperties: true` to every form that could have it and does not say.
pub fn open(schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else { return };
    let is_object = map.contains_key("properties") || map.contains_key("optionalProperties");
    if is_object && !map.contains_key("additionalProperties") {
        map.insert("additionalProperties".into(), Value::Bool(true));
    }
    for keyword in ONE {
        map.get_mut(keyword).into_iter().for_each(open);
    }
    for keyword in MANY {
        let inner = map.get_mut(keyword).and_then(Value::as_object_mut);
        inner.into_iter().flat_map(Map::values_mut).for_each(open);
    }
}
