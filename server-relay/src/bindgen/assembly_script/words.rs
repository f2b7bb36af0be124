//! The named parts of a path, and the members of a query: each a text.

use std::fmt::Write as _;

use starlane_host::bind::RouteSchemas;
use starlane_protocol::document::Route;
use starlane_schema::{Form, Node, Schema};

use super::kind::Kind;
use super::types::{Types, doc, quoted, taken_fields};
use crate::bindgen::names::camel;

/// One part of a path, or one name of a query.
struct Word<'w> {
    field: String,
    name: &'w str,
    kind: Kind,
    many: bool,
    required: bool,
}

/// Writes the type of the parts of a path; its name, if there are any.
pub(super) fn params(types: &mut Types, of: &str, route: &Route, schemas: &RouteSchemas) -> Option<String> {
    let mut taken = taken_fields();
    taken.take("path");
    let any = Schema::text();
    let words: Vec<_> = route
        .path
        .names()
        .map(|name| {
            let schema = schemas.params.iter().find(|(named, _)| named == name).map_or(&any, |(_, schema)| schema);
            let kind = Types::word(schema, schema.root());
            Word { field: taken.take(&camel(name)), name, kind, many: false, required: true }
        })
        .collect();
    if words.is_empty() {
        return None;
    }
    let class = types.take(&format!("{of}Params"));
    let out = &mut types.text;
    begin(out, &class, "The named parts of the path of", route, &words);
    for word in &words {
        let _ = writeln!(
            out,
            "    const {f} = wave.param({});\n    if ({f} === null) return null;\n    {{\n      const json = new Reader({});\n      all.{f} = {};\n      if (!json.end()) return null;\n    }}",
            quoted(word.name),
            as_json(&word.kind, &word.field),
            word.kind.read,
            f = word.field,
        );
    }
    out.push_str("    return all;\n  }\n\n  path(): string {\n    let path = \"\";\n");
    for piece in route.path.as_str().split('/').skip(1).filter(|piece| *piece != "*") {
        let name = piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}'));
        let _ = match name.and_then(|name| words.iter().find(|word| word.name == name)) {
            Some(word) => {
                writeln!(out, "    path += \"/\" + part({});", text(&word.kind, &format!("this.{}", word.field)))
            }
            None => writeln!(out, "    path += {};", quoted(&format!("/{piece}"))),
        };
    }
    out.push_str("    return path;\n  }\n}\n\n");
    Some(class)
}

/// Writes the type of a query; its name.
pub(super) fn query(types: &mut Types, of: &str, route: &Route, schema: &Schema) -> String {
    let mut taken = taken_fields();
    taken.take("text");
    let members = match schema.form(schema.root()) {
        Form::Properties(properties) => properties.members.as_slice(),
        _ => &[],
    };
    let words: Vec<_> = members
        .iter()
        .map(|member| {
            let inner = each(schema, &member.node);
            let kind = Types::word(schema, inner.unwrap_or(&member.node));
            Word {
                field: taken.take(&camel(&member.name)),
                name: &member.name,
                kind,
                many: inner.is_some(),
                required: member.required,
            }
        })
        .collect();
    let class = types.take(&format!("{of}Query"));
    let out = &mut types.text;
    begin(out, &class, "The query of", route, &words);
    for word in &words {
        let (f, name) = (&word.field, quoted(word.name));
        let how = if word.many { "queryEach" } else { "queryOne" };
        let keep = match (word.many, word.required) {
            (true, _) => format!("all.{f}.push({{}});"),
            (false, true) => format!("all.{f} = {{}};"),
            (false, false) if word.kind.or_null().name.starts_with("Box<") => {
                format!("all.{f} = new Box<{}>({{}});", word.kind.name)
            }
            (false, false) => format!("all.{f} = {{}};"),
        };
        let _ = writeln!(
            out,
            "    const {f} = {how}({name});\n    for (let i = 0; i < {f}.length; i++) {{\n      const json = new Reader({});\n      {}\n      if (!json.end()) return null;\n    }}",
            as_json(&word.kind, &format!("{f}[i]")),
            keep.replace("{}", &word.kind.read),
        );
        if word.required && !word.many {
            let _ = writeln!(out, "    if ({f}.length == 0) return null;");
        }
    }
    out.push_str("    return all;\n  }\n\n  text(): string {\n    const pairs: string[] = [];\n");
    for word in &words {
        let pair = |value: &str| {
            format!("pairs.push({} + part({}));", quoted(&format!("{}=", encoded(word.name))), text(&word.kind, value))
        };
        let field = format!("this.{}", word.field);
        let _ = match (word.many, word.required) {
            (true, _) => writeln!(out, "    for (let i = 0; i < {field}.length; i++) {}", pair(&format!("{field}[i]"))),
            (false, true) => writeln!(out, "    {}", pair(&field)),
            (false, false) => {
                let boxed = word.kind.or_null().name.starts_with("Box<");
                writeln!(
                    out,
                    "    {{ const n = {field}; if (n !== null) {} }}",
                    pair(if boxed { "n.value" } else { "n" })
                )
            }
        };
    }
    out.push_str("    return pairs.join(\"&\");\n  }\n}\n\n");
    class
}

fn each<'s>(schema: &'s Schema, node: &'s Node) -> Option<&'s Node> {
    match schema.form(node) {
        Form::Elements(inner) => Some(inner),
        _ => None,
    }
}

fn begin(out: &mut String, class: &str, what: &str, route: &Route, words: &[Word<'_>]) {
    // Writing into a string cannot fail.
    let _ =
        writeln!(out, "/** {what} {}. */\nexport class {class} {{", doc(&format!("{} {}", route.method, route.path)));
    for word in words {
        let _ = match (word.many, word.required) {
            (true, _) => writeln!(out, "  {}: Array<{}> = [];", word.field, word.kind.name),
            (false, true) => writeln!(out, "  {}: {} = {};", word.field, word.kind.name, word.kind.first),
            (false, false) => writeln!(out, "  {}: {} = null;", word.field, word.kind.or_null().name),
        };
    }
    let _ = writeln!(
        out,
        "\n  /** Those of the wave; null when they are none. */\n  static of(): {class} | null {{\n    const all = new {class}();"
    );
}

/// A text of a path or query as JSON: in quotes where a text is asked for.
fn as_json(kind: &Kind, text: &str) -> String {
    if kind.name == "string" { format!("Writer.quoted({text})") } else { text.into() }
}

/// A value as a text.
fn text(kind: &Kind, value: &str) -> String {
    match kind.name.as_str() {
        "string" => value.into(),
        "bool" => format!("({value} ? \"true\" : \"false\")"),
        _ => format!("{value}.toString()"),
    }
}

/// A name in a query.
fn encoded(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).collect()
}
