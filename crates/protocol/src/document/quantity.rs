//! Quantities as people write them: a number and its unit, as `8 MiB` or `30 s`, or a number alone, in the smallest unit.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number in the smallest unit; nothing if the text is no such quantity. The first unit is that of a number alone.
fn amount(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let (number, unit) = text.split_once(' ').unwrap_or((text, units.first()?.0));
    let (_, each) = units.iter().find(|(name, _)| *name == unit)?;
    // A sign is no digit, though a number may have one.
    let number: u64 = number.starts_with(|c: char| c.is_ascii_digit()).then(|| number.parse().ok())??;
    number.checked_mul(*each)
}

macro_rules! quantity {
    (
        $(#[$of:meta])* $type:ident, $(#[$of_error:meta])* $error:ident,
        units: $units:expr, pattern: $pattern:literal, expected: $expected:literal, refused: $refused:literal
    ) => {
        $(#[$of])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $type(pub u64);

        $(#[$of_error])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $error;

        impl fmt::Display for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($refused)
            }
        }

        impl Error for $error {}

        impl FromStr for $type {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                amount(text, $units).map($type).ok_or($error)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_u64(self.0)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Written;

                impl Visitor<'_> for Written {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_u64<E: serde::de::Error>(self, amount: u64) -> Result<$type, E> {
                        Ok($type(amount))
                    }

                    fn visit_i64<E: serde::de::Error>(self, amount: i64) -> Result<$type, E> {
                        u64::try_from(amount).map($type).map_err(|_| E::custom($error))
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                }

                from.deserialize_any(Written)
            }
        }

        #[cfg(feature = "json-schema")]
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "description": $expected,
                    "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": $pattern }],
                })
            }

            fn inline_schema() -> bool {
                true
            }
        }
    };
}

quantity!(
    /// A number of bytes, written as `8 MiB`, `64 KiB`, or a plain number.
    Bytes,
    /// A text that is not a number of bytes.
    BytesError,
    units: &[("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)],
    pattern: "^[0-9]+( (B|KiB|MiB|GiB))?$",
    expected: "a number of bytes, or a text like `8 MiB`",
    refused: "a size is written like `8 MiB`, `64 KiB`, `1 GiB` or as a number of bytes"
);

quantity!(
    /// A duration in milliseconds, written as `500 ms`, `30 s`, `5 min`, `2 h`, or a plain number.
    Duration,
    /// A text that is not a duration.
    DurationError,
    units: &[("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000)],
    pattern: "^[0-9]+( (ms|s|min|h))?$",
    expected: "a number of milliseconds, or a text like `30 s`",
    refused: "a duration is written like `500 ms`, `30 s`, `5 min`, `2 h` or as a number of milliseconds"
);
