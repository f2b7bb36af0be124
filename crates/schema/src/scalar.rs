//! Parts of a path and of a query: texts that a schema may give a type.

use crate::form::{Form, Node, Schema, Type};
use crate::value::Value;

/// Whether a schema is one of a single text: empty, a type, or an enum, and never `null`.
pub fn is_scalar(schema: &Schema, node: &Node) -> bool {
    let (form, nullable) = schema.resolved(node);
    !nullable && matches!(form, Form::Empty | Form::Type(_) | Form::Enum(_))
}

/// What a text stands for under a schema: a number or a boolean where it asks for one and the text is written as JSON
/// writes it, the text itself otherwise.
pub fn from_text<'t>(schema: &Schema, node: &Node, text: &'t str) -> Value<'t> {
    let as_text = Value::Text(text.into());
    match schema.resolved(node).0 {
        Form::Type(Type::String | Type::Timestamp) | Form::Empty | Form::Enum(_) => as_text,
        Form::Type(Type::Boolean) => match text {
            "true" => Value::Boolean(true),
            "false" => Value::Boolean(false),
            _ => as_text,
        },
        // JSON may have blanks around a number, a text that is one has not.
        _ if text.contains(|c: char| c.is_ascii_whitespace()) => as_text,
        _ => match serde_json::from_str(text) {
            Ok(serde_json::Value::Number(number)) => number.as_f64().map_or(as_text, Value::Number),
            _ => as_text,
        },
    }
}
