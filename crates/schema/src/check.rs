//! Checks: RFC 8927, section 3.3, to the letter.
//!
//! The first mismatch is enough to refuse a body; all of them, with their two places, are what the RFC's own tests ask
//! for. Both come from one walk.

use std::borrow::Cow;
use std::ops::ControlFlow;

use crate::form::{Form, Node, Properties, Schema, Type};
use crate::mismatch::{Mismatch, Way};
use crate::timestamp::is_timestamp;
use crate::value::Value;

impl Schema {
    /// Whether the schema takes a body.
    ///
    /// # Errors
    /// The first mismatch, in the order of the body.
    pub fn check(&self, body: &Value<'_>) -> Result<(), Mismatch> {
        let mut first = None;
        let _ = self.walk(body, &mut |mismatch| {
            first = Some(mismatch);
            ControlFlow::Break(())
        });
        first.map_or(Ok(()), Err)
    }

    /// Every mismatch.
    pub fn mismatches(&self, body: &Value<'_>) -> Vec<Mismatch> {
        let mut all = Vec::new();
        let _ = self.walk(body, &mut |mismatch| {
            all.push(mismatch);
            ControlFlow::Continue(())
        });
        all
    }

    /// Whether a part of the schema takes a value.
    pub(crate) fn takes(&self, node: &Node, value: &Value<'_>) -> bool {
        let mut refuse = |_| ControlFlow::Break(());
        Walk { schema: self, found: &mut refuse }.node(node, value, &Way::ROOT, &Way::ROOT).is_continue()
    }

    fn walk(&self, body: &Value<'_>, found: Found<'_>) -> ControlFlow<()> {
        Walk { schema: self, found }.node(&self.root, body, &Way::ROOT, &Way::ROOT)
    }
}

type Found<'f> = &'f mut dyn FnMut(Mismatch) -> ControlFlow<()>;
type Members<'v, 'b> = &'v [(Cow<'b, str>, Value<'b>)];

struct Walk<'s, 'f> {
    schema: &'s Schema,
    found: Found<'f>,
}

impl Walk<'_, '_> {
    fn node(&mut self, node: &Node, value: &Value<'_>, at: &Way<'_>, rule: &Way<'_>) -> ControlFlow<()> {
        if node.nullable && matches!(value, Value::Null) {
            return ControlFlow::Continue(());
        }
        match (&node.form, value) {
            (Form::Empty, _) => ControlFlow::Continue(()),
            (Form::Ref(index), _) => {
                let (name, target) = &self.schema.definitions[*index];
                self.node(target, value, at, &Way::ROOT.name("definitions").name(name))
            }
            (Form::Type(kind), _) if is_of(*kind, value) => ControlFlow::Continue(()),
            (Form::Type(kind), _) => self.miss(at, &rule.name("type"), kind.expected(), found(*kind, value)),
            (Form::Enum(words), Value::Text(text)) => match words.binary_search_by(|word| word.as_str().cmp(text)) {
                Ok(_) => ControlFlow::Continue(()),
                Err(_) => self.miss(at, &rule.name("enum"), one_of(words), "another string"),
            },
            (Form::Enum(words), _) => self.miss(at, &rule.name("enum"), one_of(words), value.found()),
            (Form::Elements(element), Value::Array(items)) => self.elements(element, items, at, rule),
            (Form::Elements(_), _) => self.miss(at, &rule.name("elements"), "an array", value.found()),
            (Form::Values(inner), Value::Object(members)) => self.values(inner, members, at, rule),
            (Form::Values(_), _) => self.miss(at, &rule.name("values"), "an object", value.found()),
            (Form::Properties(properties), Value::Object(members)) => {
                self.properties(properties, members, None, at, rule)
            }
            (Form::Properties(properties), _) => {
                let keyword = if properties.keyword { "properties" } else { "optionalProperties" };
                self.miss(at, &rule.name(keyword), "an object", value.found())
            }
            (Form::Discriminator { tag, mapping }, Value::Object(members)) => {
                self.tagged(tag, mapping, members, at, rule)
            }
            (Form::Discriminator { .. }, _) => self.miss(at, &rule.name("discriminator"), "an object", value.found()),
        }
    }

    fn elements(&mut self, element: &Node, items: &[Value<'_>], at: &Way<'_>, rule: &Way<'_>) -> ControlFlow<()> {
        let rule = rule.name("elements");
        items.iter().enumerate().try_for_each(|(index, item)| self.node(element, item, &at.index(index), &rule))
    }

    fn values(&mut self, inner: &Node, members: Members<'_, '_>, at: &Way<'_>, rule: &Way<'_>) -> ControlFlow<()> {
        let rule = rule.name("values");
        members.iter().try_for_each(|(name, value)| self.node(inner, value, &at.name(name), &rule))
    }

    fn properties(
        &mut self,
        properties: &Properties,
        members: Members<'_, '_>,
        tag: Option<&str>,
        at: &Way<'_>,
        rule: &Way<'_>,
    ) -> ControlFlow<()> {
        let mut required = 0;
        for (name, value) in members {
            match properties.member(name) {
                Some(member) => {
                    required += usize::from(member.required);
                    let keyword = rule.name(if member.required { "properties" } else { "optionalProperties" });
                    self.node(&member.node, value, &at.name(name), &keyword.name(name))?;
                }
                None if properties.open || tag == Some(name) => {}
                None => self.miss(&at.name(name), rule, "no such member", value.found())?,
            }
        }
        // No name stands twice in a body, so counting is enough to know whether all are there.
        if required == properties.required {
            return ControlFlow::Continue(());
        }
        let mut there = vec![false; properties.members.len()];
        members.iter().filter_map(|(name, _)| properties.index(name)).for_each(|index| there[index] = true);
        let named = properties.members.iter().zip(there);
        let mut missing = named.filter(|(member, there)| member.required && !there);
        missing.try_for_each(|(member, _)| {
            let expected = format!("a member `{}`", member.name);
            self.miss(at, &rule.name("properties").name(&member.name), expected, "none")
        })
    }

    fn tagged(
        &mut self,
        tag: &str,
        mapping: &[(String, Properties)],
        members: Members<'_, '_>,
        at: &Way<'_>,
        rule: &Way<'_>,
    ) -> ControlFlow<()> {
        let Some((_, value)) = members.iter().find(|(name, _)| name == tag) else {
            return self.miss(at, &rule.name("discriminator"), format!("a member `{tag}`"), "none");
        };
        let Value::Text(word) = value else {
            return self.miss(&at.name(tag), &rule.name("discriminator"), "a string", value.found());
        };
        let rule = rule.name("mapping");
        match mapping.binary_search_by(|(name, _)| name.as_str().cmp(word)) {
            Ok(index) => {
                let (name, properties) = &mapping[index];
                self.properties(properties, members, Some(tag), at, &rule.name(name))
            }
            Err(_) => {
                let words: Vec<_> = mapping.iter().map(|(name, _)| name.clone()).collect();
                self.miss(&at.name(tag), &rule, one_of(&words), "another string")
            }
        }
    }

    fn miss(
        &mut self,
        at: &Way<'_>,
        rule: &Way<'_>,
        expected: impl Into<String>,
        found: &'static str,
    ) -> ControlFlow<()> {
        let (expected, found) = (expected.into(), found.to_owned());
        (self.found)(Mismatch { place: at.pointer(), rule: rule.pointer(), expected, found })
    }
}

/// Whether a value is of a type.
pub(crate) fn is_of(kind: Type, value: &Value<'_>) -> bool {
    match (kind, value) {
        (Type::Boolean, Value::Boolean(_)) | (Type::String, Value::Text(_)) => true,
        (Type::Timestamp, Value::Text(text)) => is_timestamp(text),
        (Type::Float32 | Type::Float64, Value::Number(_)) => true,
        (whole, Value::Number(number)) => {
            whole.range().is_some_and(|(least, most)| *number >= least && *number <= most && number.fract() == 0.0)
        }
        _ => false,
    }
}

fn found(kind: Type, value: &Value<'_>) -> &'static str {
    match (kind, value) {
        (Type::Timestamp, Value::Text(_)) => "another string",
        (kind, Value::Number(_)) if kind.range().is_some() => "another number",
        _ => value.found(),
    }
}

/// How many words of an enum a refusal names.
const NAMED: usize = 8;

fn one_of(words: &[String]) -> String {
    let named: Vec<_> = words.iter().take(NAMED).map(|word| format!("`{word}`")).collect();
    match words.len() {
        0 => "nothing that exists".into(),
        1 => named.concat(),
        2..=NAMED => format!("one of {}", named.join(", ")),
        more => format!("one of {} and {} more", named.join(", "), more - NAMED),
    }
}
