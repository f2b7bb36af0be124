//! Reading a body: JSON (RFC 8259) or CBOR (RFC 8949) to one tree, within bounds.
//!
//! A name that stands twice in one object is refused: whoever reads the body later might take the other one.

mod cbor;
mod json;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::limits::{BODY_BYTES, DEPTH, NODES};
use crate::value::Value;

pub use cbor::read_cbor;
pub use json::read_json;

/// Why a body cannot be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreadable {
    /// It is larger than [`BODY_BYTES`].
    TooLarge,
    /// It goes deeper than [`DEPTH`].
    TooDeep,
    /// It has more values than [`NODES`].
    TooMany,
    /// It is not what its type says.
    Malformed(String),
    /// A name stands twice in one object.
    Twice(String),
}

impl Unreadable {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        match self {
            Unreadable::TooLarge | Unreadable::TooDeep | Unreadable::TooMany => "body-too-large",
            Unreadable::Malformed(_) | Unreadable::Twice(_) => "body-malformed",
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::TooLarge => write!(f, "a body under a schema has {BODY_BYTES} bytes at most"),
            Unreadable::TooDeep => write!(f, "a body under a schema has {DEPTH} levels at most"),
            Unreadable::TooMany => write!(f, "a body under a schema has {NODES} values at most"),
            Unreadable::Malformed(why) => f.write_str(why),
            Unreadable::Twice(name) => write!(f, "the member `{name}` stands twice in one object"),
        }
    }
}

impl Error for Unreadable {}

/// What is left of the bounds while a body is read.
#[derive(Debug)]
struct Bounds {
    nodes: usize,
    depth: usize,
}

impl Bounds {
    fn of(body: &[u8]) -> Result<Self, Unreadable> {
        if body.len() > BODY_BYTES {
            return Err(Unreadable::TooLarge);
        }
        Ok(Self { nodes: NODES, depth: DEPTH })
    }

    fn node(&mut self) -> Result<(), Unreadable> {
        self.nodes = self.nodes.checked_sub(1).ok_or(Unreadable::TooMany)?;
        Ok(())
    }

    fn deeper(&mut self) -> Result<(), Unreadable> {
        self.depth = self.depth.checked_sub(1).ok_or(Unreadable::TooDeep)?;
        Ok(())
    }

    fn back(&mut self) {
        self.depth += 1;
    }
}

/// So many members are compared with one another; more are sorted.
const FEW: usize = 8;

fn no_name_twice(members: &[(Cow<'_, str>, Value<'_>)]) -> Result<(), Unreadable> {
    let twice = |name: &str| Err(Unreadable::Twice(name.into()));
    if members.len() <= FEW {
        let earlier = |at: usize| members[..at].iter().any(|(name, _)| *name == members[at].0);
        return (0..members.len()).find(|at| earlier(*at)).map_or(Ok(()), |at| twice(&members[at].0));
    }
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    names.windows(2).find(|two| two[0] == two[1]).map_or(Ok(()), |two| twice(two[0]))
}
