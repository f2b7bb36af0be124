//! The smallest body that a schema takes, if it takes any.
//!
//! A schema may take nothing: one that asks for itself inside itself, or a discriminator without mappings. Comparing
//! schemas would be wrong without knowing.

use crate::form::{Form, Node, Properties, Schema, Type};
use crate::limits::{DEPTH, NODES};
use crate::steps::Steps;
use crate::value::Value;

/// A time that is one.
pub(crate) const SOME_TIME: &str = "1985-04-12T23:20:50Z";

/// How many values the smallest body has, and how many levels. Both stop growing at their largest number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Size {
    pub(crate) nodes: usize,
    pub(crate) depth: usize,
}

impl Size {
    const LEAF: Size = Size { nodes: 1, depth: 0 };

    /// Whether a body of this size is within the bounds of bodies.
    pub(crate) fn is_within_bounds(self) -> bool {
        self.nodes <= NODES && self.depth <= DEPTH
    }

    /// The size of an object with such members.
    pub(crate) fn around(members: impl IntoIterator<Item = Size>) -> Size {
        let empty = Size { nodes: 1, depth: 1 };
        members.into_iter().fold(empty, |object, member| Size {
            nodes: object.nodes.saturating_add(member.nodes),
            depth: object.depth.max(member.depth.saturating_add(1)),
        })
    }
}

/// The smallest bodies of a schema and of all its parts.
#[derive(Debug)]
pub(crate) struct Samples<'s> {
    schema: &'s Schema,
    definitions: Vec<Option<Size>>,
}

impl<'s> Samples<'s> {
    /// Works them out; nothing if that takes more steps than are left.
    pub(crate) fn of(schema: &'s Schema, steps: &Steps) -> Option<Self> {
        let mut samples = Self { schema, definitions: vec![None; schema.definitions.len()] };
        loop {
            // From what was found in earlier rounds only, so that a definition is larger than all its smallest body needs.
            let mut found = Vec::new();
            for (index, (_, node)) in schema.definitions.iter().enumerate() {
                if samples.definitions[index].is_none() {
                    found.extend(samples.counted(node, steps)?.map(|size| (index, size)));
                }
            }
            if found.is_empty() {
                return Some(samples);
            }
            found.into_iter().for_each(|(index, size)| samples.definitions[index] = Some(size));
        }
    }

    fn counted(&self, node: &Node, steps: &Steps) -> Option<Option<Size>> {
        let members = match &node.form {
            Form::Properties(properties) => properties.members.len(),
            Form::Discriminator { mapping, .. } => mapping.iter().map(|(_, one)| one.members.len() + 1).sum(),
            _ => 0,
        };
        steps.take(1 + members).then(|| self.size(node))
    }

    /// The size of the smallest body; nothing if there is none.
    pub(crate) fn size(&self, node: &Node) -> Option<Size> {
        if node.nullable {
            return Some(Size::LEAF);
        }
        match &node.form {
            Form::Empty | Form::Type(_) | Form::Enum(_) => Some(Size::LEAF),
            Form::Elements(_) | Form::Values(_) => Some(Size::around([])),
            Form::Ref(index) => self.definitions[*index],
            Form::Properties(properties) => self.size_of(properties, None),
            Form::Discriminator { mapping, .. } => {
                mapping.iter().filter_map(|(_, properties)| self.size_of(properties, Some(Size::LEAF))).min()
            }
        }
    }

    fn size_of(&self, properties: &Properties, tag: Option<Size>) -> Option<Size> {
        let required = properties.members.iter().filter(|member| member.required);
        let sizes: Option<Vec<Size>> = required.map(|member| self.size(&member.node)).collect();
        sizes.map(|sizes| Size::around(sizes.into_iter().chain(tag)))
    }

    /// The smallest body; nothing if there is none within the bounds of bodies.
    pub(crate) fn value(&self, node: &'s Node) -> Option<Value<'s>> {
        self.size(node).filter(|size| size.is_within_bounds())?;
        if node.nullable {
            return Some(Value::Null);
        }
        match &node.form {
            Form::Empty => Some(Value::Null),
            Form::Type(kind) => Some(of_type(*kind)),
            Form::Enum(words) => words.first().map(|word| Value::Text(word.into())),
            Form::Elements(_) => Some(Value::Array(Vec::new())),
            Form::Values(_) => Some(Value::Object(Vec::new())),
            Form::Ref(index) => self.value(&self.schema.definitions[*index].1),
            Form::Properties(properties) => self.object(properties, None),
            Form::Discriminator { tag, mapping } => {
                let sized = mapping.iter().filter_map(|one| Some((self.size_of(&one.1, Some(Size::LEAF))?, one)));
                let (_, (word, properties)) = sized.min_by_key(|(size, _)| *size)?;
                self.object(properties, Some((tag, word)))
            }
        }
    }

    fn object(&self, properties: &'s Properties, tag: Option<(&'s String, &'s String)>) -> Option<Value<'s>> {
        let tag = tag.map(|(tag, word)| Some((tag.into(), Value::Text(word.into()))));
        let required = properties.members.iter().filter(|member| member.required);
        let members = required.map(|member| Some((member.name.as_str().into(), self.value(&member.node)?)));
        tag.into_iter().chain(members).collect::<Option<Vec<_>>>().map(Value::Object)
    }
}

impl Schema {
    /// The smallest body that it takes; nothing if it takes none within the bounds of bodies, or if that is long to find.
    pub fn sample(&self) -> Option<Value<'_>> {
        let samples = Samples::of(self, &Steps::default())?;
        samples.value(&self.root)
    }
}

fn of_type(kind: Type) -> Value<'static> {
    match kind {
        Type::Boolean => Value::Boolean(false),
        Type::String => Value::Text("".into()),
        Type::Timestamp => Value::Text(SOME_TIME.into()),
        _ => Value::Number(0.0),
    }
}
