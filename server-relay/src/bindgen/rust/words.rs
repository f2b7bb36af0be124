//! The named parts of a path, and the members of a query: each a text.

use std::fmt::Write as _;

use starlane_host::bind::RouteSchemas;
use starlane_protocol::document::Route;
use starlane_schema::Schema;

use super::shown;
use super::types::{Types, doc, each, members, quoted, taken_fields};
use crate::bindgen::names::{pascal, snake};

/// Writes the type of the parts of a path; its name, if there are any.
pub(super) fn params(types: &mut Types, of: &str, route: &Route, schemas: &RouteSchemas) -> Option<String> {
    let mut taken = taken_fields();
    let fields: Vec<_> = route.path.names().map(|name| (name.to_owned(), taken.take(&snake(name)))).collect();
    if fields.is_empty() {
        return None;
    }
    let kinds: Vec<_> = fields.iter().map(|(name, _)| kind_of(types, of, name, schemas)).collect();
    let name = types.taken.take(&format!("{of}Params"));
    let out = &mut types.text;
    let _ = writeln!(
        out,
        "/// The named parts of the path of {}.\n#[derive(Clone, Debug, PartialEq)]\npub struct {name} {{",
        shown(route)
    );
    for ((part, field), kind) in fields.iter().zip(&kinds) {
        let _ = writeln!(out, "    /// {}\n    pub {field}: {kind},", doc(part));
    }
    let _ =
        writeln!(out, "}}\n\nimpl {name} {{\n    fn of(wave: &Wave) -> Result<Self, Instead> {{\n        Ok(Self {{");
    for (part, field) in &fields {
        let _ = writeln!(out, "            {field}: wave.param_as({})?,", quoted(part));
    }
    let _ =
        writeln!(out, "        }})\n    }}\n\n    fn path(&self) -> String {{\n        let mut path = String::new();");
    for piece in route.path.as_str().split('/').skip(1).filter(|piece| *piece != "*") {
        match piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}')) {
            Some(part) => {
                let field = fields.iter().find(|(name, _)| name == part).map(|(_, field)| field.as_str());
                let _ = writeln!(
                    out,
                    "        path.push('/');\n        path.push_str(&part(&self.{}));",
                    field.unwrap_or_default()
                );
            }
            None => {
                let _ = writeln!(out, "        path.push_str({});", quoted(&format!("/{piece}")));
            }
        }
    }
    out.push_str("        path\n    }\n}\n\n");
    Some(name)
}

fn kind_of(types: &mut Types, of: &str, name: &str, schemas: &RouteSchemas) -> String {
    match schemas.params.iter().find(|(named, _)| named == name) {
        Some((_, schema)) => types.word(&format!("{of}{}", pascal(name)), schema, schema.root()),
        None => "String".into(),
    }
}

/// Writes the type of a query; its name.
pub(super) fn query(types: &mut Types, of: &str, route: &Route, schema: &Schema) -> String {
    let mut taken = taken_fields();
    let name = types.taken.take(&format!("{of}Query"));
    let mut fields = Vec::new();
    for member in members(schema) {
        let inner = each(schema, &member.node);
        let kind = types.word(&format!("{name}{}", pascal(&member.name)), schema, inner.unwrap_or(&member.node));
        let (kind, how) = match (inner, member.required) {
            (Some(_), _) => (format!("Vec<{kind}>"), "query_each"),
            (None, true) => (kind, "query_one"),
            (None, false) => (format!("Option<{kind}>"), "query_as"),
        };
        fields.push((taken.take(&snake(&member.name)), &member.name, kind, how));
    }
    let out = &mut types.text;
    let _ =
        writeln!(out, "/// The query of {}.\n#[derive(Clone, Debug, PartialEq)]\npub struct {name} {{", shown(route));
    for (field, word, kind, _) in &fields {
        let _ = writeln!(out, "    /// {}\n    pub {field}: {kind},", doc(word));
    }
    let _ =
        writeln!(out, "}}\n\nimpl {name} {{\n    fn of(wave: &Wave) -> Result<Self, Instead> {{\n        Ok(Self {{");
    for (field, word, _, how) in &fields {
        let _ = writeln!(out, "            {field}: wave.{how}({})?,", quoted(word));
    }
    out.push_str("        })\n    }\n\n    fn text(&self) -> String {\n        let mut query = String::new();\n");
    for (field, word, _, how) in &fields {
        let word = quoted(word);
        let _ = match *how {
            "query_one" => writeln!(out, "        pair(&mut query, {word}, &self.{field});"),
            _ => writeln!(
                out,
                "        for value in self.{field}.iter() {{\n            pair(&mut query, {word}, value);\n        }}"
            ),
        };
    }
    out.push_str("        query\n    }\n}\n\n");
    name
}
