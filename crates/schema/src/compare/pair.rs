//! Two nodes side by side, down to where either is a reference.

use std::borrow::Cow;
use std::rc::Rc;

use super::Miss;
use super::branch::{Branch, Entry, Holds, Hop};
use crate::form::{Form, Node, Properties, Schema, Type};
use crate::sample::{SOME_TIME, Samples};
use crate::steps::Steps;
use crate::value::Value;

/// Both schemas, and the smallest bodies of the left one.
pub(super) struct Sides<'s> {
    pub(super) left: &'s Schema,
    pub(super) right: &'s Schema,
    pub(super) samples: Samples<'s>,
    pub(super) steps: &'s Steps,
}

/// What is compared: a node of the left schema, or one text.
pub(super) type Left<'s> = Holds<'s>;

/// Pairs behind references, with the way there.
type Later<'s> = Vec<(&'s Node, &'s Node, Vec<Hop<'s>>)>;
type Way<'s> = Vec<Hop<'s>>;

impl<'s> Sides<'s> {
    pub(super) fn nodes(
        &self,
        left: Left<'s>,
        right: &'s Node,
        way: &mut Way<'s>,
        later: &mut Later<'s>,
    ) -> Result<(), Miss<'s>> {
        self.step(1)?;
        let node = match left {
            Holds::Word(word) => return self.candidate(Some(Value::Text(word.into())), right, way),
            Holds::Node(node) => node,
        };
        let ((_, nullable), (right_form, right_nullable)) = (self.left.resolved(node), self.right.resolved(right));
        if matches!(right_form, Form::Empty) {
            return Ok(());
        }
        if nullable && !right_nullable {
            return Err(Miss::at(way, Some(Value::Null)));
        }
        let is_reference = |node: &Node| matches!(node.form, Form::Ref(_));
        if is_reference(node) || is_reference(right) {
            later.push((target(self.left, node), target(self.right, right), way.clone()));
            return Ok(());
        }
        self.forms(node, right, way, later)
    }

    /// Counts steps.
    fn step(&self, steps: usize) -> Result<(), Miss<'s>> {
        if self.steps.take(steps) { Ok(()) } else { Err(Miss::Entangled) }
    }

    /// Compares what two nodes take beside `null`.
    pub(super) fn forms(
        &self,
        left: &'s Node,
        right: &'s Node,
        way: &mut Way<'s>,
        later: &mut Later<'s>,
    ) -> Result<(), Miss<'s>> {
        let right_form = &right.form;
        match &left.form {
            _ if matches!(right_form, Form::Empty) => Ok(()),
            Form::Empty => self.anything(right, way),
            // Both are led to their ends before they come here.
            Form::Ref(_) => Ok(()),
            Form::Type(kind) => self.each(of_type(*kind, right_form), right, way),
            Form::Enum(words) => self
                .step(words.len())
                .and_then(|()| self.each(words.iter().map(|word| Value::Text(word.into())), right, way)),
            Form::Elements(inner) => match right_form {
                Form::Elements(right) => self.inside(Hop::Element, Holds::Node(inner), right, way, later),
                _ => self.candidate(Some(Value::Array(Vec::new())), right, way),
            },
            Form::Values(inner) => self.values(inner, right, right_form, way, later),
            Form::Properties(properties) => self.branch(Branch::of(properties), right, right_form, way, later),
            Form::Discriminator { tag, mapping } => mapping.iter().try_for_each(|(word, properties)| {
                self.branch(Branch::tagged(tag, word, properties), right, right_form, way, later)
            }),
        }
    }

    /// Goes one step further into the body, if anything can be there.
    fn inside(
        &self,
        hop: Hop<'s>,
        left: Left<'s>,
        right: &'s Node,
        way: &mut Way<'s>,
        later: &mut Later<'s>,
    ) -> Result<(), Miss<'s>> {
        if !left.is_possible(self) {
            return Ok(());
        }
        way.push(hop);
        self.nodes(left, right, way, later)?;
        way.pop();
        Ok(())
    }

    /// A value that the left side takes: it is refused by the right side, or not.
    fn candidate(&self, value: Option<Value<'s>>, right: &'s Node, way: &Way<'s>) -> Result<(), Miss<'s>> {
        match &value {
            Some(given) if self.right.takes(right, given) => Ok(()),
            _ => Err(Miss::at(way, value)),
        }
    }

    fn each(
        &self,
        mut values: impl Iterator<Item = Value<'s>>,
        right: &'s Node,
        way: &Way<'s>,
    ) -> Result<(), Miss<'s>> {
        values.try_for_each(|value| self.candidate(Some(value), right, way))
    }

    /// The left side takes anything, the right side does not: one of these is refused by every form but the empty one.
    fn anything(&self, right: &'s Node, way: &Way<'s>) -> Result<(), Miss<'s>> {
        self.each([Value::Boolean(true), Value::Array(Vec::new())].into_iter(), right, way)
    }

    fn values(
        &self,
        inner: &'s Node,
        right: &'s Node,
        right_form: &'s Form,
        way: &mut Way<'s>,
        later: &mut Later<'s>,
    ) -> Result<(), Miss<'s>> {
        match right_form {
            Form::Values(right) => self.inside(Hop::Value("key".into()), Holds::Node(inner), right, way, later),
            Form::Properties(properties) if properties.required == 0 => {
                for member in &properties.members {
                    let hop = Hop::Value(member.name.as_str().into());
                    self.inside(hop, Holds::Node(inner), &member.node, way, later)?;
                }
                if properties.open || self.samples.size(inner).is_none() {
                    return Ok(());
                }
                let name = fresh(|name| properties.member(name).is_some());
                let sample = self.samples.value(inner);
                let value = sample.map(|sample| Value::Object(vec![(Cow::Owned(name), sample)]));
                Err(Miss::at(way, value))
            }
            _ => self.candidate(Some(Value::Object(Vec::new())), right, way),
        }
    }

    fn branch(
        &self,
        branch: Branch<'s>,
        right: &'s Node,
        right_form: &'s Form,
        way: &mut Way<'s>,
        later: &mut Later<'s>,
    ) -> Result<(), Miss<'s>> {
        self.step(branch.len())?;
        if !branch.is_possible(self) {
            return Ok(());
        }
        let branch = &Rc::new(branch);
        match right_form {
            Form::Values(_) if branch.is_open && !self.takes_anything(right_form) => self.further(branch, right, way),
            Form::Values(right) => branch.entries().iter().try_for_each(|entry| {
                self.inside(Hop::Member(branch.clone(), entry.name), entry.holds, right, way, later)
            }),
            Form::Properties(properties) => self.members(branch, properties, None, way, later),
            Form::Discriminator { tag, mapping } => self.tagged(branch, tag, mapping, way, later),
            _ => self.candidate(branch.sample(self, None), right, way),
        }
    }

    fn takes_anything(&self, form: &Form) -> bool {
        matches!(form, Form::Values(inner) if matches!(self.right.resolved(inner).0, Form::Empty))
    }

    /// An open object may hold a member that nobody named, with any value: also one that these values are not.
    fn further(&self, branch: &Rc<Branch<'s>>, right: &'s Node, way: &Way<'s>) -> Result<(), Miss<'s>> {
        let name = fresh(|name| branch.entry(name).is_some());
        let with = |value: Value<'s>| branch.with(self, Cow::Owned(name.clone()), value);
        let values = [Value::Boolean(true), Value::Array(Vec::new())].into_iter().filter_map(with);
        let refused = values.into_iter().find(|value| !self.right.takes(right, value));
        Err(Miss::at(way, refused))
    }

    /// An open object beside a closed one: a member that neither names is taken here and refused there.
    fn unnamed(&self, branch: &Rc<Branch<'s>>, named: impl Fn(&str) -> bool, way: &Way<'s>) -> Result<(), Miss<'s>> {
        let name = fresh(|name| named(name) || branch.entry(name).is_some());
        Err(Miss::at(way, branch.with(self, Cow::Owned(name), Value::Boolean(true))))
    }

    fn members(
        &self,
        branch: &Rc<Branch<'s>>,
        properties: &'s Properties,
        tag: Option<&str>,
        way: &mut Way<'s>,
        later: &mut Later<'s>,
    ) -> Result<(), Miss<'s>> {
        self.step(branch.len() + properties.members.len())?;
        let is_sure = |name: &str| branch.entry(name).is_some_and(|entry| entry.required);
        if properties.members.iter().any(|member| member.required && !is_sure(&member.name)) {
            return Err(Miss::at(way, branch.sample(self, None)));
        }
        if branch.is_open && !properties.open {
            return self.unnamed(branch, |name| properties.member(name).is_some() || tag == Some(name), way);
        }
        let others = branch.entries().iter().filter(|entry| tag != Some(entry.name));
        for entry in others.filter(|entry| entry.holds.is_possible(self)) {
            match properties.member(entry.name) {
                Some(member) => {
                    self.inside(Hop::Member(branch.clone(), entry.name), entry.holds, &member.node, way, later)?;
                }
                None if properties.open => {}
                None => {
                    let inner = entry.holds.sample(self);
                    let value = inner.and_then(|inner| branch.sample(self, Some((entry.name, inner))));
                    return Err(Miss::at(way, value));
                }
            }
        }
        Ok(())
    }

    /// An object beside a discriminator: each text its tag may be leads to the mapping it is compared with.
    fn tagged(
        &self,
        branch: &Rc<Branch<'s>>,
        tag: &'s str,
        mapping: &'s [(String, Properties)],
        way: &mut Way<'s>,
        later: &mut Later<'s>,
    ) -> Result<(), Miss<'s>> {
        let refused = |set: Option<Value<'s>>, way: &Way<'s>| {
            let value = branch.sample(self, set.map(|value| (tag, value)));
            Err(Miss::at(way, value))
        };
        let Some(Entry { holds, required: true, .. }) = branch.entry(tag) else {
            return refused(None, way);
        };
        let words = match self.words(*holds) {
            Ok(words) => words,
            // A time, or any text at all: one that is no word of the mapping can be found.
            Err(Form::Type(Type::String)) => {
                return refused(Some(Value::Text(fresh(|word| at(mapping, word).is_some()).into())), way);
            }
            Err(Form::Type(Type::Timestamp)) => {
                let time = fresh_time(|word| at(mapping, word).is_some());
                return refused(Some(Value::Text(time.into())), way);
            }
            Err(_) => return refused(None, way),
        };
        for word in words {
            match at(mapping, word) {
                Some(properties) => {
                    self.members(&Rc::new(branch.with_word(tag, word)), properties, Some(tag), way, later)?;
                }
                None => return refused(Some(Value::Text(word.into())), way),
            }
        }
        Ok(())
    }

    /// The texts that something is, if they are known one by one; else its form.
    fn words(&self, holds: Holds<'s>) -> Result<Vec<&'s str>, &'s Form> {
        match holds {
            Holds::Word(word) => Ok(vec![word]),
            Holds::Node(node) => match self.left.resolved(node) {
                (Form::Enum(words), false) => Ok(words.iter().map(String::as_str).collect()),
                // `null` is its smallest value.
                (_, true) => Err(&Form::Empty),
                (form, false) => Err(form),
            },
        }
    }
}

fn at<'s>(mapping: &'s [(String, Properties)], word: &str) -> Option<&'s Properties> {
    mapping.binary_search_by(|(name, _)| name.as_str().cmp(word)).ok().map(|index| &mapping[index].1)
}

fn target<'s>(schema: &'s Schema, node: &'s Node) -> &'s Node {
    match node.form {
        Form::Ref(index) => &schema.definitions[index].1,
        _ => node,
    }
}

/// A text that is not taken yet.
fn fresh(taken: impl Fn(&str) -> bool) -> String {
    let mut text = String::from("other");
    while taken(&text) {
        text.push('-');
    }
    text
}

/// A time that is not taken yet: of ten thousand years, one is always free.
fn fresh_time(taken: impl Fn(&str) -> bool) -> String {
    let years = (0..10_000).map(|year| format!("{year:04}{}", &SOME_TIME[4..]));
    years.into_iter().find(|time| !taken(time)).unwrap_or_else(|| SOME_TIME.into())
}

/// Values of a type, one of which any narrower form refuses.
fn of_type<'s>(kind: Type, right: &'s Form) -> impl Iterator<Item = Value<'s>> + use<'s> {
    let words: &[String] = if let Form::Enum(words) = right { words } else { &[] };
    let taken = |text: &str| words.iter().any(|word| word == text);
    let values = match (kind, kind.range()) {
        (_, Some((least, most))) => vec![Value::Number(least), Value::Number(most)],
        (Type::Boolean, _) => vec![Value::Boolean(true)],
        (Type::String, _) => vec![Value::Text(fresh(taken).into())],
        (Type::Timestamp, _) => vec![Value::Text(fresh_time(taken).into())],
        _ => vec![Value::Number(0.5)],
    };
    values.into_iter()
}
