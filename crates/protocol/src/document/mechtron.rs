//! Mechtron documents: which wasm, which bind, which limits, which rights.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde::de::Visitor;
use serde::{Deserialize, Serialize};

use super::{HoledPattern, Names, config, names};

/// `mechtrons/*.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MechtronConfig {
    /// The path of its code in the bundle.
    pub wasm: String,
    /// The path of its bind in the bundle.
    pub bind: String,
    /// Whether it keeps anything.
    #[serde(default, skip_serializing_if = "Keeps::is_own")]
    pub state: Keeps,
    /// What one instance and one wave may use.
    #[serde(default)]
    pub limits: MechtronLimits,
    /// What the guest reads as `config`.
    #[serde(default, skip_serializing_if = "Names::is_empty", with = "config")]
    #[cfg_attr(feature = "json-schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    pub config: Names<serde_json::Value>,
    /// What its code may reach.
    #[serde(default)]
    pub may: FencedCalls,
}

/// What a mechtron keeps between waves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Keeps {
    /// A state of its own.
    #[default]
    Own,
    /// Nothing: it has no state, and what it would put is refused.
    None,
}

impl Keeps {
    fn is_own(&self) -> bool {
        *self == Keeps::Own
    }
}

/// The fence around a mechtron: what it may call. Both this and the grants must allow a wave.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FencedCalls {
    /// The points it may send to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub call: Vec<HoledPattern>,
}

/// What one instance and one wave may use, the same in every place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct MechtronLimits {
    /// Linear memory, in bytes.
    pub memory: Bytes,
    /// Fuel for one wave.
    pub fuel: u64,
    /// Waves that may wait.
    pub mailbox: u32,
    /// The interpreter's stack of values, in bytes.
    pub stack: Bytes,
}

impl Default for MechtronLimits {
    fn default() -> Self {
        Self { memory: Bytes(16 << 20), fuel: 100_000_000, mailbox: 256, stack: Bytes(1 << 20) }
    }
}

/// A number of bytes, written as `8 MiB`, `64 KiB`, or a plain number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

/// A text that is not a number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BytesError;

impl fmt::Display for BytesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a size is written like `8 MiB`, `64 KiB`, `1 GiB` or as a number of bytes")
    }
}

impl Error for BytesError {}

impl FromStr for Bytes {
    type Err = BytesError;

    fn from_str(text: &str) -> Result<Self, BytesError> {
        let (number, unit) = text.split_once(' ').unwrap_or((text, "B"));
        let shift = match unit {
            "B" => 0,
            "KiB" => 10,
            "MiB" => 20,
            "GiB" => 30,
            _ => return Err(BytesError),
        };
        if !number.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(BytesError);
        }
        let number: u64 = number.parse().map_err(|_| BytesError)?;
        number.checked_mul(1 << shift).map(Bytes).ok_or(BytesError)
    }
}

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Written;

        impl Visitor<'_> for Written {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of bytes, or a text like `8 MiB`")
            }

            fn visit_u64<E: serde::de::Error>(self, bytes: u64) -> Result<Bytes, E> {
                Ok(Bytes(bytes))
            }

            fn visit_i64<E: serde::de::Error>(self, bytes: i64) -> Result<Bytes, E> {
                u64::try_from(bytes).map(Bytes).map_err(|_| E::custom(BytesError))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Bytes, E> {
                text.parse().map_err(E::custom)
            }
        }

        from.deserialize_any(Written)
    }
}

impl MechtronConfig {
    /// The `[config]` as one JSON object, and each of its values: a text as it is, anything else as JSON.
    pub fn config_texts(&self) -> (String, Names<String>) {
        let text = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let texts = names::map(&self.config, text);
        (config::json(&self.config), texts)
    }
}

#[cfg(feature = "json-schema")]
impl schemars::JsonSchema for Bytes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Bytes".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number of bytes, or a text like `8 MiB`",
            "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^[0-9]+( (B|KiB|MiB|GiB))?$" }],
        })
    }

    fn inline_schema() -> bool {
        true
    }
}
