//! Types of Rust from schemas, with how they are read and written.

use std::fmt::Write as _;

use starlane_schema::{Form, Member, Node, Properties, Schema, Type};

use crate::bindgen::names::{Taken, pascal, snake};

/// Names of the language, and of what the code uses of the crate `mechtron`.
const KEPT: [&str; 40] = [
    "Any",
    "Box",
    "Call",
    "Clone",
    "Debug",
    "Default",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "Fn",
    "From",
    "Instead",
    "Into",
    "Iterator",
    "Json",
    "Map",
    "Message",
    "N",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "Pong",
    "Reader",
    "Refused",
    "Reply",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToString",
    "Vec",
    "Wave",
    "Word",
    "Writer",
    "Copy",
];

/// Words that cannot be the name of a field or a function.
const WORDS: [&str; 52] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The names of fields or functions, which are kept apart from the words of the language.
pub(super) fn taken_fields() -> Taken {
    Taken::but(&WORDS)
}

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

/// What a name in a schema leads to.
struct Definition {
    name: String,
    nullable: bool,
    /// Whether it leads back to itself.
    recursive: bool,
}

impl Types {
    /// Writes the type of a schema, and those of its definitions; gives what it is called.
    pub(super) fn named(&mut self, name: &str, schema: &Schema) -> String {
        let recursive = recursive(schema);
        let definitions: Vec<_> = schema
            .definitions()
            .iter()
            .enumerate()
            .map(|(index, (definition, node))| Definition {
                name: self.taken.take(&format!("{name}{}", pascal(definition))),
                nullable: node.nullable,
                recursive: recursive[index],
            })
            .collect();
        let mut writer = Writer { types: self, definitions: &definitions };
        for (definition, (_, node)) in definitions.iter().zip(schema.definitions()) {
            writer.define(definition, &node.form);
        }
        writer.node(schema.root(), name, true)
    }

    /// The type of a part of a path, or of one value of a query.
    pub(super) fn word(&mut self, name: &str, schema: &Schema, node: &Node) -> String {
        match schema.form(node) {
            Form::Type(kind) => scalar(*kind).into(),
            Form::Enum(words) => {
                let name = self.taken.take(name);
                enumeration(&mut self.text, &name, words);
                let _ = writeln!(
                    self.text,
                    "impl Word for {name} {{\n    fn from_word(word: &str) -> Option<Self> {{\n        Self::of(word)\n    }}\n\n    fn to_word(&self) -> String {{\n        self.as_str().into()\n    }}\n}}\n"
                );
                name
            }
            _ => "String".into(),
        }
    }
}

/// Which definitions lead back to themselves.
fn recursive(schema: &Schema) -> Vec<bool> {
    let definitions = schema.definitions();
    let direct: Vec<Vec<usize>> = definitions.iter().map(|(_, node)| references(node)).collect();
    let leads_back = |start: usize| {
        let mut seen = vec![false; direct.len()];
        let mut next = direct[start].clone();
        while let Some(at) = next.pop() {
            if at == start {
                return true;
            }
            if !std::mem::replace(&mut seen[at], true) {
                next.extend(&direct[at]);
            }
        }
        false
    };
    (0..direct.len()).map(leads_back).collect()
}

fn references(node: &Node) -> Vec<usize> {
    let members =
        |properties: &Properties| properties.members.iter().flat_map(|member| references(&member.node)).collect();
    match &node.form {
        Form::Ref(index) => vec![*index],
        Form::Elements(inner) | Form::Values(inner) => references(inner),
        Form::Properties(properties) => members(properties),
        Form::Discriminator { mapping, .. } => mapping.iter().flat_map(|(_, one)| -> Vec<_> { members(one) }).collect(),
        _ => Vec::new(),
    }
}

struct Writer<'t, 'd> {
    types: &'t mut Types,
    definitions: &'d [Definition],
}

impl Writer<'_, '_> {
    /// Writes a definition under the name it has.
    fn define(&mut self, definition: &Definition, form: &Form) {
        let name = &definition.name;
        match form {
            Form::Properties(properties) => self.object(name, properties, None),
            Form::Discriminator { tag, mapping } => self.tagged(name, tag, mapping),
            Form::Enum(words) => enumeration(&mut self.types.text, name, words),
            other => {
                let kind = self.form(other, &format!("{name}Item"), false);
                self.wrapped(name, &kind);
            }
        }
    }

    /// A type of its own: an alias could not lead back to itself.
    fn wrapped(&mut self, name: &str, kind: &str) {
        // Writing into a string cannot fail.
        let _ = writeln!(
            self.types.text,
            "/// `{name}` of the bind.\n#[derive(Clone, Debug, PartialEq)]\npub struct {name}(\n    /// The value.\n    pub {kind},\n);\n\nimpl Json for {name} {{\n    fn read(json: &mut Reader<'_>) -> Option<Self> {{\n        Json::read(json).map(Self)\n    }}\n\n    fn write(&self, json: &mut Writer) {{\n        self.0.write(json);\n    }}\n}}\n"
        );
    }

    /// The type of a node; `name` is what it is called if it needs a name, `bare` whether it stands for itself in memory.
    fn node(&mut self, node: &Node, name: &str, bare: bool) -> String {
        let kind = self.form(&node.form, name, bare);
        let target = if let Form::Ref(index) = node.form { self.definitions[index].nullable } else { false };
        if node.nullable || target { format!("Option<{kind}>") } else { kind }
    }

    fn form(&mut self, form: &Form, name: &str, bare: bool) -> String {
        match form {
            Form::Empty => "Any".into(),
            Form::Ref(index) => {
                let target = &self.definitions[*index];
                if target.recursive && bare { format!("Box<{}>", target.name) } else { target.name.clone() }
            }
            Form::Type(kind) => scalar(*kind).into(),
            Form::Elements(inner) => format!("Vec<{}>", self.node(inner, &format!("{name}Item"), false)),
            Form::Values(inner) => format!("Map<{}>", self.node(inner, &format!("{name}Value"), false)),
            Form::Enum(words) => {
                let name = self.types.taken.take(name);
                enumeration(&mut self.types.text, &name, words);
                name
            }
            Form::Properties(properties) => {
                let name = self.types.taken.take(name);
                self.object(&name, properties, None);
                name
            }
            Form::Discriminator { tag, mapping } => {
                let name = self.types.taken.take(name);
                self.tagged(&name, tag, mapping);
                name
            }
        }
    }

    fn object(&mut self, name: &str, properties: &Properties, tag: Option<(&str, &str)>) {
        let mut taken = taken_fields();
        let fields: Vec<_> = properties
            .members
            .iter()
            .map(|member| {
                let kind = self.node(&member.node, &format!("{name}{}", pascal(&member.name)), true);
                (taken.take(&snake(&member.name)), member, kind)
            })
            .collect();
        let out = &mut self.types.text;
        let _ = writeln!(out, "/// `{name}` of the bind.\n#[derive(Clone, Debug, PartialEq)]\npub struct {name} {{");
        for (field, member, kind) in &fields {
            let kind = if member.required { kind.clone() } else { format!("Option<{kind}>") };
            let _ = writeln!(out, "    /// {}\n    pub {field}: {kind},", doc(&member.name));
        }
        out.push_str("}\n\n");
        read_object(out, name, &fields);
        out.push_str("    fn write(&self, json: &mut Writer) {\n        json.begin(b'{');\n");
        if let Some((tag, word)) = tag {
            let _ = writeln!(out, "        json.member({}, &String::from({}));", quoted(tag), quoted(word));
        }
        for (field, member, _) in &fields {
            let how = if member.required { "member" } else { "maybe" };
            let _ = writeln!(out, "        json.{how}({}, &self.{field});", quoted(&member.name));
        }
        out.push_str("        json.end(b'}');\n    }\n}\n\n");
    }

    fn tagged(&mut self, name: &str, tag: &str, mapping: &[(String, Properties)]) {
        let mut taken = Taken::but(&["Self"]);
        let mut variants = Vec::new();
        for (word, properties) in mapping {
            let variant = taken.take(&pascal(word));
            let kind = self.types.taken.take(&format!("{name}{variant}"));
            self.object(&kind, properties, Some((tag, word)));
            variants.push((variant, kind, word));
        }
        let out = &mut self.types.text;
        let _ = writeln!(
            out,
            "/// `{name}` of the bind: {} says which.\n#[derive(Clone, Debug, PartialEq)]\npub enum {name} {{",
            doc(tag)
        );
        for (variant, kind, word) in &variants {
            let _ = writeln!(out, "    /// {}\n    {variant}({kind}),", doc(word));
        }
        let _ = writeln!(out, "}}\n\nimpl Json for {name} {{\n    fn read(json: &mut Reader<'_>) -> Option<Self> {{");
        let _ = writeln!(out, "        match json.tag({})?.as_str() {{", quoted(tag));
        for (variant, _, word) in &variants {
            let _ = writeln!(out, "            {} => Json::read(json).map(Self::{variant}),", quoted(word));
        }
        out.push_str("            _ => None,\n        }\n    }\n\n");
        let unused = if variants.is_empty() { "_json" } else { "json" };
        let _ = writeln!(
            out,
            "    fn write(&self, {unused}: &mut Writer) {{\n        match {}self {{",
            if variants.is_empty() { "*" } else { "" }
        );
        for (variant, _, _) in &variants {
            let _ = writeln!(out, "            Self::{variant}(value) => value.write(json),");
        }
        out.push_str("        }\n    }\n}\n\n");
    }
}

/// How an object is read: a place for each member, filled as they come.
fn read_object(out: &mut String, name: &str, fields: &[(String, &Member, String)]) {
    let _ = writeln!(out, "impl Json for {name} {{\n    fn read(json: &mut Reader<'_>) -> Option<Self> {{");
    if fields.is_empty() {
        out.push_str("        json.object(&mut |_, json| json.skip())?;\n        Some(Self {})\n    }\n\n");
        return;
    }
    for (at, (_, _, kind)) in fields.iter().enumerate() {
        let _ = writeln!(out, "        let mut n{at}: Option<{kind}> = None;");
    }
    out.push_str("        json.object(&mut |name, json| {\n            match name {\n");
    for (at, (_, member, _)) in fields.iter().enumerate() {
        let _ = writeln!(out, "                {} => n{at} = Some(Json::read(json)?),", quoted(&member.name));
    }
    out.push_str(
        "                _ => json.skip()?,\n            }\n            Some(())\n        })?;\n        Some(Self {\n",
    );
    for (at, (field, member, _)) in fields.iter().enumerate() {
        let missing = if member.required { "?" } else { "" };
        let _ = writeln!(out, "            {field}: n{at}{missing},");
    }
    out.push_str("        })\n    }\n\n");
}

fn enumeration(out: &mut String, name: &str, words: &[String]) {
    let mut taken = Taken::but(&["Self"]);
    let variants: Vec<_> = words.iter().map(|word| (taken.take(&pascal(word)), word)).collect();
    let _ =
        writeln!(out, "/// `{name}` of the bind.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum {name} {{");
    for (variant, word) in &variants {
        let _ = writeln!(out, "    /// {}\n    {variant},", doc(word));
    }
    let _ = writeln!(
        out,
        "}}\n\nimpl {name} {{\n    /// The word for it.\n    pub fn as_str(self) -> &'static str {{\n        match self {{"
    );
    for (variant, word) in &variants {
        let _ = writeln!(out, "            Self::{variant} => {},", quoted(word));
    }
    out.push_str("        }\n    }\n\n    /// What a word stands for.\n    pub fn of(word: &str) -> Option<Self> {\n        match word {\n");
    for (variant, word) in &variants {
        let _ = writeln!(out, "            {} => Some(Self::{variant}),", quoted(word));
    }
    let _ = writeln!(
        out,
        "            _ => None,\n        }}\n    }}\n}}\n\nimpl Json for {name} {{\n    fn read(json: &mut Reader<'_>) -> Option<Self> {{\n        Self::of(&json.text()?)\n    }}\n\n    fn write(&self, json: &mut Writer) {{\n        json.text(self.as_str());\n    }}\n}}\n"
    );
}

/// A type of one value.
fn scalar(kind: Type) -> &'static str {
    match kind {
        Type::Boolean => "bool",
        Type::String | Type::Timestamp => "String",
        Type::Float32 => "f32",
        Type::Float64 => "f64",
        Type::Int8 => "i8",
        Type::Uint8 => "u8",
        Type::Int16 => "i16",
        Type::Uint16 => "u16",
        Type::Int32 => "i32",
        Type::Uint32 => "u32",
    }
}

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    let inside: String =
        text.chars().map(|c| if c == '\'' { "'".into() } else { c.escape_default().to_string() }).collect();
    format!("\"{inside}\"")
}

/// A word of the bind in a comment: on one line, whatever it is.
pub(super) fn doc(word: &str) -> String {
    let plain: String = word.chars().map(|c| if c.is_control() || c == '`' { ' ' } else { c }).collect();
    format!("`{}`", plain.trim())
}

/// The members of a query.
pub(super) fn members(schema: &Schema) -> Vec<&Member> {
    match schema.form(schema.root()) {
        Form::Properties(properties) => properties.members.iter().collect(),
        _ => Vec::new(),
    }
}

/// The elements of a member that stands several times in a query.
pub(super) fn each<'s>(schema: &'s Schema, node: &'s Node) -> Option<&'s Node> {
    match schema.form(node) {
        Form::Elements(inner) => Some(inner),
        _ => None,
    }
}
