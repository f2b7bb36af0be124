//! Pings: answered once, whatever happens.

use starlane_host::event::{CallId, Event};
use starlane_protocol::{Body, Headers};

use crate::world::{App, Mech, World, draft, outcome, point, text, user, written};

/// Asks two points in the shell's hands, then waits for the second first.
fn asks_two() -> String {
    written(
        &["localhost:stars:s-1:one", "localhost:stars:s-1:two"],
        "(local.set $n (call $ask_of {0})) (local.set $m (call $ask_of {1}))
         (call $say (call $wait (local.get $m))) (call $say_field (i32.const 33) (i32.const 0) (i32.const 0))
         (call $say (call $wait (local.get $n))) (call $say_field (i32.const 33) (i32.const 0) (i32.const 0))
         (call $say (call $wait (local.get $n))) (call $answer)",
    )
}

fn two() -> (World, CallId) {
    let mut world = World::tab();
    world.install(App::new("app").with(Mech::new("asks", &asks_two()).tab().may("localhost:stars:s-1:*")));
    world.tell(Event::Serve("one".into()));
    world.tell(Event::Serve("two".into()));
    let call = world.ask("localhost:app:asks", "");
    world.run();
    assert_eq!(world.delivered.len(), 2, "both asks leave at once");
    (world, call)
}

fn answer(world: &mut World, name: &str, status: u16) {
    let at = world.delivered.iter().position(|(served, _)| served == name).unwrap();
    let (_, wave) = world.delivered.remove(at).unwrap();
    let body = Body::new("text/plain", name.as_bytes());
    world.tell(Event::Answer { ping: Box::new(wave), status, headers: Headers::default(), body });
    world.run();
}

#[test]
fn suspended_asks_are_answered_in_any_order() {
    for order in [["one", "two"], ["two", "one"]] {
        let (mut world, call) = two();
        for name in order {
            assert!(!world.is_answered(call));
            answer(&mut world, name, if name == "one" { 201 } else { 404 });
        }
        assert_eq!(text(&world.answer(call)), "404 two 201 one -9 ", "a token is good once");
    }
}

#[test]
fn answers_never_waited_for_are_dropped() {
    let mut world = World::tab();
    let hasty = written(&["localhost:stars:s-1:one"], "(drop (call $ask_of {0})) (call $answer)");
    world.install(App::new("app").with(Mech::new("hasty", &hasty).tab().may("**")));
    world.tell(Event::Serve("one".into()));
    assert_eq!(outcome(&world.ping("localhost:app:hasty", "")), "200 ");
    world.answer_delivered(200);
    assert_eq!(outcome(&world.ping("localhost:app:hasty", "")), "200 ");
}

#[test]
fn a_ping_without_a_reply_is_answered_no_reply() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("mute", "no-reply"));
    let pong = world.ping("localhost:app:mute", "");
    assert_eq!((pong.status, outcome(&pong).as_str()), (Some(500), "no-reply"));
}

#[test]
fn a_signal_needs_no_reply() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("mute", "no-reply"));
    world.tell(Event::Tell { draft: draft("localhost:app:mute", b"") });
    world.run();
    assert_eq!(world.info("localhost:app:mute").unwrap().waves, 1);
    assert!(world.sent.is_empty() && world.settled.is_empty());
}

#[test]
fn a_cancelled_ping_is_never_answered() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("echo", "echo"));
    let call = world.ask("localhost:app:echo", "");
    world.tell(Event::Cancel { call });
    world.pass(60_000);
    assert!(!world.is_answered(call));
}

#[test]
fn only_who_was_asked_can_answer() {
    let mut world = World::tab();
    let call = world.ask("localhost:chat:room", "hi");
    let ping = world.sent.pop_front().unwrap();
    let mut forged = ping.pong(user("eve"), 200, Headers::default(), Body::default());
    forged.from = point("localhost:stars:s-9");
    world.arrive(forged);
    assert!(!world.is_answered(call));
    world.arrive(ping.pong(user("operator"), 200, Headers::default(), Body::new("text/plain", *b"real")));
    assert_eq!(outcome(&world.answer(call)), "200 real");
    world.arrive(ping.pong(user("operator"), 200, Headers::default(), Body::default()));
    assert!(!world.is_answered(call), "once");
}

#[test]
fn ids_are_unique() {
    let mut world = World::tab();
    let mut ids = std::collections::BTreeSet::new();
    for n in 0..1_000 {
        world.ask("localhost:chat:room", &n.to_string());
        assert!(ids.insert(world.sent.pop_front().unwrap().id));
    }
}

#[test]
fn guests_cannot_say_what_only_the_mesh_says() {
    let mut world = World::server();
    let forger =
        written(&["starlane-code", "forbidden"], "(call $say (call $write (i32.const 10) {0} {1})) (call $answer)");
    world.install(App::new("app").mechtron("forger", &forger));
    let pong = world.ping("localhost:app:forger", "");
    assert_eq!((outcome(&pong).as_str(), pong.code()), ("200 -6 ", None));
}

#[test]
fn an_answer_says_its_fuel_and_its_star() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("echo", "echo"));
    let pong = world.ping("localhost:app:echo", "x");
    assert!(World::fuel(&pong) > 100);
    assert_eq!(pong.headers.get("starlane-star"), Some("localhost:stars:relay"));
}

#[test]
fn a_file_not_at_hand_suspends_the_guest() {
    let mut world = World::server();
    let reader = written(
        &["a.txt", "nothing.txt"],
        "(call $say_field (i32.const 21) {0}) (call $say_field (i32.const 21) {1}) (call $answer)",
    );
    world.install(App::new("app").mechtron("reader", &reader).mechtron("echo", "echo").file("a.txt", b"a file"));
    world.ping("localhost:app:echo", "");
    world.hold_fetches = true;
    let call = world.ask("localhost:app:reader", "");
    world.run();
    world.fetch_one();
    assert!(!world.is_answered(call), "its code is here, the file is not");
    assert_eq!(outcome(&world.ping("localhost:app:echo", "meanwhile")), "200 meanwhile");
    world.fetch_one();
    assert_eq!(text(&world.answer(call)), "a file -1 ");
}

#[test]
fn a_file_that_cannot_be_had_ends_the_wave() {
    let mut world = World::server();
    let reader = written(&["a.txt"], "(call $say_field (i32.const 21) {0}) (call $answer)");
    world.install(App::new("app").mechtron("reader", &reader).file("a.txt", b"a file"));
    world.files.retain(|_, bytes| bytes.as_ref() != b"a file");
    assert_eq!(outcome(&world.ping("localhost:app:reader", "")), "fetch-failed");
}

#[test]
fn the_files_of_a_wave_fit_its_memory_limit() {
    let mut world = World::server();
    let reader = written(
        &["small.txt", "large.bin"],
        "(call $say_field (i32.const 21) {0}) (call $say_field (i32.const 21) {1}) (call $answer)",
    );
    let app = App::new("app").with(Mech::new("m", &reader).limit("memory", 65_536));
    world.install(app.file("small.txt", b"a file").file("large.bin", &[0; 65_536]));
    assert_eq!(text(&world.ping("localhost:app:m", "")), "a file -5 ");
    assert_eq!(world.info("localhost:app:m").unwrap().memory, 65_536, "what was read is let go of");
}

#[test]
fn a_guest_reads_its_config() {
    let mut world = World::server();
    let reads = written(
        &["greeting", "times", "nothing"],
        "(call $say_field (i32.const 20) {0}) (call $say_field (i32.const 20) {1}) (call $say_field (i32.const 20) {2})
         (call $say_field (i32.const 20) (i32.const 0) (i32.const 0)) (call $say_field (i32.const 23) (i32.const 0) (i32.const 0)) (call $answer)",
    );
    let config = serde_json::json!({ "greeting": "Hi", "times": 3 });
    world.install(App::new("app").with(Mech::new("m", &reads).config(config)));
    let all = "{\"greeting\":\"Hi\",\"times\":3}";
    assert_eq!(text(&world.ping("localhost:app:m", "")), format!("Hi 3 -1 {all} localhost:app:m "));
}

#[test]
fn a_malformed_draft_is_refused() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("echo", "echo"));
    let mut large = draft("localhost:app:echo", &vec![0; (1 << 20) + 1]);
    large.wait = 1_000;
    let call = world.ask_draft(large);
    assert_eq!(outcome(&world.answer(call)), "too-large");
    let mut strange = draft("localhost:app:echo", b"");
    strange.path = "no-slash".into();
    let call = world.ask_draft(strange);
    assert_eq!(outcome(&world.answer(call)), "bad-wave");
}
