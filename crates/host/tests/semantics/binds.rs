//! What a bind's schemas take and refuse, asked and answered.

use serde_json::{Value, json};
use starlane_host::event::LogLevel;
use starlane_protocol::Body;

use crate::world::{App, Mech, World, draft, outcome, point, text, user, written};

/// Answers `"hi"` as JSON.
fn greets() -> String {
    replies("application/json", "\"hi\"")
}

/// Stores a value and answers with this body.
fn replies(media: &str, body: &str) -> String {
    written(
        &[media, body, "key"],
        "(drop (call $put {2} {2})) (call $set (i32.const 12) {0}) (call $set (i32.const 13) {1}) (drop (call $reply)) (i32.const 0)",
    )
}

fn json_body(text: &str) -> Body {
    Body::json(text.into())
}

fn world(guest: &str, route: Value) -> World {
    let mut world = World::server();
    world.install(App::new("app").with(Mech::new("m", guest).bind(json!([route]))));
    world
}

/// Asks with a body of JSON; the code word and the sentence, or the answer.
fn asks(world: &mut World, path: &str, query: &str, body: Body) -> String {
    let mut draft = draft("localhost:app:m", b"");
    (draft.path, draft.query, draft.body) = (path.into(), query.into(), body);
    let call = world.ask_draft(draft);
    world.run();
    let pong = world.answer(call);
    match pong.code() {
        Some(code) => {
            let told: Value = serde_json::from_str(&text(&pong)).unwrap();
            format!("{code}: {}", told["message"].as_str().unwrap())
        }
        None => text(&pong),
    }
}

#[test]
fn a_schema_says_what_a_wave_may_hold() {
    let route = json!({
        "method": "Ext<Go>",
        "path": "/{page}/{word}",
        "param": { "page": { "type": "uint8" } },
        "query": { "optionalProperties": { "tag": { "elements": { "enum": ["a", "b"] } }, "deep": { "type": "boolean" } } },
        "body": { "type": "application/json", "schema": {
            "properties": { "names": { "elements": { "type": "string" } } }, "additionalProperties": true,
        } },
    });
    let mut world = world(&greets(), route);
    let good = || json_body(r#"{ "names": ["Ada"], "more": 1 }"#);
    assert_eq!(asks(&mut world, "/7/x", "", good()), "\"hi\"");
    assert_eq!(asks(&mut world, "/7/x", "tag=a&tag=b&deep=true", good()), "\"hi\"");
    assert_eq!(asks(&mut world, "/7/x", "tag=%61", good()), "\"hi\"");
    let at = "`Ext<Go> /{page}/{word}` of localhost:app:m";
    for (path, query, body, why) in [
        ("/256/x", "", good(), "`{page}` of the path: expected a whole number from 0 to 255, found another number"),
        ("/7/x", "deep=1", good(), "the query at `/deep`: expected true or false, found a string"),
        ("/7/x", "deep=true&deep=true", good(), "the query at `/deep`: expected true or false, found an array"),
        ("/7/x", "tag=c", good(), "the query at `/tag/0`: expected one of `a`, `b`, found another string"),
        ("/7/x", "other=1", good(), "the query at `/other`: expected no such member, found a string"),
        ("/7/x", "", json_body(r#"{"names":["Ada",7]}"#), "the body at `/names/1`: expected a string, found a number"),
        ("/7/x", "", json_body("{}"), "the body: expected a member `names`, found none"),
    ] {
        assert_eq!(asks(&mut world, path, query, body), format!("schema-mismatch: {at}: {why}"));
    }
    assert!(world.info("localhost:app:m").is_some_and(|info| info.waves == 3), "a refused wave is never handled");
}

#[test]
fn a_body_under_a_schema_can_be_read() {
    let body = json!({ "type": "application/vnd.of-ours+json", "schema": {} });
    let mut world = world(&greets(), json!({ "method": "Ext<Go>", "body": body }));
    let mut asks = |text: &str| asks(&mut world, "/", "", Body::new("application/vnd.of-ours+json", text.as_bytes()));
    assert_eq!(asks("{}"), "\"hi\"");
    assert_eq!(
        asks(r#"{"a":1,"a":2}"#),
        "bad-body: `Ext<Go> /` of localhost:app:m: the member `a` stands twice in one object"
    );
    assert!(asks("{").starts_with("bad-body: `Ext<Go> /` of localhost:app:m: the body is no JSON"));
    for large in ["[".repeat(33), " ".repeat(256 * 1024 + 1), format!("[{}0]", "0,".repeat(32_768))] {
        assert!(asks(&large).starts_with("too-large: `Ext<Go> /` of localhost:app:m: a body under a schema has"));
    }
}

#[test]
fn json_and_cbor_get_the_same_verdict() {
    let schema = json!({ "properties": { "n": { "type": "uint8" } } });
    let verdict = |media: &str, bytes: &[u8]| {
        let body = json!({ "type": media, "schema": schema });
        asks(&mut world(&greets(), json!({ "method": "Ext<Go>", "body": body })), "/", "", Body::new(media, bytes))
    };
    let (json, cbor) = ("application/json", "application/cbor");
    assert_eq!(verdict(json, br#"{"n":7}"#), verdict(cbor, b"\xa1\x61n\x07"));
    let refused = verdict(json, br#"{"n":256}"#);
    assert!(refused.starts_with("schema-mismatch"), "{refused}");
    assert_eq!(refused, verdict(cbor, b"\xa1\x61n\x19\x01\x00"));
}

#[test]
fn a_reply_is_held_to_its_route() {
    let reply = json!({ "type": "application/json", "schema": { "type": "string" } });
    let route = json!({ "method": "Ext<Go>", "reply": reply });
    let mut good = world(&greets(), route.clone());
    assert_eq!(asks(&mut good, "/", "", Body::default()), "\"hi\"");
    for (media, body, why) in [
        ("application/json", "7", "is not what its bind promises: expected a string, found a number"),
        (
            "application/json",
            "\"hi",
            "cannot be read: the body is no JSON: EOF while parsing a string at line 1 column 3",
        ),
        ("text/plain", "hi", "is `text/plain`, and its bind promises application/json"),
    ] {
        let mut world = world(&replies(media, body), route.clone());
        let told = format!("bad-reply: `Ext<Go> /` of localhost:app:m: the reply {why}");
        assert_eq!(asks(&mut world, "/", "", Body::default()), told);
        assert!(world.store.is_empty(), "what the turn wrote is undone");
        let line = world.log.last().unwrap();
        assert_eq!((line.level, &line.point, &line.text), (LogLevel::Error, &point("localhost:app:m"), &told));
    }
}

#[test]
fn a_bind_can_be_asked_for() {
    let routes =
        json!([{ "method": "Ext<Go>", "body": { "type": "application/json", "schema": { "type": "string" } } }]);
    let mut world = World::server();
    let keyed = Mech::new("m", &greets()).keyed().bind(routes.clone());
    world.install(App::new("app").with(keyed).grant("localhost:users:ada", "localhost:app:m:*"));
    let mut draft = draft("localhost:app:m:some-key", b"");
    (draft.method, draft.agent) = ("Cmd<Bind>".parse().unwrap(), Some(user("ada")));
    let call = world.ask_draft(draft);
    world.run();
    let told: Value = serde_json::from_str(&text(&world.answer(call))).unwrap();
    assert_eq!(
        told,
        json!({ "route": [{
        "method": "Ext<Go>", "path": "/", "body": { "type": "application/json", "schema": { "type": "string" } },
    }] })
    );
    assert!(world.info("localhost:app:m:some-key").is_none(), "nobody was woken");
}

#[test]
fn what_waited_is_held_to_the_new_bind() {
    let mut world = World::tab();
    let slow = || {
        written(
            &["localhost:stars:s-1:slow"],
            "(drop (call $wait (call $ask_of {0}))) (call $say (i32.const 1)) (call $answer)",
        )
    };
    let app = |media: &str| {
        let bind = json!([{ "method": "Ext<Go>", "body": { "type": media } }]);
        App::new("app").with(Mech::new("m", &slow()).tab().may("**").bind(bind))
    };
    world.install(app("text/plain"));
    world.tell(starlane_host::event::Event::Serve("slow".into()));
    let (first, second) = (world.ask("localhost:app:m", ""), world.ask("localhost:app:m", ""));
    world.run();
    world.install_generation(app("text/html"), 2);
    world.answer_delivered(200);
    assert_eq!(outcome(&world.answer(first)), "200 1 ");
    assert_eq!(outcome(&world.answer(second)), "wrong-type");
}
