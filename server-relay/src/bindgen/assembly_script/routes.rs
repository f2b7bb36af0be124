//! The other side: one typed method for each route, and what leads a wave to its own.

use std::fmt::Write as _;

use super::types::quoted;
use super::{Call, heading};
use crate::bindgen::payload::Payload;

pub(super) fn write(out: &mut String, name: &str, calls: &[Call<'_>]) {
    for call in calls {
        reply(out, call);
    }
    // Writing into a string cannot fail.
    let _ = writeln!(
        out,
        "\n/**\n * What a mechtron with this bind answers: a class of one's own does, and `handle` leads waves to it. A method gives the reply of\n * its route (`…Reply`), or any other.\n */\nexport abstract class {name} {{"
    );
    for call in calls {
        heading(out, "  ", call.route);
        let _ = writeln!(out, "  abstract {}({}): Reply;", call.name, inputs(call).join(", "));
    }
    let _ = writeln!(
        out,
        "}}\n\n/** Leads a wave to its route: `begin(); return handle(new Mine()).send();` */\nexport function handle(routes: {name}): Reply {{\n  const method = wave.method();"
    );
    for (at, call) in calls.iter().enumerate() {
        branch(out, call, is_alone(calls, at));
    }
    out.push_str("  return new Reply(404);\n}\n");
}

/// Whether no other route has this one's method: then the star has looked at the path already.
fn is_alone(calls: &[Call<'_>], at: usize) -> bool {
    calls.iter().filter(|other| other.route.method == calls[at].route.method).count() == 1
}

/// The function that makes a route's reply.
fn reply(out: &mut String, call: &Call<'_>) {
    let (kind, made) = match (&call.reply, &call.reply_kind) {
        (Payload::Json(media, _), Some(kind)) => (
            kind.name.as_str(),
            format!(
                "  const json = new Writer();\n  {}\n  return Reply.of({}, bytes(json.done()));\n",
                kind.writes("value"),
                quoted(media)
            ),
        ),
        (Payload::Text(media), _) => ("string", format!("  return Reply.of({}, bytes(value));\n", quoted(media))),
        (Payload::Bytes(media), _) => ("ArrayBuffer", format!("  return Reply.of({}, value);\n", quoted(media))),
        _ => return,
    };
    let _ = writeln!(
        out,
        "\n/** The reply of {}. */\nexport function {}Reply(value: {kind}): Reply {{\n{made}}}",
        super::types::doc(&format!("{} {}", call.route.method, call.route.path)),
        call.name,
    );
}

fn inputs(call: &Call<'_>) -> Vec<String> {
    let mut inputs = Vec::new();
    inputs.extend(call.params.iter().map(|kind| format!("params: {kind}")));
    inputs.extend(call.query.iter().map(|kind| format!("query: {kind}")));
    match (&call.body, &call.body_kind) {
        (Payload::Json(..), Some(kind)) => inputs.push(format!("body: {}", kind.name)),
        (Payload::Text(_), _) => inputs.push("body: string".into()),
        (Payload::Bytes(_), _) => inputs.push("body: ArrayBuffer".into()),
        _ => {}
    }
    inputs
}

fn branch(out: &mut String, call: &Call<'_>, alone: bool) {
    let fits = match alone {
        true => String::new(),
        false => format!(" && fits(wave.path(), {})", quoted(call.route.path.as_str())),
    };
    let _ = writeln!(out, "  if (method == {}{fits}) {{", quoted(call.route.method.as_str()));
    let mut given = Vec::new();
    for (name, kind) in [("params", &call.params), ("query", &call.query)] {
        if let Some(kind) = kind {
            let _ = writeln!(out, "    const {name} = {kind}.of();\n    if ({name} === null) return new Reply(400);");
            given.push(name);
        }
    }
    match (&call.body, &call.body_kind) {
        (Payload::Json(..), Some(kind)) => {
            let _ = writeln!(
                out,
                "    const json = new Reader(wave.words());\n    const body: {} = {};\n    if (!json.end()) return new Reply(400);",
                kind.name, kind.read
            );
            given.push("body");
        }
        (Payload::Text(_), _) => given.push("wave.words()"),
        (Payload::Bytes(_), _) => given.push("wave.body()"),
        _ => {}
    }
    let _ = writeln!(out, "    return routes.{}({});\n  }}", call.name, given.join(", "));
}
