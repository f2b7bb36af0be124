//! Durations as people write them: `500 ms`, `30 s`, `5 min`, `2 h`, or a number of milliseconds.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A duration in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub u64);

/// A text that is not a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DurationError;

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration is written like `500 ms`, `30 s`, `5 min`, `2 h` or as a number of milliseconds")
    }
}

impl Error for DurationError {}

impl FromStr for Duration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        let (number, unit) = text.split_once(' ').unwrap_or((text, "ms"));
        let ms = match unit {
            "ms" => 1,
            "s" => 1_000,
            "min" => 60_000,
            "h" => 3_600_000,
            _ => return Err(DurationError),
        };
        if !number.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(DurationError);
        }
        let number: u64 = number.parse().map_err(|_| DurationError)?;
        number.checked_mul(ms).map(Duration).ok_or(DurationError)
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(self.0)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Written)
    }
}

struct Written;

impl Visitor<'_> for Written {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of milliseconds, or a text like `30 s`")
    }

    fn visit_u64<E: serde::de::Error>(self, ms: u64) -> Result<Duration, E> {
        Ok(Duration(ms))
    }

    fn visit_i64<E: serde::de::Error>(self, ms: i64) -> Result<Duration, E> {
        u64::try_from(ms).map(Duration).map_err(|_| E::custom(DurationError))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Duration, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(feature = "json-schema")]
impl schemars::JsonSchema for Duration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number of milliseconds, or a text like `30 s`",
            "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^[0-9]+( (ms|s|min|h))?$" }],
        })
    }

    fn inline_schema() -> bool {
        true
    }
}
