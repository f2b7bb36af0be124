//! Objects as one list of members, whether written as properties or as one mapping of a discriminator.

use std::borrow::Cow;
use std::rc::Rc;

use super::pair::Sides;
use crate::form::{Node, Properties};
use crate::value::Value;

/// What a member holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holds<'s> {
    Node(&'s Node),
    /// This text and nothing else: the tag of a mapping.
    Word(&'s str),
}

/// A member of a branch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'s> {
    pub(super) name: &'s str,
    pub(super) holds: Holds<'s>,
    pub(super) required: bool,
}

/// An object: its members in the order of their names.
#[derive(Debug, Clone)]
pub(super) struct Branch<'s> {
    entries: Vec<Entry<'s>>,
    /// Whether it may hold more.
    pub(super) is_open: bool,
}

impl<'s> Branch<'s> {
    pub(super) fn of(properties: &'s Properties) -> Self {
        let entry = |member: &'s crate::form::Member| Entry {
            name: &member.name,
            holds: Holds::Node(&member.node),
            required: member.required,
        };
        Self { entries: properties.members.iter().map(entry).collect(), is_open: properties.open }
    }

    /// One mapping of a discriminator.
    pub(super) fn tagged(tag: &'s str, word: &'s str, properties: &'s Properties) -> Self {
        let mut branch = Self::of(properties);
        let at = branch.entries.partition_point(|entry| entry.name < tag);
        branch.entries.insert(at, Entry { name: tag, holds: Holds::Word(word), required: true });
        branch
    }

    pub(super) fn entries(&self) -> &[Entry<'s>] {
        &self.entries
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn entry(&self, name: &str) -> Option<&Entry<'s>> {
        self.entries.binary_search_by(|entry| entry.name.cmp(name)).ok().map(|at| &self.entries[at])
    }

    /// The same with one member narrowed to one text.
    pub(super) fn with_word(&self, name: &str, word: &'s str) -> Self {
        let mut narrowed = self.clone();
        let entry = narrowed.entries.iter_mut().find(|entry| entry.name == name);
        entry.into_iter().for_each(|entry| entry.holds = Holds::Word(word));
        narrowed
    }

    /// Whether any object fits.
    pub(super) fn is_possible(&self, sides: &Sides<'s>) -> bool {
        self.entries.iter().filter(|entry| entry.required).all(|entry| entry.holds.is_possible(sides))
    }

    /// The smallest object, with one member set to a value if one is given.
    pub(super) fn sample(&self, sides: &Sides<'s>, set: Option<(&'s str, Value<'s>)>) -> Option<Value<'s>> {
        match set {
            Some((name, value)) => self.with(sides, Cow::Borrowed(name), value),
            None => self.smallest(sides, None).map(Value::Object),
        }
    }

    /// The smallest object that has this member with this value.
    pub(super) fn with(&self, sides: &Sides<'s>, name: Cow<'s, str>, value: Value<'s>) -> Option<Value<'s>> {
        let mut members = self.smallest(sides, Some(&name))?;
        members.push((name, value));
        Some(Value::Object(members))
    }

    fn smallest(&self, sides: &Sides<'s>, but: Option<&str>) -> Option<Vec<(Cow<'s, str>, Value<'s>)>> {
        let others = self.entries.iter().filter(|entry| entry.required && but != Some(entry.name));
        others.map(|entry| Some((Cow::Borrowed(entry.name), entry.holds.sample(sides)?))).collect()
    }
}

impl<'s> Holds<'s> {
    pub(super) fn is_possible(self, sides: &Sides<'s>) -> bool {
        match self {
            Holds::Node(node) => sides.samples.size(node).is_some(),
            Holds::Word(_) => true,
        }
    }

    pub(super) fn sample(self, sides: &Sides<'s>) -> Option<Value<'s>> {
        match self {
            Holds::Node(node) => sides.samples.value(node),
            Holds::Word(word) => Some(Value::Text(word.into())),
        }
    }
}

/// One step from a body into a part of it.
#[derive(Debug, Clone)]
pub(super) enum Hop<'s> {
    /// Into an array.
    Element,
    /// Into an object of values, under this name.
    Value(Cow<'s, str>),
    /// Into a member of a branch.
    Member(Rc<Branch<'s>>, &'s str),
}

impl<'s> Hop<'s> {
    /// The step as a JSON Pointer.
    pub(super) fn step(&self) -> String {
        let name = match self {
            Hop::Element => "0",
            Hop::Value(name) => name,
            Hop::Member(_, name) => name,
        };
        format!("/{}", name.replace('~', "~0").replace('/', "~1"))
    }

    /// The smallest body that has `inner` there.
    pub(super) fn around(&self, inner: Value<'s>, sides: &Sides<'s>) -> Option<Value<'s>> {
        match self {
            Hop::Element => Some(Value::Array(vec![inner])),
            Hop::Value(name) => Some(Value::Object(vec![(name.clone(), inner)])),
            Hop::Member(branch, name) => branch.sample(sides, Some((name, inner))),
        }
    }
}
