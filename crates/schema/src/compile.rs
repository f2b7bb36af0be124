//! Compiling: a schema as JSON to its forms, RFC 8927, section 2.
//!
//! Every mistake is found, each with its place. Beyond the RFC a schema is bounded in depth and size, and a reference
//! that leads back to itself without going into the body is refused: checking it would never end.

use std::error::Error;
use std::fmt;

use serde_json::{Map, Value};

use crate::form::{Form, Member, Node, Properties, Schema, Type};
use crate::limits::{DEPTH, MISTAKES, SCHEMA_NODES};
use crate::mismatch::{Way, cut};

/// One mistake in a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    /// The place, as a JSON Pointer (RFC 6901) into the schema; empty for the whole of it.
    pub place: String,
    /// What is wrong.
    pub message: String,
}

impl SchemaError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        "bad-schema"
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" => f.write_str(&self.message),
            place => write!(f, "at `{place}` of the schema: {}", self.message),
        }
    }
}

impl Error for SchemaError {}

/// Keywords that make a form, with those that may stand beside them.
const FORMS: [(&str, &[&str]); 8] = [
    ("ref", &[]),
    ("type", &[]),
    ("enum", &[]),
    ("elements", &[]),
    ("properties", &["optionalProperties", "additionalProperties"]),
    ("optionalProperties", &["properties", "additionalProperties"]),
    ("values", &[]),
    ("discriminator", &["mapping"]),
];

/// Keywords that may stand beside any form.
const EVERYWHERE: [&str; 3] = ["definitions", "nullable", "metadata"];

impl Schema {
    /// Compiles a schema.
    ///
    /// # Errors
    /// Every mistake, in the order of the schema; one at least.
    pub fn compile(json: &Value) -> Result<Self, Vec<SchemaError>> {
        let mut names: Vec<&String> =
            json.get("definitions").and_then(Value::as_object).map(|map| map.keys().collect()).unwrap_or_default();
        names.sort_unstable();
        let mut compiler = Compiler { names, nodes: 0, errors: Vec::new() };
        let schema = compiler.schema(json);
        match (schema, compiler.errors.is_empty()) {
            (Some(mut schema), true) => resolve(&mut schema).map(|()| schema),
            _ => Err(compiler.errors),
        }
    }
}

struct Compiler<'j> {
    /// The names of the definitions, in order.
    names: Vec<&'j String>,
    nodes: usize,
    errors: Vec<SchemaError>,
}

impl Compiler<'_> {
    fn wrong<T>(&mut self, at: &Way<'_>, message: impl Into<String>) -> Option<T> {
        if self.errors.len() < MISTAKES {
            self.errors.push(SchemaError { place: cut(at.pointer()), message: cut(message.into()) });
        }
        None
    }

    fn schema(&mut self, json: &Value) -> Option<Schema> {
        let mut definitions = Vec::new();
        if let Some(given) = json.get("definitions") {
            let at = Way::ROOT.name("definitions");
            let map = self.object(given, &at)?;
            for name in self.names.clone() {
                let node = map.get(name).and_then(|json| self.node(json, &at.name(name), 1));
                definitions.extend(node.map(|node| (name.clone(), node)));
            }
        }
        let root = self.node(json, &Way::ROOT, 0)?;
        Some(Schema { definitions, root })
    }

    fn object<'v>(&mut self, json: &'v Value, at: &Way<'_>) -> Option<&'v Map<String, Value>> {
        match json.as_object() {
            Some(map) => Some(map),
            None => self.wrong(at, format!("an object is expected here, not `{json}`")),
        }
    }

    fn node(&mut self, json: &Value, at: &Way<'_>, depth: usize) -> Option<Node> {
        let map = self.object(json, at)?;
        self.room(1, at)?;
        if depth > DEPTH {
            return self.wrong(at, format!("a schema has {DEPTH} levels at most"));
        }
        if depth > 0 && map.contains_key("definitions") {
            return self.wrong(at, "definitions stand at the top of a schema only");
        }
        let nullable = match map.get("nullable") {
            None => false,
            Some(Value::Bool(nullable)) => *nullable,
            Some(other) => {
                return self.wrong(&at.name("nullable"), format!("`nullable` is true or false, not `{other}`"));
            }
        };
        if let Some(other) = map.get("metadata").filter(|metadata| !metadata.is_object()) {
            return self.wrong(&at.name("metadata"), format!("`metadata` is an object, not `{other}`"));
        }
        let form = self.form(map, at, depth)?;
        Some(Node { form, nullable })
    }

    fn room(&mut self, more: usize, at: &Way<'_>) -> Option<()> {
        self.nodes += more;
        // Said once: what follows would say the same.
        match self.nodes {
            within if within <= SCHEMA_NODES => Some(()),
            past if past - more > SCHEMA_NODES => None,
            _ => self.wrong(at, format!("a schema has {SCHEMA_NODES} forms and words at most")),
        }
    }

    fn form(&mut self, map: &Map<String, Value>, at: &Way<'_>, depth: usize) -> Option<Form> {
        let form = FORMS.iter().find(|(keyword, _)| map.contains_key(*keyword));
        let beside = form.map_or(&[] as &[&str], |(_, beside)| beside);
        let is_form = |name: &str| FORMS.iter().any(|(form, also)| *form == name || also.contains(&name));
        for name in map.keys() {
            if form.is_some_and(|(keyword, _)| keyword == name)
                || beside.contains(&name.as_str())
                || EVERYWHERE.contains(&name.as_str())
            {
                continue;
            }
            let message = match form {
                Some((keyword, _)) if is_form(name) => format!("`{name}` cannot stand beside `{keyword}`"),
                None if name == "mapping" => "`mapping` needs a `discriminator`".into(),
                None if is_form(name) => format!("`{name}` needs `properties` or `optionalProperties`"),
                _ => format!("`{name}` is no keyword of a schema{}", alike(name)),
            };
            return self.wrong(&at.name(name), message);
        }
        let Some((keyword, _)) = form else { return Some(Form::Empty) };
        let (value, way) = (&map[*keyword], at.name(keyword));
        match *keyword {
            "ref" => self.reference(value, &way),
            "type" => self.kind(value, &way),
            "enum" => self.words(value, &way),
            "elements" => Some(Form::Elements(Box::new(self.node(value, &way, depth + 1)?))),
            "values" => Some(Form::Values(Box::new(self.node(value, &way, depth + 1)?))),
            "discriminator" => self.discriminator(map, value, at, depth),
            _ => self.properties(map, at, depth).map(Form::Properties),
        }
    }

    fn reference(&mut self, value: &Value, at: &Way<'_>) -> Option<Form> {
        let Some(name) = value.as_str() else {
            return self.wrong(at, format!("a reference is the name of a definition, not `{value}`"));
        };
        match self.names.binary_search_by(|known| known.as_str().cmp(name)) {
            Ok(index) => Some(Form::Ref(index)),
            Err(_) => self.wrong(at, format!("there is no definition `{name}`")),
        }
    }

    fn kind(&mut self, value: &Value, at: &Way<'_>) -> Option<Form> {
        match Type::WORDS.iter().find(|(word, _)| value.as_str() == Some(word)) {
            Some((_, kind)) => Some(Form::Type(*kind)),
            None => {
                let words: Vec<_> = Type::WORDS.iter().map(|(word, _)| *word).collect();
                self.wrong(at, format!("`{value}` is no type: there are {}", words.join(", ")))
            }
        }
    }

    fn words(&mut self, value: &Value, at: &Way<'_>) -> Option<Form> {
        let words = value.as_array().map(|items| items.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
        let Some(Some(mut words)) = words.filter(|words| words.as_ref().is_none_or(|words| !words.is_empty())) else {
            return self.wrong(at, "an enum is an array of strings, one at least");
        };
        self.room(words.len(), at)?;
        words.sort_unstable();
        match words.windows(2).find(|two| two[0] == two[1]) {
            Some(twice) => self.wrong(at, format!("`{}` stands twice", twice[0])),
            None => Some(Form::Enum(words.into_iter().map(str::to_owned).collect())),
        }
    }

    fn properties(&mut self, map: &Map<String, Value>, at: &Way<'_>, depth: usize) -> Option<Properties> {
        let mut members = Vec::new();
        for (keyword, required) in [("properties", true), ("optionalProperties", false)] {
            let Some(given) = map.get(keyword) else { continue };
            let way = at.name(keyword);
            for (name, json) in self.object(given, &way)? {
                let node = self.node(json, &way.name(name), depth + 1);
                members.extend(node.map(|node| Member { name: name.clone(), node, required }));
            }
        }
        members.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(twice) = members.windows(2).find(|two| two[0].name == two[1].name) {
            let name = &twice[0].name;
            return self.wrong(&at.name("optionalProperties").name(name), format!("`{name}` is required already"));
        }
        let open = match map.get("additionalProperties") {
            None => false,
            Some(Value::Bool(open)) => *open,
            Some(other) => {
                let message = format!("`additionalProperties` is true or false, not `{other}`");
                return self.wrong(&at.name("additionalProperties"), message);
            }
        };
        let required = members.iter().filter(|member| member.required).count();
        Some(Properties { members, open, required, keyword: map.contains_key("properties") })
    }

    fn discriminator(&mut self, map: &Map<String, Value>, tag: &Value, at: &Way<'_>, depth: usize) -> Option<Form> {
        let Some(tag) = tag.as_str() else {
            return self
                .wrong(&at.name("discriminator"), format!("a discriminator is the name of a member, not `{tag}`"));
        };
        let Some(given) = map.get("mapping") else {
            return self.wrong(at, "a `discriminator` needs a `mapping`");
        };
        let way = at.name("mapping");
        let mut mapping = Vec::new();
        for (word, json) in self.object(given, &way)? {
            let way = way.name(word);
            match self.node(json, &way, depth + 1) {
                Some(Node { form: Form::Properties(properties), nullable: false }) => {
                    if properties.member(tag).is_some() {
                        return self.wrong(&way, format!("`{tag}` is the discriminator, and no member here"));
                    }
                    mapping.push((word.clone(), properties));
                }
                Some(_) => return self.wrong(&way, "a mapping leads to `properties` that are not nullable"),
                None => {}
            }
        }
        mapping.sort_by(|a, b| a.0.cmp(&b.0));
        Some(Form::Discriminator { tag: tag.into(), mapping })
    }
}

fn alike(name: &str) -> String {
    let keywords =
        FORMS.iter().flat_map(|(keyword, beside)| std::iter::once(keyword).chain(*beside)).chain(&EVERYWHERE);
    let mut keywords = keywords.filter(|keyword| keyword.eq_ignore_ascii_case(name) || format!("{name}s") == **keyword);
    keywords.next().map(|keyword| format!("; did you mean `{keyword}`?")).unwrap_or_default()
}

/// Leads every reference to what it stands for in the end.
fn resolve(schema: &mut Schema) -> Result<(), Vec<SchemaError>> {
    let mut targets = Vec::with_capacity(schema.definitions.len());
    let mut errors = Vec::new();
    for start in 0..schema.definitions.len() {
        match end(schema, start) {
            Some(target) => targets.push(target),
            None if errors.len() == MISTAKES => break,
            None => errors.push(SchemaError {
                place: cut(Way::ROOT.name("definitions").name(&schema.definitions[start].0).pointer()),
                message: "this reference leads back to itself, so nothing ever says what is expected".into(),
            }),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let Schema { definitions, root } = schema;
    definitions.iter_mut().map(|(_, node)| node).chain([root]).for_each(|node| lead(node, &targets));
    Ok(())
}

/// Where a chain of references ends, and whether one of them takes `null`; nothing if it runs in a circle.
fn end(schema: &Schema, start: usize) -> Option<(usize, bool)> {
    let (mut at, mut nullable) = (start, false);
    for _ in 0..=schema.definitions.len() {
        let node = &schema.definitions[at].1;
        match node.form {
            Form::Ref(next) => (at, nullable) = (next, nullable || node.nullable),
            _ => return Some((at, nullable)),
        }
    }
    None
}

fn lead(node: &mut Node, targets: &[(usize, bool)]) {
    match &mut node.form {
        Form::Ref(at) => {
            let (target, nullable) = targets[*at];
            *at = target;
            node.nullable |= nullable;
        }
        Form::Elements(inner) | Form::Values(inner) => lead(inner, targets),
        Form::Properties(properties) => lead_members(properties, targets),
        Form::Discriminator { mapping, .. } => {
            mapping.iter_mut().for_each(|(_, properties)| lead_members(properties, targets));
        }
        Form::Empty | Form::Type(_) | Form::Enum(_) => {}
    }
}

fn lead_members(properties: &mut Properties, targets: &[(usize, bool)]) {
    properties.members.iter_mut().for_each(|member| lead(&mut member.node, targets));
}
