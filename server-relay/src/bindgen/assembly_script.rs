//! AssemblyScript, for mechtrons: types, calls of another mechtron, and routes of one's own, with its guest library.

mod calls;
mod kind;
mod routes;
mod types;
mod words;

use std::fmt::Write as _;

use starlane_host::bind::{CompiledBind, RouteSchemas};
use starlane_protocol::document::Route;

use super::names::{Taken, camel, of_route, pascal};
use super::payload::Payload;
use kind::Kind;
use types::Types;

/// A route as code sees it.
struct Call<'b> {
    route: &'b Route,
    /// `greet`
    name: String,
    /// `Greet`
    of: String,
    /// The type of the named parts of the path, if there are any.
    params: Option<String>,
    /// The type of the query, if the route names its members.
    query: Option<String>,
    /// Whether the path ends with `*`.
    rest: bool,
    body: Payload,
    /// The body as a type, where it is JSON.
    body_kind: Option<Kind>,
    reply: Payload,
    reply_kind: Option<Kind>,
}

/// `library` is the folder in which the code finds the guest library.
pub(super) fn write(bind: &CompiledBind, name: &str, source: &str, library: &str) -> String {
    let mut types = Types::default();
    let class = types.take(&pascal(name));
    let routes = types.take(&format!("{class}Routes"));
    let mut taken = Taken::but(&types::WORDS);
    calls::KEPT.iter().for_each(|kept| drop(taken.take(kept)));
    let calls: Vec<_> = bind.routes().map(|(route, schemas)| call(route, schemas, &mut types, &mut taken)).collect();
    let library = library.trim_end_matches('/');
    let from = |file: &str| types::quoted(&format!("{library}/{file}"));
    let mut out = format!(
        "// Written by `starlane bindgen --lang as` from {}; write it again when the bind changes.\n\nimport {{ Asked, Message, Pong, Reply, bytes, wave }} from {};\nimport {{ Answer, Any, Box, Reader, Writer, fits, part, queryEach, queryOne }} from {};\n\n",
        source.replace(['\n', '\r'], " "),
        from("starlane"),
        from("typed"),
    );
    out.push_str(&types.text);
    calls::write(&mut out, &class, &calls);
    routes::write(&mut out, &routes, &calls);
    out
}

fn call<'b>(route: &'b Route, schemas: &RouteSchemas, types: &mut Types, taken: &mut Taken) -> Call<'b> {
    let name = taken.take(&camel(&of_route(route)));
    // The names of what belongs to it are made of this one.
    let of = pascal(&name);
    types.take(&format!("{of}Call"));
    let mut json = |content, schema, part: &str| {
        let mut kind = None;
        let payload = Payload::of(content, schema, |schema| {
            let found = schema.map_or_else(Kind::any, |schema| types.named(&format!("{of}{part}"), schema));
            let name = found.name.clone();
            kind = Some(found);
            name
        });
        (payload, kind)
    };
    let (body, body_kind) = json(route.body.as_ref(), schemas.body.as_ref(), "Body");
    let (reply, reply_kind) = json(route.reply.as_ref(), schemas.reply.as_ref(), "Reply");
    let params = words::params(types, &of, route, schemas);
    let query = schemas.query.as_ref().map(|schema| words::query(types, &of, route, schema));
    let rest = route.path.as_str().ends_with("/*");
    Call { route, name, of, params, query, rest, body, body_kind, reply, reply_kind }
}

/// The route in a comment.
fn heading(out: &mut String, indent: &str, route: &Route) {
    // Writing into a string cannot fail.
    let _ = writeln!(out, "{indent}/** {} */", types::doc(&format!("{} {}", route.method, route.path)));
}
