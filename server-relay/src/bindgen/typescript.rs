//! TypeScript: types, a class of calls, a handler for `star.serve`.
//!
//! Bodies and answers of JSON are typed; the star that runs the mechtron has checked them. Text is a string, anything else
//! is bytes or, where a route says nothing, left open.

mod handler;
mod types;

use std::fmt::Write as _;

use starlane_host::bind::{CompiledBind, RouteSchemas};
use starlane_protocol::document::Route;
use starlane_schema::Schema;

use super::names::{Taken, camel, of_route, pascal};
use types::Types;

/// What the class itself has, what every object has, and what would make it a promise.
const KEPT: [&str; 8] =
    ["constructor", "star", "point", "then", "toString", "toLocaleString", "valueOf", "hasOwnProperty"];

/// A route as code sees it.
struct Call<'b> {
    route: &'b Route,
    /// `greet`
    name: String,
    /// The types of what goes in and comes out, where there is something to type.
    params: Vec<(String, String)>,
    query: Option<(String, bool)>,
    body: Payload,
    reply: Payload,
}

/// A body or a reply.
enum Payload {
    /// The route says nothing of it.
    Open,
    /// JSON of this type.
    Json(String),
    /// Text of this content type.
    Text(String),
    /// Bytes of this content type.
    Bytes(String),
}

impl Payload {
    /// Its type in TypeScript; `open` where the route says nothing.
    fn kind<'p>(&'p self, open: &'p str) -> &'p str {
        match self {
            Payload::Open => open,
            Payload::Json(kind) => kind,
            Payload::Text(_) => "string",
            Payload::Bytes(_) => "Uint8Array",
        }
    }
}

pub(super) fn write(bind: &CompiledBind, name: &str, source: &str) -> String {
    let mut types = Types::default();
    let class = types.taken.take(&pascal(name));
    types.taken.take(&format!("{class}Routes"));
    let mut taken = Taken::but(&KEPT);
    let calls: Vec<_> = bind.routes().map(|(route, schemas)| call(route, schemas, &mut types, &mut taken)).collect();
    let mut out = format!(
        "// Written by `starlane bindgen --lang ts` from {}; write it again when the bind changes.\n\n",
        source.replace(['\n', '\r'], " ")
    );
    let open = calls.iter().any(|call| matches!(call.reply, Payload::Open));
    let used = [("PingOptions", !calls.is_empty()), ("Pong", open), ("Reply", true), ("Star", true), ("Wave", true)];
    let used: Vec<_> = used.into_iter().filter(|(_, used)| *used).map(|(name, _)| name).collect();
    let _ = writeln!(out, "import type {{ {} }} from \"starlane\";\n", used.join(", "));
    out.push_str(&types.text);
    class_of(&mut out, &class, &calls);
    handler::write(&mut out, &class, &calls);
    out
}

fn call<'b>(route: &'b Route, schemas: &RouteSchemas, types: &mut Types, taken: &mut Taken) -> Call<'b> {
    let of = of_route(route);
    let name = taken.take(&camel(&of));
    let mut payload = |content: Option<&starlane_protocol::document::Content>, schema: Option<&Schema>, part: &str| {
        let Some(content) = content else { return Payload::Open };
        let media = content.media.to_ascii_lowercase();
        match media.as_str() {
            json if json == "application/json" || json.ends_with("+json") => {
                Payload::Json(schema.map_or("unknown".into(), |schema| types.named(&format!("{of}{part}"), schema)))
            }
            text if text.starts_with("text/") => Payload::Text(media),
            _ => Payload::Bytes(media),
        }
    };
    let body = payload(route.body.as_ref(), schemas.body.as_ref(), "Body");
    let reply = payload(route.reply.as_ref(), schemas.reply.as_ref(), "Reply");
    let param = |name: &str| {
        let schema = schemas.params.iter().find(|(named, _)| named == name);
        schema.map_or("string".into(), |(_, schema)| types::inline(schema))
    };
    let params = route.path.names().map(|name| (name.to_owned(), param(name))).collect();
    let query =
        schemas.query.as_ref().map(|schema| (types.named(&format!("{of}Query"), schema), types::may_be_empty(schema)));
    Call { route, name, params, query, body, reply }
}

fn class_of(out: &mut String, class: &str, calls: &[Call<'_>]) {
    // Writing into a string cannot fail.
    let _ = writeln!(
        out,
        "/** What may be asked of the mechtron at a point. */\nexport class {class} {{\n  constructor(\n    readonly star: Star,\n    readonly point: string,\n  ) {{}}"
    );
    for call in calls {
        out.push('\n');
        method(out, call);
    }
    out.push_str("}\n");
}

fn method(out: &mut String, call: &Call<'_>) {
    let (route, name) = (call.route, &call.name);
    let mut inputs = Vec::new();
    if !call.params.is_empty() {
        let fields: Vec<_> = call.params.iter().map(|(name, kind)| format!("{}: {kind}", types::key(name))).collect();
        inputs.push(format!("params: {{ {} }}", fields.join("; ")));
    }
    match call.body.kind("unknown") {
        _ if is_read(route) && matches!(call.body, Payload::Open) => {}
        "unknown" => inputs.push("body?: unknown".into()),
        kind => inputs.push(format!("body: {kind}")),
    }
    if let Some((kind, optional)) = &call.query {
        inputs.push(format!("query: {kind}{}", if *optional { " = {}" } else { "" }));
    }
    inputs.push("options: PingOptions = {}".into());
    let _ = writeln!(out, "  /** `{} {}` */", route.method, route.path);
    let _ = writeln!(out, "  async {name}({}): Promise<{}> {{", inputs.join(", "), call.reply.kind("Pong"));
    let (body, media) = match &call.body {
        Payload::Open if is_read(route) => ("undefined", None),
        Payload::Open => ("body", None),
        Payload::Json(_) => ("JSON.stringify(body)", route.body.as_ref().map(|body| body.media.clone())),
        Payload::Text(media) | Payload::Bytes(media) => ("body", Some(media.clone())),
    };
    let mut options = vec!["...options".to_owned()];
    if route.path.as_str() != "/" {
        options.push(format!("path: {}", path(route)));
    }
    if call.query.is_some() {
        options.push("query: queryOf(query)".into());
    }
    options.extend(media.map(|media| format!("type: {}", types::quoted(&media))));
    let method = types::quoted(route.method.as_str());
    let _ = writeln!(
        out,
        "    const pong = await this.star.ping(this.point, {method}, {body}, {{ {} }});",
        options.join(", ")
    );
    let _ = writeln!(
        out,
        "    return {};\n  }}",
        match &call.reply {
            Payload::Open => "pong".to_owned(),
            Payload::Json(kind) => format!("pong.json<{kind}>()"),
            Payload::Text(_) => "pong.text()".into(),
            Payload::Bytes(_) => "pong.bytes".into(),
        }
    );
}

/// Whether a route is asked without a body.
fn is_read(route: &Route) -> bool {
    matches!(route.method.as_str(), "Http<Get>" | "Http<Head>")
}

/// The path as an expression, its named parts filled in and a last `*` left to the caller.
fn path(route: &Route) -> String {
    let parts =
        route.path.as_str().split('/').map(|part| match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
            Some(name) => format!("${{encodeURIComponent(String(params{}))}}", types::member(name)),
            None => part.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${"),
        });
    let path = parts.collect::<Vec<_>>().join("/");
    match path.strip_suffix("/*") {
        Some(path) => format!("options.path ?? `{path}/`"),
        None => format!("`{path}`"),
    }
}
