//! The other side: one typed function for each route, behind one name that a page serves.

use std::fmt::Write as _;

use super::super::names::camel;
use super::types::{key, quoted};
use super::{Call, Payload};

pub(super) fn write(out: &mut String, class: &str, calls: &[Call<'_>]) {
    // Writing into a string cannot fail.
    let _ = writeln!(
        out,
        "\n/** What answers for it: give this to `{}Handler`, and what comes of it to `star.serve`. */\nexport interface {class}Routes {{",
        camel(class)
    );
    for call in calls {
        let _ = writeln!(out, "  /** `{} {}` */", call.route.method, call.route.path);
        let _ =
            writeln!(out, "  {}({}): {answer} | Promise<{answer}>;", call.name, inputs(call), answer = answer(call));
    }
    out.push_str("}\n");
    dispatch(out, class, calls);
    if !calls.is_empty() {
        out.push_str(HELP);
    }
}

fn answer<'c>(call: &'c Call<'_>) -> &'c str {
    call.reply.kind("Reply")
}

fn inputs(call: &Call<'_>) -> String {
    let mut inputs = Vec::new();
    if !matches!(call.body, Payload::Open) {
        inputs.push(format!("body: {}", call.body.kind("unknown")));
    }
    inputs.push("wave: Wave".into());
    if !call.params.is_empty() {
        let fields: Vec<_> = call.params.iter().map(|(name, _)| format!("{}: string", key(name))).collect();
        inputs.push(format!("params: {{ {} }}", fields.join("; ")));
    }
    inputs.join(", ")
}

fn dispatch(out: &mut String, class: &str, calls: &[Call<'_>]) {
    let name = camel(class);
    let _ = writeln!(
        out,
        "\n/** Leads each wave to its route. A page is not a mechtron: nobody has checked what comes, so check what matters. */\nexport function {name}Handler(routes: {class}Routes): (wave: Wave) => Promise<Reply> {{\n  return async (wave) => {{"
    );
    for call in calls {
        let method = quoted(call.route.method.as_str());
        let path = quoted(call.route.path.as_str());
        let _ = writeln!(out, "    {{\n      const params = matched(wave, {method}, {path});\n      if (params) {{");
        let mut given = Vec::new();
        match &call.body {
            Payload::Open => {}
            Payload::Json(kind) => given.push(format!("wave.json<{kind}>()")),
            Payload::Text(_) => given.push("wave.text()".into()),
            Payload::Bytes(_) => given.push("wave.bytes".into()),
        }
        given.push("wave".into());
        if !call.params.is_empty() {
            let fields: Vec<_> = call.params.iter().map(|(name, _)| format!("{}: string", key(name))).collect();
            given.push(format!("params as {{ {} }}", fields.join("; ")));
        }
        let answered = format!("await routes.{}({})", call.name, given.join(", "));
        let media = call.route.reply.as_ref().map(|reply| quoted(&reply.media)).unwrap_or_default();
        let _ = match &call.reply {
            Payload::Open => writeln!(out, "        return {answered};"),
            Payload::Json(_) => writeln!(out, "        return {{ body: JSON.stringify({answered}), type: {media} }};"),
            _ => writeln!(out, "        return {{ body: {answered}, type: {media} }};"),
        };
        out.push_str("      }\n    }\n");
    }
    out.push_str("    return { status: 404, body: { code: \"not-found\", message: `no route for ${wave.method} ${wave.path}` } };\n  };\n}\n");
}

/// What the code above uses.
const HELP: &str = r#"
/** The parts of a path that a template names; undefined when the wave is for another route. */
function matched(wave: Wave, method: string, template: string): Record<string, string> | undefined {
  if (wave.method !== method) return undefined;
  const named: Record<string, string> = Object.create(null);
  const parts = wave.path.split("/");
  const wanted = template.split("/");
  for (const [index, part] of wanted.entries()) {
    if (part === "*") return named;
    const given = parts[index];
    if (given === undefined) return undefined;
    if (part.startsWith("{") && part.endsWith("}")) {
      if (given === "") return undefined;
      named[part.slice(1, -1)] = decoded(given);
    } else if (part !== given) return undefined;
  }
  return parts.length === wanted.length ? named : undefined;
}

/** A part of a path; one that is wrongly escaped is taken as it stands. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** An object as a query: a member that is an array stands once for each of its elements. */
export function queryOf(members: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) query.append(name, String(one));
  }
  return query.toString();
}
"#;
