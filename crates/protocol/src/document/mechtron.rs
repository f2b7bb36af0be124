//! Mechtron documents: which wasm, which bind, which limits, which rights.

use serde::{Deserialize, Serialize};

use super::{Bytes, HoleError, HoledPattern, Holes, Names, Values, config, names};

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
    pub config: Values,
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

/// Bytes of a mechtron's config once its holes are filled, as those of a manifest.
const CONFIG_BYTES: usize = 1 << 20;

impl MechtronConfig {
    /// The `[config]` with its holes filled, as one JSON object, and each of its values: a text as it is, anything else
    /// as JSON.
    ///
    /// # Errors
    /// A value with a hole that cannot be filled, and more than 1 MiB.
    pub fn filled(&self, holes: &Holes<'_>) -> Result<(String, Names<String>), HoleError> {
        let mut room = CONFIG_BYTES;
        let mut values = Values::new_vec();
        for (key, value) in &self.config {
            let value = holes.fill_value(value, &mut room).map_err(|error| error.at(format_args!("config.{key}")))?;
            values.insert(key.clone(), value);
        }
        let text = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Ok((config::json(&values), names::map(&values, text)))
    }
}
