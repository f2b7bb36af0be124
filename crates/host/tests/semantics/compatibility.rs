//! Binds beside older ones: what is taken away is found, with an example where there is one.

use proptest::prelude::*;
use serde_json::{Value, json};
use starlane_host::bind::{CompiledBind, Steps, compare};
use starlane_protocol::{Body, Wave, WaveId, WaveKind};

use crate::world::{point, user};

fn bind(routes: Value) -> CompiledBind {
    CompiledBind::new(&serde_json::from_value(json!({ "route": routes })).unwrap()).unwrap()
}

fn breaks(old: Value, new: Value) -> Vec<String> {
    compare(&bind(old), &bind(new), &Steps::default())
        .into_iter()
        .flat_map(|one| one.breaks)
        .map(|one| one.to_string())
        .collect()
}

#[test]
fn a_compatible_bind_takes_what_was_taken() {
    let go = |more: Value| {
        let mut route = json!({ "method": "Ext<Go>" });
        more.as_object().unwrap().iter().for_each(|(name, value)| route[name] = value.clone());
        json!([route])
    };
    let open = |mut schema: Value| {
        schema.as_object_mut().unwrap().entry("properties").or_insert(json!({}));
        schema["additionalProperties"] = true.into();
        schema
    };
    let json_of = |schema: Value| json!({ "type": "application/json", "schema": schema });
    let body = |schema: Value| go(json!({ "body": json_of(schema) }));
    let reply = |schema: Value| go(json!({ "reply": json_of(schema) }));
    let path = |path: &str, param: Value| go(json!({ "path": path, "param": param }));
    let query = |query: Value| go(json!({ "query": query }));
    let (text, small, large) = (json!({ "type": "string" }), json!({ "type": "uint8" }), json!({ "type": "uint16" }));
    for (old, new, lost) in [
        (go(json!({})), go(json!({})), &[] as &[&str]),
        (go(json!({})), json!([]), &["`Ext<Go> /`, route: the new bind does not have it"]),
        (go(json!({})), json!([{ "method": "Ext<Other>" }, { "method": "Ext<Go>", "path": "/*" }]), &[]),
        (body(small.clone()), body(large.clone()), &[]),
        (
            body(large.clone()),
            body(small.clone()),
            &["`Ext<Go> /`, body: expected a whole number from 0 to 255, found another number; for example `65535`"],
        ),
        (body(text.clone()), go(json!({})), &[]),
        (
            go(json!({})),
            body(text.clone()),
            &["`Ext<Go> /`, body: it was anything, and only application/json is taken"],
        ),
        (
            go(json!({ "body": { "type": "application/json" } })),
            body(json!({})),
            &["`Ext<Go> /`, body: it was not looked into, and has a schema"],
        ),
        (
            reply(json!({})),
            go(json!({ "reply": { "type": "application/json" } })),
            &["`Ext<Go> /`, reply: it had a schema, and has none"],
        ),
        (body(open(json!({}))), body(open(json!({ "optionalProperties": { "a": text } }))), &[]),
        (
            body(open(json!({}))),
            body(json!({ "properties": {} })),
            &[
                "`Ext<Go> /`, body: at `/other`: expected no such member, found true or false; for example `{\"other\":true}`",
            ],
        ),
        (
            go(json!({ "body": { "type": "application/json" } })),
            body(text.clone()),
            &["`Ext<Go> /`, body: it was not looked into, and has a schema"],
        ),
        (reply(large.clone()), reply(small.clone()), &[]),
        (
            reply(small.clone()),
            reply(large.clone()),
            &[
                "`Ext<Go> /`, reply: the old bind says: expected a whole number from 0 to 255, found another number; for example `65535`",
            ],
        ),
        (reply(text.clone()), go(json!({})), &["`Ext<Go> /`, reply: it was application/json, and may be anything"]),
        (go(json!({})), reply(text.clone()), &[]),
        (path("/{a}", json!({ "a": small })), path("/{b}", json!({ "b": text })), &[]),
        (
            path("/{a}", json!({ "a": text })),
            path("/{b}", json!({ "b": small })),
            &[
                "`Ext<Go> /{a}`, path: `{b}`: expected a whole number from 0 to 255, found a string; for example `other`",
            ],
        ),
        (path("/seven", json!({})), path("/{a}", json!({ "a": { "enum": ["seven"] } })), &[]),
        (
            path("/seven", json!({})),
            path("/{a}", json!({ "a": small })),
            &[
                "`Ext<Go> /seven`, path: `{a}`: expected a whole number from 0 to 255, found a string; for example `seven`",
            ],
        ),
        (path("/{a}", json!({})), path("/seven", json!({})), &["`Ext<Go> /{a}`, route: the new bind does not have it"]),
        (
            query(json!({ "optionalProperties": { "a": small } })),
            query(json!({ "properties": { "a": large }, "optionalProperties": { "b": text } })),
            &["`Ext<Go> /`, query: `a` must be there"],
        ),
        (
            query(json!({ "optionalProperties": { "a": { "elements": small }, "b": text } })),
            query(json!({ "optionalProperties": { "a": small } })),
            &["`Ext<Go> /`, query: `a`: it may stand once only", "`Ext<Go> /`, query: `b`: it is not taken"],
        ),
    ] {
        assert_eq!(breaks(old.clone(), new.clone()), lost, "{old} → {new}");
    }
    // A route that stands before the old one now takes its requests.
    let before = |schema: Value| json!([{ "method": "Ext<Go>", "path": "/{a}", "param": { "a": schema } }, { "method": "Ext<Go>", "path": "/*" }]);
    let any = || json!([{ "method": "Ext<Go>", "path": "/*" }]);
    let lost = "`Ext<Go> /*`, path: `{a}`: expected true or false, found a string; for example `other`";
    assert_eq!(breaks(any(), before(json!({ "type": "boolean" }))), [lost]);
    assert!(breaks(any(), before(text)).is_empty());
}

fn route() -> impl Strategy<Value = Value> {
    let paths = prop::sample::select(&["/", "/*", "/x/*", "/x", "/{a}", "/x/{a}", "/{b}/{a}", "/{a}/y"]);
    let text = || {
        prop::sample::select(vec![
            json!({}),
            json!({ "type": "string" }),
            json!({ "type": "uint8" }),
            json!({ "type": "int16" }),
            json!({ "type": "boolean" }),
            json!({ "enum": ["x", "true"] }),
            json!({ "enum": ["7", "x", "y"] }),
        ])
    };
    let member = (text(), any::<bool>()).prop_map(|(text, many)| if many { json!({ "elements": text }) } else { text });
    let query = (prop::option::of(member), any::<bool>(), any::<bool>()).prop_map(|(member, required, open)| {
        let members = member.map_or(json!({}), |member| json!({ "q": member }));
        let keyword = if required { "properties" } else { "optionalProperties" };
        json!({ keyword: members, "additionalProperties": open })
    });
    (paths, prop::option::of(text()), prop::option::of(query)).prop_map(|(path, param, query)| {
        let mut route = json!({ "method": "Ext<Go>", "path": path });
        if let Some(param) = param.filter(|_| path.contains("{a}")) {
            route["param"] = json!({ "a": param });
        }
        if let Some(query) = query {
            route["query"] = query;
        }
        route
    })
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn what_an_old_bind_takes_a_compatible_one_takes(
        old in prop::collection::vec(route(), 1..3), new in prop::collection::vec(route(), 1..4),
    ) {
        let (old, new) = (bind(old.into()), bind(new.into()));
        prop_assume!(compare(&old, &new, &Steps::default()).iter().all(|one| one.breaks.is_empty()));
        for path in ["/", "/x", "/7", "/300", "/true", "/x/7", "/x/x", "/true/y", "/7/y", "/x/y"] {
            // Names that the old bind does not know are left aside.
            for query in ["", "q=7", "q=x", "q=true", "q=x&q=7", "q=300&q=7"] {
                let mut wave = Wave::new(
                    WaveId([7; 16]), WaveKind::Ping, point("localhost:a:b"), user("ada"), point("localhost:app:m"),
                    "Ext<Go>".parse().unwrap(),
                );
                (wave.path, wave.query, wave.body) = (path.into(), query.into(), Body::default());
                let names_q = |at: u16| old.document.routes[usize::from(at)].query.as_ref().is_some_and(|query| query.0.to_string().contains("\"q\""));
                match old.hold(&wave) {
                    Ok(matched) if query.is_empty() || names_q(matched.route) => {
                        prop_assert!(new.hold(&wave).is_ok(), "{} {}: {:?}", path, query, new.hold(&wave));
                    }
                    _ => {}
                }
            }
        }
    }
}
