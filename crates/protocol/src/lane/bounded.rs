//! Lists that hold a bounded number of items, in both forms: the bound is met before the next item is read.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};

/// Reads a list of at most `MOST` items from JSON.
pub(super) fn from_json<'de, D, T, const MOST: usize>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_seq(List::<T, MOST>(PhantomData))
}

/// Reads an array of at most `MOST` items from CBOR.
pub(super) fn from_cbor<'b, C, T, const MOST: usize>(
    d: &mut minicbor::Decoder<'b>,
    ctx: &mut C,
) -> Result<Vec<T>, minicbor::decode::Error>
where
    T: minicbor::Decode<'b, C>,
{
    let mut items = Vec::new();
    for item in d.array_iter_with(ctx)? {
        if items.len() == MOST {
            return Err(minicbor::decode::Error::message(too_many::<MOST>()));
        }
        items.push(item?);
    }
    Ok(items)
}

fn too_many<const MOST: usize>() -> String {
    format!("a list here has {MOST} items at most")
}

struct List<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for List<T, MOST> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST} items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            if items.len() == MOST {
                return Err(A::Error::custom(too_many::<MOST>()));
            }
            items.push(item);
        }
        Ok(items)
    }
}
