//! Random schemas, and random bodies that a schema takes.

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use starlane_schema::{Form, Node, Properties, Schema, Type, Value};

/// Names and words are few, so that schemas meet.
const NAMES: [&str; 4] = ["a", "b", "c", "t"];
pub(crate) const TYPES: [&str; 11] =
    ["boolean", "float32", "float64", "int8", "uint8", "int16", "uint16", "int32", "uint32", "string", "timestamp"];
const WORDS: [&str; 5] = ["x", "y", "z", "", "1985-04-12T23:20:50Z"];

/// A schema that compiles, as JSON.
pub(crate) fn schema() -> impl Strategy<Value = Json> {
    let definitions = (node(), node()).prop_map(|(p, q)| json!({ "p": p, "q": q }));
    (node(), definitions).prop_filter_map("references in a circle", |(mut root, definitions)| {
        root.as_object_mut()?.insert("definitions".into(), definitions);
        Schema::compile(&root).is_ok().then_some(root)
    })
}

fn node() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        1 => Just(json!({})),
        2 => prop::sample::select(&["p", "q"]).prop_map(|name| json!({ "ref": name })),
        4 => prop::sample::select(&TYPES).prop_map(|kind| json!({ "type": kind })),
        3 => prop::sample::subsequence(&WORDS, 1..=3).prop_map(|words| json!({ "enum": words })),
    ];
    let nested = leaf.prop_recursive(3, 24, 3, |inner| {
        prop_oneof![
            1 => inner.clone().prop_map(|inner| json!({ "elements": inner })),
            1 => inner.clone().prop_map(|inner| json!({ "values": inner })),
            4 => properties(inner.clone(), &NAMES),
            2 => prop::collection::btree_map(prop::sample::select(&["x", "y", "z"]), properties(inner, &NAMES[..3]), 0..=3)
                .prop_map(|mapping| json!({ "discriminator": "t", "mapping": mapping })),
        ]
    });
    (nested, prop::bool::weighted(0.15)).prop_map(|(mut node, nullable)| {
        if nullable {
            node["nullable"] = true.into();
        }
        node
    })
}

fn properties(
    inner: impl Strategy<Value = Json> + Clone + 'static,
    names: &'static [&'static str],
) -> BoxedStrategy<Json> {
    let member = prop::option::of((inner, any::<bool>()));
    let members = prop::collection::vec(member, names.len());
    (members, any::<bool>())
        .prop_map(move |(members, open)| {
            let (mut must, mut may) = (Map::new(), Map::new());
            for (name, (node, required)) in names.iter().zip(members).filter_map(|(name, member)| Some((name, member?)))
            {
                let map = if required { &mut must } else { &mut may };
                // A mapping is never nullable, and what is inside may be anything.
                map.insert((*name).into(), node);
            }
            json!({ "properties": must, "optionalProperties": may, "additionalProperties": open })
        })
        .boxed()
}

/// Choices drawn from random bytes.
pub(crate) struct Choices<'c>(pub(crate) std::slice::Iter<'c, u8>);

impl Choices<'_> {
    fn below(&mut self, bound: usize) -> usize {
        usize::from(*self.0.next().unwrap_or(&0)) % bound.max(1)
    }
}

/// A body that a node takes, without members the schema does not name; nothing if the choices lead nowhere.
pub(crate) fn body(schema: &Schema, node: &Node, choices: &mut Choices<'_>, depth: usize) -> Option<Value<'static>> {
    if node.nullable && choices.below(4) == 0 {
        return Some(Value::Null);
    }
    let deeper = depth.checked_sub(1);
    Some(match &node.form {
        Form::Empty => {
            [Value::Null, Value::Boolean(true), Value::Number(0.5), Value::Array(vec![])][choices.below(4)].clone()
        }
        Form::Ref(index) => body(schema, &schema.definitions()[*index].1, choices, deeper?)?,
        Form::Type(kind) => of_type(*kind, choices),
        Form::Enum(words) => Value::Text(words[choices.below(words.len())].clone().into()),
        Form::Elements(inner) => {
            let count = if depth == 0 { 0 } else { choices.below(3) };
            Value::Array((0..count).filter_map(|_| body(schema, inner, choices, deeper?)).collect())
        }
        Form::Values(inner) => {
            let names = ["a", "k"].into_iter().take(if depth == 0 { 0 } else { choices.below(3) });
            let values = names.filter_map(|name| Some((name.into(), body(schema, inner, choices, deeper?)?)));
            Value::Object(values.collect())
        }
        Form::Properties(properties) => Value::Object(members(schema, properties, choices, deeper?)?),
        Form::Discriminator { tag, mapping } => {
            let (word, properties) = mapping.get(choices.below(mapping.len()))?;
            let mut members = members(schema, properties, choices, deeper?)?;
            members.push((tag.clone().into(), Value::Text(word.clone().into())));
            Value::Object(members)
        }
    })
}

type Members = Vec<(std::borrow::Cow<'static, str>, Value<'static>)>;

fn members(schema: &Schema, properties: &Properties, choices: &mut Choices<'_>, depth: usize) -> Option<Members> {
    let mut members = Vec::new();
    for member in &properties.members {
        if member.required {
            members.push((member.name.clone().into(), body(schema, &member.node, choices, depth)?));
        } else if choices.below(2) == 0 {
            let value = body(schema, &member.node, choices, depth);
            members.extend(value.map(|value| (member.name.clone().into(), value)));
        }
    }
    Some(members)
}

fn of_type(kind: Type, choices: &mut Choices<'_>) -> Value<'static> {
    match (kind, kind.range()) {
        (_, Some((least, most))) => Value::Number([least, most, 1.0, 100.0][choices.below(4)]),
        (Type::Boolean, _) => Value::Boolean(choices.below(2) == 0),
        (Type::String, _) => Value::Text(["x", "other", ""][choices.below(3)].into()),
        (Type::Timestamp, _) => {
            Value::Text(["1985-04-12T23:20:50Z", "2024-02-29T00:00:00.5-08:00"][choices.below(2)].into())
        }
        _ => Value::Number([0.0, 0.5, 1e300, -1.0][choices.below(4)]),
    }
}
