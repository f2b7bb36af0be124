//! Types of AssemblyScript from schemas, with how they are read and written.
//!
//! What may be absent or `null` is `null`; a number or a boolean that may is in a `Box`.

use std::fmt::Write as _;

use starlane_schema::{Form, Member, Node, Properties, Schema};

use super::kind::Kind;
use crate::bindgen::names::{Taken, camel, pascal};

/// Names of the language, and of what the code uses of the library.
const KEPT: [&str; 50] = [
    "Answer",
    "Any",
    "Array",
    "ArrayBuffer",
    "Asked",
    "Box",
    "Boolean",
    "DataView",
    "Date",
    "Error",
    "F32",
    "F64",
    "Function",
    "I16",
    "I32",
    "I64",
    "I8",
    "Infinity",
    "Int8Array",
    "Map",
    "Math",
    "Mathf",
    "Message",
    "N",
    "NaN",
    "Number",
    "Object",
    "Pong",
    "Promise",
    "Reader",
    "Record",
    "RegExp",
    "Reply",
    "Set",
    "StaticArray",
    "String",
    "Symbol",
    "Temporal",
    "U16",
    "U32",
    "U64",
    "U8",
    "Uint8Array",
    "V128",
    "Writer",
    "Isize",
    "Usize",
    "Bool",
    "Atomics",
    "ReferenceError",
];

/// Words that cannot be the name of a field or a function, or would hide what the code uses.
pub(super) const WORDS: [&str; 84] = [
    "abstract",
    "as",
    "async",
    "await",
    "bool",
    "boolean",
    "break",
    "bytes",
    "case",
    "catch",
    "class",
    "const",
    "constructor",
    "continue",
    "debugger",
    "declare",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "export",
    "extends",
    "f32",
    "f64",
    "false",
    "finally",
    "fits",
    "for",
    "from",
    "function",
    "get",
    "i16",
    "i32",
    "i64",
    "i8",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "is",
    "json",
    "keyof",
    "let",
    "module",
    "namespace",
    "new",
    "null",
    "number",
    "of",
    "operator",
    "package",
    "part",
    "private",
    "protected",
    "public",
    "queryEach",
    "queryOne",
    "read",
    "readonly",
    "return",
    "set",
    "static",
    "string",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "type",
    "typeof",
    "u16",
    "u32",
    "u64",
    "u8",
    "usize",
    "var",
    "void",
    "wave",
    "while",
    "yield",
];

/// The names of fields.
pub(super) fn taken_fields() -> Taken {
    let mut taken = Taken::but(&WORDS);
    ["write", "with", "toString", "all", "i"].iter().for_each(|word| drop(taken.take(word)));
    taken
}

/// The types that were written.
pub(super) struct Types {
    pub(super) text: String,
    taken: Taken,
}

impl Default for Types {
    fn default() -> Self {
        Self { text: String::new(), taken: Taken::but(&KEPT) }
    }
}

impl Types {
    /// A name that nothing else has.
    pub(super) fn take(&mut self, name: &str) -> String {
        self.taken.take(name)
    }

    /// Writes the type of a schema, and those of its definitions.
    pub(super) fn named(&mut self, name: &str, schema: &Schema) -> Kind {
        let definitions: Vec<_> = schema
            .definitions()
            .iter()
            .map(|(definition, node)| (self.take(&format!("{name}{}", pascal(definition))), node.nullable))
            .collect();
        let mut writer = Writer { types: self, definitions: &definitions };
        for ((name, _), (_, node)) in definitions.iter().zip(schema.definitions()) {
            match &node.form {
                Form::Properties(properties) => writer.class(name, properties, None),
                Form::Discriminator { tag, mapping } => writer.tagged(name, tag, mapping),
                other => writer.wrapped(name, other),
            }
        }
        writer.node(schema.root(), name)
    }

    /// The type of a part of a path, or of one value of a query; and how a text becomes it.
    pub(super) fn word(schema: &Schema, node: &Node) -> Kind {
        match schema.form(node) {
            Form::Type(kind) => Kind::of_type(*kind),
            Form::Enum(words) => Kind::word(words),
            _ => Kind::text(),
        }
    }
}

struct Writer<'t, 'd> {
    types: &'t mut Types,
    /// What definitions are called, and whether they may be `null`.
    definitions: &'d [(String, bool)],
}

impl Writer<'_, '_> {
    fn node(&mut self, node: &Node, name: &str) -> Kind {
        let kind = self.form(&node.form, name);
        let target = if let Form::Ref(index) = node.form { self.definitions[index].1 } else { false };
        if node.nullable || target { kind.or_null() } else { kind }
    }

    fn form(&mut self, form: &Form, name: &str) -> Kind {
        match form {
            Form::Empty => Kind::any(),
            // What leads back to itself must not begin with a value of itself.
            Form::Ref(index) => {
                let name = &self.definitions[*index].0;
                Kind::class(name).beginning(format!("changetype<{name}>(0)"))
            }
            Form::Type(kind) => Kind::of_type(*kind),
            Form::Enum(words) => Kind::word(words),
            Form::Elements(inner) => {
                let inner = self.node(inner, &format!("{name}Item"));
                self.list(name, &inner)
            }
            Form::Values(inner) => {
                let inner = self.node(inner, &format!("{name}Value"));
                self.map(name, &inner)
            }
            Form::Properties(properties) => {
                let name = self.types.take(name);
                self.class(&name, properties, None);
                Kind::class(&name)
            }
            Form::Discriminator { tag, mapping } => {
                let name = self.types.take(name);
                self.tagged(&name, tag, mapping);
                Kind::class(&name)
            }
        }
    }

    fn list(&mut self, name: &str, inner: &Kind) -> Kind {
        let (name, kind) = (self.types.take(&format!("{name}List")), format!("Array<{}>", inner.name));
        // Writing into a string cannot fail.
        let _ = writeln!(
            self.types.text,
            "function read{name}(json: Reader): {kind} {{\n  const all: {kind} = [];\n  json.begin(0x5b);\n  while (json.next(0x5d)) all.push({});\n  return all;\n}}\n\nfunction write{name}(json: Writer, all: {kind}): void {{\n  json.begin(\"[\");\n  for (let i = 0; i < all.length; i++) {{\n    json.next();\n    const one = all[i];\n    {}\n  }}\n  json.end(\"]\");\n}}\n",
            inner.read,
            inner.writes("one"),
        );
        Kind::object(&kind, &format!("read{name}(json)"), &format!("write{name}(json, $);"), "[]")
    }

    fn map(&mut self, name: &str, inner: &Kind) -> Kind {
        let (name, kind) = (self.types.take(&format!("{name}Map")), format!("Map<string, {}>", inner.name));
        let _ = writeln!(
            self.types.text,
            "function read{name}(json: Reader): {kind} {{\n  const all = new {kind}();\n  json.begin(0x7b);\n  while (json.next(0x7d)) {{\n    const name = json.name();\n    all.set(name, {});\n  }}\n  return all;\n}}\n\nfunction write{name}(json: Writer, all: {kind}): void {{\n  const names = all.keys();\n  json.begin(\"{{\");\n  for (let i = 0; i < names.length; i++) {{\n    json.name(names[i]);\n    const one = all.get(names[i]);\n    {}\n  }}\n  json.end(\"}}\");\n}}\n",
            inner.read,
            inner.writes("one"),
        );
        Kind::object(&kind, &format!("read{name}(json)"), &format!("write{name}(json, $);"), &format!("new {kind}()"))
    }

    /// A definition that is no object: a class with a value, so that it may lead back to itself.
    fn wrapped(&mut self, name: &str, form: &Form) {
        let inner = self.form(form, name);
        let _ = writeln!(
            self.types.text,
            "export class {name} {{\n  value: {} = {};\n\n  static read(json: Reader): {name} {{\n    const all = new {name}();\n    all.value = {};\n    return all;\n  }}\n\n  write(json: Writer): void {{\n    {}\n  }}\n}}\n",
            inner.name,
            inner.first,
            inner.read,
            inner.writes("this.value"),
        );
    }

    fn class(&mut self, name: &str, properties: &Properties, tag: Option<(&str, &str)>) {
        let mut taken = taken_fields();
        let mut fields = Vec::new();
        for member in &properties.members {
            let kind = self.node(&member.node, &format!("{name}{}", pascal(&member.name)));
            let kind = if member.required { kind } else { kind.or_null() };
            fields.push((taken.take(&camel(&member.name)), member, kind));
        }
        let out = &mut self.types.text;
        let _ = writeln!(out, "export class {name} {{");
        for (field, _, kind) in &fields {
            let _ = writeln!(out, "  {field}: {} = {};", kind.name, kind.first);
        }
        let _ = writeln!(out, "\n  static read(json: Reader): {name} {{\n    const all = new {name}();");
        read_members(out, &fields);
        out.push_str("    return all;\n  }\n\n  write(json: Writer): void {\n    json.begin(\"{\");\n");
        if let Some((tag, word)) = tag {
            let _ = writeln!(out, "    json.name({});\n    json.text({});", quoted(tag), quoted(word));
        }
        for (field, member, kind) in &fields {
            let name = format!("json.name({});", quoted(&member.name));
            let _ = match member.required {
                true => writeln!(out, "    {name}\n    {}", kind.writes(&format!("this.{field}"))),
                false => writeln!(
                    out,
                    "    if (this.{field} !== null) {{\n      {name}\n      {}\n    }}",
                    kind.writes(&format!("this.{field}"))
                ),
            };
        }
        out.push_str("    json.end(\"}\");\n  }\n}\n\n");
    }

    fn tagged(&mut self, name: &str, tag: &str, mapping: &[(String, Properties)]) {
        let mut taken = taken_fields();
        let mut variants = Vec::new();
        for (word, properties) in mapping {
            let kind = self.types.take(&format!("{name}{}", pascal(word)));
            self.class(&kind, properties, Some((tag, word)));
            variants.push((taken.take(&camel(word)), kind, word));
        }
        let out = &mut self.types.text;
        let _ = writeln!(out, "/** One of these: {} says which. */\nexport class {name} {{", doc(tag));
        for (field, kind, _) in &variants {
            let _ = writeln!(out, "  {field}: {kind} | null = null;");
        }
        let _ = writeln!(
            out,
            "\n  static read(json: Reader): {name} {{\n    const all = new {name}();\n    const tag = json.tag({});",
            quoted(tag)
        );
        for (field, kind, word) in &variants {
            let _ = writeln!(
                out,
                "    if (tag == {}) {{\n      all.{field} = {kind}.read(json);\n      return all;\n    }}",
                quoted(word)
            );
        }
        out.push_str("    json.need(false);\n    return all;\n  }\n\n  write(json: Writer): void {\n");
        for (at, (field, _, _)) in variants.iter().enumerate() {
            let _ = writeln!(out, "    const n{at} = this.{field};\n    if (n{at} !== null) return n{at}.write(json);");
        }
        out.push_str("    json.raw(\"null\");\n  }\n}\n\n");
    }
}

/// How the members of an object are read, in any order; those that must be there are noted.
fn read_members(out: &mut String, fields: &[(String, &Member, Kind)]) {
    let required =
        || fields.iter().enumerate().filter(|(_, (_, member, _))| member.required).map(|(at, _)| format!("n{at}"));
    for noted in required() {
        let _ = writeln!(out, "    let {noted} = false;");
    }
    out.push_str("    json.begin(0x7b);\n    while (json.next(0x7d)) {\n      const name = json.name();\n");
    for (at, (field, member, kind)) in fields.iter().enumerate() {
        let note = if member.required { format!(" n{at} = true;") } else { String::new() };
        let _ = writeln!(
            out,
            "      if (name == {}) {{\n        all.{field} = {};{note}\n        continue;\n      }}",
            quoted(&member.name),
            kind.read
        );
    }
    out.push_str("      json.skip();\n    }\n");
    let all: Vec<_> = required().collect();
    if !all.is_empty() {
        let _ = writeln!(out, "    json.need({});", all.join(" && "));
    }
}

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// A word of the bind in a comment: on one line, whatever it is.
pub(super) fn doc(word: &str) -> String {
    let plain: String = word.chars().map(|c| if c.is_control() || c == '`' { ' ' } else { c }).collect();
    format!("`{}`", plain.replace("*/", "* /").trim())
}
