//! The other side: one typed function for each route, and what leads a wave to its own.

use std::fmt::Write as _;

use super::types::quoted;
use super::{Call, heading};
use crate::bindgen::payload::Payload;

pub(super) fn write(out: &mut String, name: &str, calls: &[Call<'_>]) {
    // Writing into a string cannot fail.
    let _ = writeln!(
        out,
        "\n/// What a mechtron with this bind answers: a type of one's own does, and `handle` leads waves to it.\n///\n/// `mechtron::export!(this_file::handle::<Mine>);`\npub trait {name} {{"
    );
    for call in calls {
        heading(out, call.route);
        let _ = writeln!(
            out,
            "    ///\n    /// # Errors\n    /// Another reply, or why the wave failed.\n    fn {}({}) -> Result<{}, Instead>;",
            call.name,
            inputs(call).join(", "),
            answer(call)
        );
    }
    let _ = writeln!(
        out,
        "}}\n\n/// Leads a wave to its route.\n///\n/// # Errors\n/// Why the wave failed.\npub fn handle<R: {name}>(wave: &Wave) -> Result<Reply, Error> {{\n    routed::<R>(wave).or_else(Instead::into_reply)\n}}\n\nfn routed<R: {name}>(wave: &Wave) -> Result<Reply, Instead> {{\n    let method = wave.method();"
    );
    for (at, call) in calls.iter().enumerate() {
        branch(out, call, is_alone(calls, at));
    }
    out.push_str("    Ok(Reply::empty(404))\n}\n");
}

/// Whether no other route has this one's method: then the star has looked at the path already.
fn is_alone(calls: &[Call<'_>], at: usize) -> bool {
    calls.iter().filter(|other| other.route.method == calls[at].route.method).count() == 1
}

fn inputs(call: &Call<'_>) -> Vec<String> {
    let mut inputs = vec!["wave: &Wave".to_owned()];
    inputs.extend(call.params.iter().map(|kind| format!("params: {kind}")));
    inputs.extend(call.query.iter().map(|kind| format!("query: {kind}")));
    match &call.body {
        Payload::Open => {}
        Payload::Json(_, kind) => inputs.push(format!("body: {kind}")),
        Payload::Text(_) => inputs.push("body: String".into()),
        Payload::Bytes(_) => inputs.push("body: Vec<u8>".into()),
    }
    inputs
}

fn answer<'c>(call: &'c Call<'_>) -> &'c str {
    match &call.reply {
        Payload::Open => "Reply",
        Payload::Json(_, kind) => kind,
        Payload::Text(_) => "String",
        Payload::Bytes(_) => "Vec<u8>",
    }
}

fn branch(out: &mut String, call: &Call<'_>, alone: bool) {
    let fits = match alone {
        true => String::new(),
        false => format!(" && fits(&wave.path(), {})", quoted(call.route.path.as_str())),
    };
    let mut given = vec!["wave".to_owned()];
    given.extend(call.params.iter().map(|kind| format!("{kind}::of(wave)?")));
    given.extend(call.query.iter().map(|kind| format!("{kind}::of(wave)?")));
    match &call.body {
        Payload::Open => {}
        Payload::Json(..) => given.push("wave.json()?".into()),
        Payload::Text(_) => given.push("wave.text()?".into()),
        Payload::Bytes(_) => given.push("wave.body()".into()),
    }
    let _ = writeln!(
        out,
        "    if method == {}{fits} {{\n        let reply = R::{}({})?;",
        quoted(call.route.method.as_str()),
        call.name,
        given.join(", ")
    );
    let _ = match &call.reply {
        Payload::Open => writeln!(out, "        return Ok(reply);\n    }}"),
        Payload::Json(media, _) => {
            writeln!(out, "        return Ok(Reply::new({}, json::write(&reply)));\n    }}", quoted(media))
        }
        Payload::Text(media) | Payload::Bytes(media) => {
            writeln!(out, "        return Ok(Reply::new({}, reply));\n    }}", quoted(media))
        }
    };
}
