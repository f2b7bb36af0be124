//! A body as a tree: what JSON can say, and what CBOR can say beyond it.

use std::borrow::Cow;

/// A value of a body.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'b> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number. Schemas ask for whole numbers up to 32 bits only, which all are exact here.
    Number(f64),
    /// A text.
    Text(Cow<'b, str>),
    /// An array.
    Array(Vec<Value<'b>>),
    /// An object, its members as they stood in the body, no name twice.
    Object(Vec<(Cow<'b, str>, Value<'b>)>),
    /// Something of CBOR that JSON cannot say: bytes, a tag, a number that is none. Only the empty form takes it.
    Foreign(&'static str),
}

impl Value<'_> {
    /// What a refusal says was found.
    pub fn found(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Boolean(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
            Value::Foreign(what) => what,
        }
    }

    /// The value as JSON text; what JSON cannot say is written `null`.
    pub fn to_json(&self) -> String {
        match self {
            Value::Null | Value::Foreign(_) => "null".into(),
            Value::Boolean(value) => value.to_string(),
            Value::Number(value) => serde_json::Number::from_f64(*value).map_or("null".into(), |number| short(&number)),
            Value::Text(text) => quoted(text),
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(Value::to_json).collect();
                format!("[{}]", items.join(","))
            }
            Value::Object(members) => {
                let members: Vec<_> =
                    members.iter().map(|(name, value)| quoted(name) + ":" + &value.to_json()).collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }
}

fn short(number: &serde_json::Number) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
