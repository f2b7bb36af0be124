//! The smallest wave that the first route of a bind takes.

use starlane_host::bind::{CompiledBind, RouteSchemas};
use starlane_host::event::Draft;
use starlane_protocol::document::Route;
use starlane_protocol::{Body, Headers, Point};
use starlane_schema::{Schema, Value};

/// What stands where any text may: a part of a path is never empty.
const ANY: &str = "x";

/// The wave; nothing if no route can be asked with JSON or text.
pub(super) fn wave(bind: &CompiledBind, to: &Point, wait: u32) -> Option<Draft> {
    bind.routes().find_map(|(route, schemas)| draft(route, schemas, to, wait))
}

fn draft(route: &Route, schemas: &RouteSchemas, to: &Point, wait: u32) -> Option<Draft> {
    Some(Draft {
        from: None,
        agent: None,
        to: to.clone(),
        method: route.method.clone(),
        path: path(route, schemas)?.into(),
        query: query(schemas.query.as_ref())?.into(),
        headers: Headers::default(),
        body: body(route, schemas.body.as_ref())?,
        wait,
    })
}

fn path(route: &Route, schemas: &RouteSchemas) -> Option<String> {
    let part = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        Some(name) => match schemas.params.iter().find(|(named, _)| named == name) {
            Some((_, schema)) => schema.sample().map(|value| word(&value)),
            None => Some(ANY.into()),
        },
        None if part == "*" => Some(ANY.into()),
        None => Some(part.to_owned()),
    };
    route.path.as_str().split('/').map(part).collect::<Option<Vec<_>>>().map(|parts| parts.join("/"))
}

/// A value as one part of a path or query.
fn word(value: &Value<'_>) -> String {
    let text = match value {
        Value::Text(text) => text.to_string(),
        other => other.to_json(),
    };
    let word: String = percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC).collect();
    if word.is_empty() { ANY.into() } else { word }
}

fn query(schema: Option<&Schema>) -> Option<String> {
    let Some(schema) = schema else { return Some(String::new()) };
    let Value::Object(members) = schema.sample()? else { return Some(String::new()) };
    let encoded = |name: &str| word(&Value::Text(name.into()));
    // An array that must be there has one element, or it would not be there.
    let value = |value: &Value<'_>| if let Value::Array(_) = value { ANY.to_owned() } else { word(value) };
    Some(
        members.iter().map(|(name, given)| format!("{}={}", encoded(name), value(given))).collect::<Vec<_>>().join("&"),
    )
}

fn body(route: &Route, schema: Option<&Schema>) -> Option<Body> {
    let Some(content) = &route.body else { return Some(Body::default()) };
    let json = content.media == "application/json" || content.media.ends_with("+json");
    let bytes = match (schema, json) {
        (Some(schema), true) => schema.sample()?.to_json(),
        (None, true) => "{}".into(),
        (None, false) if content.media.starts_with("text/") => ANY.into(),
        _ => return None,
    };
    Some(Body::new(&content.media, bytes.into_bytes()))
}
