//! Types from schemas.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use starlane_schema::{Form, Node, Properties, Schema, Type};

use super::super::names::{Taken, pascal};

/// Names of TypeScript and of what is imported.
const KEPT: [&str; 22] = [
    "Array",
    "Date",
    "Error",
    "Function",
    "JSON",
    "Map",
    "Number",
    "Object",
    "PingOptions",
    "Pong",
    "Promise",
    "Record",
    "Reply",
    "Set",
    "Star",
    "String",
    "Symbol",
    "Uint8Array",
    "URLSearchParams",
    "Wave",
    "Boolean",
    "N",
];

/// The types that were written.
pub(super) struct Types {
    pub(super) text: String,
    pub(super) taken: Taken,
}

impl Default for Types {
    fn default() -> Self {
        Self { text: String::new(), taken: Taken::but(&KEPT) }
    }
}

impl Types {
    /// Writes the type of a schema, and those of its definitions; gives its name.
    pub(super) fn named(&mut self, name: &str, schema: &Schema) -> String {
        let name = self.taken.take(name);
        let definitions = schema.definitions().iter();
        let names: BTreeMap<usize, String> = definitions
            .clone()
            .enumerate()
            .map(|(index, (definition, _))| (index, self.taken.take(&format!("{name}{}", pascal(definition)))))
            .collect();
        let writer = Writer { names: &names };
        for (index, (_, node)) in definitions.enumerate() {
            self.write(&names[&index], &writer.node(node));
        }
        self.write(&name, &writer.node(schema.root()));
        name
    }

    fn write(&mut self, name: &str, kind: &str) {
        // Writing into a string cannot fail.
        let _ = writeln!(self.text, "export type {name} = {kind};\n");
    }
}

/// The type of a schema that has no definitions.
pub(super) fn inline(schema: &Schema) -> String {
    Writer { names: &BTreeMap::new() }.node(schema.root())
}

/// Whether an object need not have any member.
pub(super) fn may_be_empty(schema: &Schema) -> bool {
    match schema.form(schema.root()) {
        Form::Properties(properties) => !properties.members.iter().any(|member| member.required),
        _ => false,
    }
}

struct Writer<'n> {
    /// The names of the definitions.
    names: &'n BTreeMap<usize, String>,
}

impl Writer<'_> {
    fn node(&self, node: &Node) -> String {
        let kind = self.form(&node.form);
        if node.nullable { format!("{kind} | null") } else { kind }
    }

    fn form(&self, form: &Form) -> String {
        match form {
            Form::Empty => "unknown".into(),
            // Only a schema with definitions has references, and all of them are named.
            Form::Ref(index) => self.names.get(index).cloned().unwrap_or_else(|| "unknown".into()),
            Form::Type(Type::Boolean) => "boolean".into(),
            Form::Type(Type::String | Type::Timestamp) => "string".into(),
            Form::Type(_) => "number".into(),
            Form::Enum(words) => words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" | "),
            Form::Elements(inner) => format!("Array<{}>", self.node(inner)),
            Form::Values(inner) => format!("Record<string, {}>", self.node(inner)),
            Form::Properties(properties) => self.object(properties, None),
            Form::Discriminator { mapping, .. } if mapping.is_empty() => "never".into(),
            Form::Discriminator { tag, mapping } => {
                let one = |(word, properties): &(String, Properties)| self.object(properties, Some((tag, word)));
                mapping.iter().map(one).collect::<Vec<_>>().join(" | ")
            }
        }
    }

    fn object(&self, properties: &Properties, tag: Option<(&String, &String)>) -> String {
        let tag = tag.map(|(tag, word)| format!("{}: {}", key(tag), quoted(word)));
        let members = properties.members.iter().map(|member| {
            let optional = if member.required { "" } else { "?" };
            format!("{}{optional}: {}", key(&member.name), self.node(&member.node))
        });
        let members: Vec<_> = tag.into_iter().chain(members).collect();
        match members.as_slice() {
            // `{}` would be anything.
            [] if properties.open => "Record<string, unknown>".into(),
            [] => "Record<string, never>".into(),
            some => format!("{{ {} }}", some.join("; ")),
        }
    }
}

/// A text in quotes. JSON's quoting is TypeScript's, but for two ends of lines that older engines break at.
pub(super) fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// The name of a member, quoted where it must be.
pub(super) fn key(name: &str) -> String {
    if is_name(name) { name.to_owned() } else { quoted(name) }
}

/// A member of an object, as it is reached.
pub(super) fn member(name: &str) -> String {
    if is_name(name) { format!(".{name}") } else { format!("[{}]", quoted(name)) }
}

fn is_name(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    // `__proto__: …` in an object does not make a member of that name.
    begins && name != "__proto__" && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
