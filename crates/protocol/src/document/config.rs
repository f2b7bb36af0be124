//! Configured values of applications and mechtrons, written with their keys in order at every depth.
//!
//! `serde_json` keeps either the order of keys or the order of insertion, as some crate of the build may ask for. The
//! same folder must give the same manifest anywhere, so the order is made here.

use serde::{Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Names, names};

/// Configured values by name, each whatever JSON can carry.
pub type Values = Names<Value>;

/// Bytes of a name in an application's `[config]`: it is typed in commands.
const NAME_BYTES: usize = 64;

/// Whether a text can be the name of a value in an application's `[config]`: letters, digits, `-` and `_`, a letter first, 64
/// at most. `floor` is a setting of every application, so nothing else has that name.
pub fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    name.len() <= NAME_BYTES
        && name != "floor"
        && bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(plain)
}

/// What a value is, in words.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a number",
        Value::Number(_) => "a whole number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

/// Whether a value may stand for a default: it is of the same kind, and a whole number may stand for any.
pub fn fits(value: &Value, default: &Value) -> bool {
    kind(value) == kind(default) || (default.is_f64() && value.is_number())
}

/// A value whose objects are written in the order of their keys.
pub(super) struct Sorted<'a>(pub(super) &'a Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(map) => {
                let mut pairs: Vec<_> = map.iter().collect();
                pairs.sort_by_cached_key(|(key, _)| (*key).clone());
                to.collect_map(pairs.into_iter().map(|(key, value)| (key, Sorted(value))))
            }
            Value::Array(items) => to.collect_seq(items.iter().map(Sorted)),
            plain => plain.serialize(to),
        }
    }
}

/// Writes a configuration.
pub(super) fn serialize<S: Serializer>(config: &Values, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(config.iter().map(|(key, value)| (key, Sorted(value))))
}

/// A configuration as JSON.
pub(super) fn json(config: &Values) -> String {
    let mut json = Vec::new();
    // A map with string keys always has a JSON form, and JSON is text.
    _ = serialize(config, &mut serde_json::Serializer::new(&mut json));
    String::from_utf8(json).unwrap_or_default()
}

/// Reads a configuration.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Values, D::Error> {
    names::deserialize(from)
}
