//! Calls: one method for each route, which asks the mechtron at a point.

use std::fmt::Write as _;

use super::types::{doc, quoted};
use super::{Call, heading};
use crate::bindgen::payload::{Payload, is_read};

/// What the class of the calls has besides them.
pub(super) const KEPT: [&str; 3] = ["point", "waitMs", "message"];

pub(super) fn write(out: &mut String, class: &str, calls: &[Call<'_>]) {
    for call in calls {
        answer(out, call);
    }
    // Writing into a string cannot fail.
    let _ = writeln!(
        out,
        "/** What may be asked of the mechtron at a point: each call is on its way at once, and `wait` gets its answer. */\nexport class {class} {{\n  /** `waitMs`: how long each answer may take, in milliseconds; 15,000 when it is 0. */\n  constructor(public point: string, public waitMs: i32 = 0) {{}}\n\n  private message(method: string): Message {{\n    return new Message(method).to(this.point).waitMs(this.waitMs);\n  }}"
    );
    for call in calls {
        out.push('\n');
        method(out, call);
    }
    out.push_str("}\n");
}

/// A call that is under way, and how its answer is read.
fn answer(out: &mut String, call: &Call<'_>) {
    let (kind, read) = match (&call.reply, &call.reply_kind) {
        (Payload::Json(..), Some(kind)) => {
            let kind = kind.or_null();
            let read = format!(
                "    const json = new Reader(pong.text());\n    const value: {} = {};\n    return new Answer<{0}>(pong, json.end() ? value : null);\n",
                kind.name, kind.read
            );
            (kind.name, read)
        }
        (Payload::Text(_), _) => {
            ("string | null".into(), "    return new Answer<string | null>(pong, pong.text());\n".into())
        }
        _ => (
            "ArrayBuffer | null".to_owned(),
            "    return new Answer<ArrayBuffer | null>(pong, pong.body);\n".to_owned(),
        ),
    };
    let _ = writeln!(
        out,
        "/** {}, under way. */\nexport class {}Call {{\n  constructor(private asked: Asked) {{}}\n\n  wait(): Answer<{kind}> {{\n    const pong = this.asked.wait();\n    if (pong.status < 0 || pong.status >= 400) return new Answer<{kind}>(pong, null);\n{read}  }}\n}}\n",
        doc(&format!("{} {}", call.route.method, call.route.path)),
        call.of,
    );
}

fn method(out: &mut String, call: &Call<'_>) {
    let mut inputs = Vec::new();
    inputs.extend(call.params.iter().map(|kind| format!("params: {kind}")));
    inputs.extend(call.rest.then(|| "rest: string".to_owned()));
    inputs.extend(call.query.iter().map(|kind| format!("query: {kind}")));
    let mut steps = Vec::new();
    if call.route.path.as_str() != "/" {
        steps.push(format!(".path({})", path(call)));
    }
    steps.extend(call.query.iter().map(|_| ".query(query.text())".to_owned()));
    let mut before = String::new();
    match (&call.body, &call.body_kind) {
        (Payload::Json(media, _), Some(kind)) => {
            inputs.push(format!("body: {}", kind.name));
            before = format!("    const json = new Writer();\n    {}\n", kind.writes("body"));
            steps.push(format!(".body({}, bytes(json.done()))", quoted(media)));
        }
        (Payload::Text(media), _) => {
            inputs.push("body: string".into());
            steps.push(format!(".body({}, bytes(body))", quoted(media)));
        }
        (Payload::Bytes(media), _) => {
            inputs.push("body: ArrayBuffer".into());
            steps.push(format!(".body({}, body)", quoted(media)));
        }
        _ if is_read(call.route) => {}
        // Without a content type there is no body.
        _ => {
            inputs.push("type: string = \"\"".into());
            inputs.push("body: ArrayBuffer = new ArrayBuffer(0)".into());
            steps.push(".body(type, body)".into());
        }
    }
    heading(out, "  ", call.route);
    let _ = writeln!(
        out,
        "  {}({}): {of}Call {{\n{before}    return new {of}Call(this.message({}){}.ask());\n  }}",
        call.name,
        inputs.join(", "),
        quoted(call.route.method.as_str()),
        steps.concat(),
        of = call.of,
    );
}

/// The path as an expression; `rest` is its end, as it stands there.
fn path(call: &Call<'_>) -> String {
    let path = call.route.path.as_str();
    match (&call.params, path.strip_suffix('*').filter(|_| call.rest)) {
        (None, None) => quoted(path),
        (Some(_), None) => "params.path()".into(),
        (None, Some(path)) => format!("{} + rest", quoted(path)),
        (Some(_), Some(_)) => "params.path() + \"/\" + rest".into(),
    }
}
