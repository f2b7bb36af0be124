//! Maps by name: written in the order of the names, read in any order. A name that stands twice is refused.
//!
//! They are sorted vectors: few are large, all are read more often than written, and each further kind of tree map would
//! add ten kilobytes to what a tab downloads.

use std::fmt;
use std::marker::PhantomData;

use litemap::LiteMap;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A map by name.
pub type Names<T> = LiteMap<String, T>;

/// The same names with other values.
pub fn map<T, U>(names: &Names<T>, value: impl Fn(&T) -> U) -> Names<U> {
    Names::from_sorted_store_unchecked(names.iter().map(|(name, old)| (name.clone(), value(old))).collect())
}

/// Writes a map; for `#[serde(with)]`.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<T: Serialize, S: Serializer>(names: &Names<T>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(names)
}

/// Reads a map; for `#[serde(with)]`.
///
/// # Errors
/// What is not a map of such values, and a name that stands twice.
pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Names<T>, D::Error> {
    from.deserialize_map(Pairs(PhantomData))
}

struct Pairs<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Pairs<T> {
    type Value = Names<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names<T>, A::Error> {
        let mut pairs: Vec<(String, T)> = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        // Sorted at the end, not while reading: any order must cost about the same. By cached key, for then the code
        // that sorts is the same for all kinds of values.
        if !pairs.is_sorted_by(|a, b| a.0 < b.0) {
            pairs.sort_by_cached_key(|(name, _)| name.clone());
        }
        match pairs.windows(2).find(|two| two[0].0 == two[1].0) {
            Some(twice) => Err(A::Error::custom(format_args!("`{}` stands twice", twice[0].0))),
            None => Ok(Names::from_sorted_store_unchecked(pairs)),
        }
    }
}
