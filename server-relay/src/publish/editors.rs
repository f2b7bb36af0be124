//! What editors know of the three documents: JSON Schemas, made from the types that read them.

use schemars::{JsonSchema, schema_for};
use starlane_protocol::document::{App, MechtronConfig, SchemaDocument};

use super::bind::BindSource;

/// A document's file name without its ending, and its JSON Schema (draft 2020-12) as text.
pub fn schemas() -> [(&'static str, String); 3] {
    [("app", of::<App>()), ("mechtron", of::<MechtronConfig>()), ("bind", of::<BindSource>())]
}

fn of<T: JsonSchema>() -> String {
    // In the order of the keys, which the map of a schema has or has not, as other crates of a build may ask for.
    let sorted = SchemaDocument(schema_for!(T).to_value());
    // A JSON Schema always has a JSON form.
    serde_json::to_string_pretty(&sorted).unwrap_or_default() + "\n"
}
