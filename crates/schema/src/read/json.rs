//! JSON, RFC 8259.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::{Bounds, Unreadable, no_name_twice};
use crate::value::Value;

/// Reads a body of JSON.
///
/// # Errors
/// It is no JSON, a name stands twice in one object, or it is past a bound.
pub fn read_json(body: &[u8]) -> Result<Value<'_>, Unreadable> {
    let mut bounds = Bounds::of(body)?;
    let mut refused = None;
    // Looked through once as a whole, not once more for each text in it.
    let text =
        std::str::from_utf8(body).map_err(|error| Unreadable::Malformed(format!("the body is no JSON: {error}")))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Tree { bounds: &mut bounds, refused: &mut refused }.deserialize(&mut reader);
    let whole = read.and_then(|value| reader.end().map(|()| value));
    whole.map_err(|error| refused.unwrap_or_else(|| Unreadable::Malformed(format!("the body is no JSON: {error}"))))
}

/// Reads one value. Serde's errors are texts; the reason of ours is kept beside.
struct Tree<'a> {
    bounds: &'a mut Bounds,
    refused: &'a mut Option<Unreadable>,
}

impl Tree<'_> {
    fn again(&mut self) -> Tree<'_> {
        Tree { bounds: self.bounds, refused: self.refused }
    }

    fn held<T, E: serde::de::Error>(&mut self, result: Result<T, Unreadable>) -> Result<T, E> {
        result.map_err(|why| {
            *self.refused = Some(why);
            E::custom("refused")
        })
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(mut self, from: D) -> Result<Value<'de>, D::Error> {
        let room = self.bounds.node();
        self.held(room)?;
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Boolean(value))
    }

    // Past 2^53 some digits are lost; no schema asks for them.
    fn visit_u64<E>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value<'de>, E> {
        Ok(Value::Number(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut from: A) -> Result<Value<'de>, A::Error> {
        let room = self.bounds.deeper();
        self.held(room)?;
        let mut items = Vec::new();
        while let Some(item) = from.next_element_seed(self.again())? {
            items.push(item);
        }
        self.bounds.back();
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut from: A) -> Result<Value<'de>, A::Error> {
        let room = self.bounds.deeper();
        self.held(room)?;
        let mut members = Vec::new();
        while let Some(name) = from.next_key_seed(Name)? {
            members.push((name, from.next_value_seed(self.again())?));
        }
        self.held(no_name_twice(&members))?;
        self.bounds.back();
        Ok(Value::Object(members))
    }
}

struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Cow<'de, str>, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.into()))
    }
}
