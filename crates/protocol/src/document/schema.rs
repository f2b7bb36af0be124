//! Schemas as they stand in a document: JSON Typedef (RFC 8927), not compiled yet.
//!
//! They are written with their keys in order at every depth, so that the same folder gives the same manifest anywhere.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::config::Sorted;

/// A schema of a body, a reply, a part of a path or a query.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaDocument(pub Value);

impl Serialize for SchemaDocument {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Sorted(&self.0).serialize(to)
    }
}

impl<'de> Deserialize<'de> for SchemaDocument {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Value::deserialize(from).map(Self)
    }
}

#[cfg(feature = "json-schema")]
impl schemars::JsonSchema for SchemaDocument {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SchemaDocument".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "description": "A schema: JSON Typedef (RFC 8927)", "type": "object" })
    }

    fn inline_schema() -> bool {
        true
    }
}
