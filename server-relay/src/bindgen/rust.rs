//! Rust, for mechtrons: types, calls of another mechtron, and routes of one's own, with the crate `mechtron`.

mod calls;
mod routes;
mod types;
mod words;

use std::fmt::Write as _;

use starlane_host::bind::{CompiledBind, RouteSchemas};
use starlane_protocol::document::Route;

use super::names::{Taken, of_route, pascal, snake};
use super::payload::Payload;
use types::Types;

/// What the code uses of the crate.
const USED: &str = "#![allow(unused, clippy::all, reason = \"written by a program\")]\n\nuse mechtron::json::{self, Any, Json, Map, Reader, Writer};\nuse mechtron::{Box, Call, Error, Instead, Message, Pong, Refused, Reply, String, Vec, Wave, Word, fits, pair, part};\n\n";

/// A route as code sees it.
struct Call<'b> {
    route: &'b Route,
    /// `greet`
    name: String,
    /// The type of the named parts of the path, if there are any.
    params: Option<String>,
    /// The type of the query, if the route names its members.
    query: Option<String>,
    /// Whether the path ends with `*`.
    rest: bool,
    body: Payload,
    reply: Payload,
}

pub(super) fn write(bind: &CompiledBind, name: &str, source: &str) -> String {
    let mut types = Types::default();
    let class = types.taken.take(&pascal(name));
    let routes = types.taken.take(&format!("{class}Routes"));
    let mut taken = types::taken_fields();
    calls::KEPT.iter().for_each(|kept| drop(taken.take(kept)));
    let calls: Vec<_> = bind.routes().map(|(route, schemas)| call(route, schemas, &mut types, &mut taken)).collect();
    let mut out = format!(
        "//! Written by `starlane bindgen --lang rust` from {}; write it again when the bind changes.\n",
        source.replace(['\n', '\r'], " ")
    );
    out.push_str(USED);
    out.push_str(&types.text);
    calls::write(&mut out, &class, &calls);
    routes::write(&mut out, &routes, &calls);
    out
}

fn call<'b>(route: &'b Route, schemas: &RouteSchemas, types: &mut Types, taken: &mut Taken) -> Call<'b> {
    let of = of_route(route);
    let name = taken.take(&snake(&of));
    // Routes that are named alike are told apart in the names of their types, too.
    let of = pascal(&name);
    let mut json = |content, schema, part: &str| {
        Payload::of(content, schema, |schema| match schema {
            Some(schema) => types.named(&format!("{of}{part}"), schema),
            None => "Any".into(),
        })
    };
    let body = json(route.body.as_ref(), schemas.body.as_ref(), "Body");
    let reply = json(route.reply.as_ref(), schemas.reply.as_ref(), "Reply");
    let params = words::params(types, &of, route, schemas);
    let query = schemas.query.as_ref().map(|schema| words::query(types, &of, route, schema));
    let rest = route.path.as_str().ends_with("/*");
    Call { route, name, params, query, rest, body, reply }
}

/// The route in a comment.
fn shown(route: &Route) -> String {
    types::doc(&format!("{} {}", route.method, route.path))
}

/// What is written of the route above a function.
fn heading(out: &mut String, route: &Route) {
    // Writing into a string cannot fail.
    let _ = writeln!(out, "    /// {}", shown(route));
}
