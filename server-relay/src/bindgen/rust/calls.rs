//! Calls: one function for each route, which asks the mechtron at a point.

use std::fmt::Write as _;

use super::types::quoted;
use super::{Call, heading};
use crate::bindgen::payload::{Payload, is_read};

/// What the type of the calls has besides them.
pub(super) const KEPT: [&str; 3] = ["at", "wait_ms", "message"];

pub(super) fn write(out: &mut String, class: &str, calls: &[Call<'_>]) {
    // Writing into a string cannot fail.
    let _ = writeln!(
        out,
        "/// What may be asked of the mechtron at a point: each call is on its way at once, and `wait` gets its answer.\n#[derive(Clone, Debug)]\npub struct {class} {{\n    point: String,\n    wait_ms: u32,\n}}\n\nimpl {class} {{\n    /// The mechtron at this point.\n    pub fn at(point: impl Into<String>) -> Self {{\n        Self {{ point: point.into(), wait_ms: 0 }}\n    }}\n\n    /// The same, given this many milliseconds for each answer.\n    pub fn wait_ms(mut self, wait_ms: u32) -> Self {{\n        self.wait_ms = wait_ms;\n        self\n    }}\n\n    fn message(&self, method: &str) -> Message {{\n        Message::new(method).wait_ms(self.wait_ms)\n    }}"
    );
    for call in calls {
        out.push('\n');
        function(out, call);
    }
    out.push_str("}\n");
}

fn function(out: &mut String, call: &Call<'_>) {
    let mut inputs = vec!["&self".to_owned()];
    inputs.extend(call.params.iter().map(|kind| format!("params: &{kind}")));
    if call.rest {
        inputs.push("rest: &str".into());
    }
    inputs.extend(call.query.iter().map(|kind| format!("query: &{kind}")));
    let mut steps = Vec::new();
    if call.params.is_some() || call.rest || call.route.path.as_str() != "/" {
        steps.push(format!(".path({})", path(call)));
    }
    if call.query.is_some() {
        steps.push(".query(query.text())".into());
    }
    let mut content = "";
    match &call.body {
        Payload::Open if is_read(call.route) => {}
        Payload::Open => {
            inputs.push("content: Option<(&str, &[u8])>".into());
            content = "        let message = match content {\n            Some((media, body)) => message.body(media, body),\n            None => message,\n        };\n";
        }
        Payload::Json(media, kind) => {
            inputs.push(format!("body: &{kind}"));
            steps.push(format!(".body({}, json::write(body))", quoted(media)));
        }
        Payload::Text(media) => {
            inputs.push("body: &str".into());
            steps.push(format!(".body({}, body)", quoted(media)));
        }
        Payload::Bytes(media) => {
            inputs.push("body: &[u8]".into());
            steps.push(format!(".body({}, body)", quoted(media)));
        }
    }
    let (answer, read) = match &call.reply {
        Payload::Open => ("Pong", "into_itself"),
        Payload::Json(_, kind) => (kind.as_str(), "into_json"),
        Payload::Text(_) => ("String", "into_text"),
        Payload::Bytes(_) => ("Vec<u8>", "into_bytes"),
    };
    heading(out, call.route);
    if call.rest {
        out.push_str("    ///\n    /// `rest` is the end of the path, as it stands there.\n");
    }
    let _ = writeln!(
        out,
        "    ///\n    /// # Errors\n    /// When it cannot be asked.\n    pub fn {}({}) -> Result<Call<{answer}>, Refused> {{\n        let message = self.message({}){};\n{content}        Call::new(&self.point, message, Pong::{read})\n    }}",
        call.name,
        inputs.join(", "),
        quoted(call.route.method.as_str()),
        steps.concat(),
    );
}

/// The path as an expression.
fn path(call: &Call<'_>) -> String {
    let path = call.route.path.as_str();
    match (&call.params, path.strip_suffix('*').filter(|_| call.rest)) {
        (None, None) => quoted(path),
        (Some(_), None) => "params.path()".into(),
        (None, Some(path)) => format!("[{}, rest].concat()", quoted(path)),
        (Some(_), Some(_)) => "[&params.path(), \"/\", rest].concat()".into(),
    }
}
