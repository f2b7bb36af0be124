//! A mechtron's own configuration, written with its keys in order at every depth.
//!
//! `serde_json` keeps either the order of keys or the order of insertion, as some crate of the build may ask for. The
//! same folder must give the same manifest anywhere, so the order is made here.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// A value whose objects are written in the order of their keys.
struct Sorted<'a>(&'a Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(map) => {
                let keys: BTreeMap<_, _> = map.iter().map(|(key, value)| (key, Sorted(value))).collect();
                to.collect_map(keys)
            }
            Value::Array(items) => to.collect_seq(items.iter().map(Sorted)),
            plain => plain.serialize(to),
        }
    }
}

/// Writes a configuration.
pub(super) fn sorted<S: Serializer>(config: &BTreeMap<String, Value>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(config.iter().map(|(key, value)| (key, Sorted(value))))
}
