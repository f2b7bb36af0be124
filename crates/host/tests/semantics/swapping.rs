//! Swapping: the next generation is made ready beside the present one, and takes over between two waves.

use starlane_host::event::{Event, Step};

use crate::order::keeps;
use crate::world::{App, IDLE_MS, Mech, World, draft, outcome, point, text, version, written};

/// Says its word, after the shell has answered.
fn waits(word: &str) -> String {
    written(
        &["localhost:stars:s-1:slow", word],
        "(drop (call $wait (call $ask_of {0}))) (call $set (i32.const 12) (i32.const 7) (i32.const 10))
         (call $set (i32.const 13) {1}) (drop (call $reply)) (i32.const 0)",
    )
}

/// Says its word at once.
fn says(word: &str) -> String {
    written(
        &[word],
        "(call $set (i32.const 12) (i32.const 7) (i32.const 10)) (call $set (i32.const 13) {0}) (drop (call $reply)) (i32.const 0)",
    )
}

/// Counts in memory only.
fn remembers(name: &str) -> String {
    let body = "(i32.store (i32.const 16384) (i32.add (i32.load (i32.const 16384)) (i32.const 1)))
        (call $say (i32.load (i32.const 16384))) (call $answer)";
    written(&[], body).replace("(module", &format!("(module ${name}"))
}

fn app(word: &str) -> App {
    App::new("app").with(Mech::new("m", &waits(word)).tab().may("**"))
}

fn world() -> World {
    let mut world = World::tab();
    world.install(app("old"));
    world.tell(Event::Serve("slow".into()));
    world
}

#[test]
fn the_present_generation_goes_on_while_the_next_is_made_ready() {
    let mut world = world();
    world.hold_fetches = true;
    world.ask("localhost:app:m", "");
    world.run();
    world.fetch_one();
    world.prepare(app("new"), 2);
    world.answer_delivered(200);
    let second = world.ask("localhost:app:m", "");
    world.run();
    world.answer_delivered(200);
    assert_eq!(text(&world.answer(second)), "old");
    assert!(world.steps.is_empty(), "its code is still on the way");
    world.fetch_one();
    assert_eq!(world.steps, [Step::Ready]);
}

#[test]
fn the_next_generation_takes_over_between_two_waves() {
    let mut world = world();
    let (first, second) = (world.ask("localhost:app:m", ""), world.ask("localhost:app:m", ""));
    world.run();
    world.prepare(app("new"), 2);
    world.stop();
    assert!(world.steps.is_empty(), "a wave is in hand");
    world.answer_delivered(200);
    assert_eq!(text(&world.answer(first)), "old");
    assert!(world.delivered.is_empty(), "nothing begins any more");
    let Some(Step::Migrated(none)) = world.migrate() else { panic!() };
    assert!(none.is_empty());
    world.switch(none);
    world.answer_delivered(200);
    assert_eq!(text(&world.answer(second)), "new");
}

#[test]
fn a_generation_that_cannot_be_made_ready_changes_nothing() {
    let bad = [
        (App::new("app").with(Mech::new("m", "(module)").tab()), "bad-bundle"),
        (
            App::new("app").with(Mech::new("m", &version(&[], ["(i32.const 3)", "", "(i32.const 0)"])).tab()),
            "init-failed",
        ),
        (App::new("app").with(Mech::new("m", &version(&[], ["unreachable", "", "(i32.const 0)"])).tab()), "trapped"),
        (App::new("app").with(Mech::new("m", &says("x")).tab().limit("memory", 1 << 40)), "limit-too-high"),
    ];
    for (next, code) in bad {
        let mut world = world();
        world.prepare(next, 2);
        let why = world.give_up();
        assert!(why.contains(code), "{why}");
        let call = world.ask("localhost:app:m", "");
        world.run();
        world.answer_delivered(200);
        assert_eq!(text(&world.answer(call)), "old");
    }
}

#[test]
fn a_wave_in_hand_for_more_than_10_s_is_swapped() {
    let mut world = world();
    let (first, second) = (world.ask("localhost:app:m", ""), world.ask("localhost:app:m", ""));
    world.run();
    world.prepare(app("new"), 2);
    world.stop();
    world.pass(9_999);
    assert!(!world.is_answered(first));
    world.pass(1);
    assert_eq!(outcome(&world.answer(first)), "swapped");
    assert!(!world.is_answered(second), "what had not begun waits for the next one");
    world.go_on_quiet();
    world.delivered.pop_front();
    world.answer_delivered(200);
    assert_eq!(text(&world.answer(second)), "new");
}

#[test]
fn what_a_mechtron_of_the_application_waits_for_still_begins() {
    let asks = written(
        &["localhost:stars:s-1:slow", "localhost:app:b"],
        "(drop (call $wait (call $ask_of {0}))) (call $say (call $wait (call $ask_of {1}))) (call $answer)",
    );
    let both = |word: &str| {
        App::new("app").with(Mech::new("a", &asks).tab().may("**")).with(Mech::new("b", &says(word)).tab())
    };
    let mut world = world();
    world.install_generation(both("old"), 2);
    let call = world.ask("localhost:app:a", "");
    world.run();
    let named = asks.replace("(module", "(module $next");
    let next = App::new("app").with(Mech::new("a", &named).tab().may("**")).with(Mech::new("b", &says("new")).tab());
    world.prepare(next, 3);
    world.stop();
    let late = world.ask("localhost:app:b", "");
    world.run();
    world.answer_delivered(200);
    assert_eq!(text(&world.answer(call)), "200 ");
    assert!(!world.is_answered(late), "nobody of the application waits for it");
    world.go_on_quiet();
    assert_eq!(text(&world.answer(late)), "new");
}

#[test]
fn waves_of_one_sender_keep_their_order_over_a_swap() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("keeps", &keeps()));
    world.hold_commits = true;
    let named =
        |name: &str| App::new("app").mechtron("keeps", &keeps().replace("(module", &format!("(module ${name}")));
    let mut calls: Vec<_> = (0..5).map(|n| world.ask("localhost:app:keeps", &n.to_string())).collect();
    world.run();
    world.prepare(named("next"), 2);
    world.stop();
    calls.extend((5..10).map(|n| world.ask("localhost:app:keeps", &n.to_string())));
    world.run();
    assert!(world.steps.is_empty(), "what it wrote is not stored yet");
    world.hold_commits = false;
    world.pass(0);
    world.go_on_quiet();
    let answers: Vec<String> = calls.into_iter().map(|call| text(&world.answer(call))).collect();
    assert_eq!(answers, (1..=10).map(|n| format!("{n} ")).collect::<Vec<_>>());
}

#[test]
fn an_init_that_reads_the_state_waits_for_the_last_of_it() {
    let reads = version(
        &["n"],
        [
            "(drop (call $read (i32.const 22) {0} (i32.const 0) (i32.const 16384) (i32.const 4))) (i32.const 0)",
            "",
            "(call $say (i32.load (i32.const 16384))) (call $answer)",
        ],
    );
    let mut world = World::server();
    world.install(App::new("app").mechtron("keeps", &keeps()));
    world.ping("localhost:app:keeps", "a");
    world.prepare(App::new("app").mechtron("keeps", &reads), 2);
    world.ping("localhost:app:keeps", "b");
    world.ping("localhost:app:keeps", "c");
    world.go_on();
    assert_eq!(text(&world.ping("localhost:app:keeps", "")), "3 ");
}

#[test]
fn a_mechtron_that_stays_the_same_goes_on() {
    let both = |word: &str| App::new("app").mechtron("same", &remembers("same")).mechtron("other", &says(word));
    let mut world = World::server();
    world.install(both("old"));
    world.ping("localhost:app:same", "");
    world.upgrade(both("new"), 2);
    assert_eq!(text(&world.ping("localhost:app:same", "")), "2 ");
    assert_eq!(text(&world.ping("localhost:app:other", "")), "new");
}

#[test]
fn one_that_has_read_a_file_is_made_anew_when_a_file_changes() {
    let reads = written(
        &["html/a.txt"],
        "(i32.store (i32.const 16384) (i32.add (i32.load (i32.const 16384)) (i32.const 1)))
         (call $say (i32.load (i32.const 16384))) (call $say_field (i32.const 21) {0}) (call $answer)",
    );
    let both = |word: &str| {
        App::new("app")
            .mechtron("reads", &reads)
            .mechtron("same", &remembers("same"))
            .file("html/a.txt", word.as_bytes())
    };
    let mut world = World::server();
    world.install(both("old"));
    assert_eq!(text(&world.ping("localhost:app:reads", "")), "1 old ");
    world.ping("localhost:app:same", "");
    world.upgrade(both("new"), 2);
    assert_eq!(text(&world.ping("localhost:app:reads", "")), "1 new ");
    assert_eq!(text(&world.ping("localhost:app:same", "")), "2 ", "it never read one");
}

#[test]
fn a_mechtron_nobody_has_asked_yet_is_swapped_in_its_sleep() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("keeps", &keeps()));
    world.ping("localhost:app:keeps", "a");
    world.pass(2 * IDLE_MS);
    let named = keeps().replace("(module", "(module $next");
    world.upgrade(App::new("app").mechtron("keeps", &named).mechtron("new", &says("new")), 2);
    assert_eq!(text(&world.ping("localhost:app:keeps", "b")), "2 ");
    assert_eq!(text(&world.ping("localhost:app:new", "")), "new");
}

#[test]
fn an_abandoned_upgrade_gives_every_state_back() {
    let migrates =
        version(&["n", "x"], ["", "(drop (call $del {0})) (drop (call $put {1} {1})) (i32.const 0)", "(call $answer)"]);
    let mut world = World::server();
    world.install(App::new("app").mechtron("keeps", &keeps()).mechtron("sleeps", &keeps()));
    for to in ["localhost:app:keeps", "localhost:app:sleeps"] {
        world.ping(to, "a");
    }
    world.pass(2 * IDLE_MS);
    world.ping("localhost:app:keeps", "b");
    let before = world.store.clone();
    world.prepare(App::new("app").mechtron("keeps", &migrates).mechtron("sleeps", &migrates), 2);
    world.stop();
    let waits = world.ask("localhost:app:keeps", "c");
    let Some(Step::Migrated(migrations)) = world.migrate() else { panic!() };
    assert_eq!(migrations.len(), 2);
    world.tell(Event::Abandon(point("localhost:app")));
    world.run();
    assert_eq!(text(&world.answer(waits)), "3 ");
    assert_eq!(text(&world.ping("localhost:app:sleeps", "b")), "2 ");
    assert!(before.keys().eq(world.store.keys()));
}

#[test]
fn a_mechtron_that_the_next_generation_lacks_ends_with_the_switch() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("stays", &says("here")).mechtron("goes", &says("here")));
    world.prepare(App::new("app").mechtron("stays", &says("here")), 2);
    assert_eq!(text(&world.ping("localhost:app:goes", "")), "here");
    world.stop();
    let waits = world.ask("localhost:app:goes", "");
    world.run();
    world.go_on_quiet();
    assert_eq!(outcome(&world.answer(waits)), "no-route");
}

#[test]
fn a_wave_that_waits_is_held_to_the_next_bind() {
    let route = |method: &str| serde_json::json!([{ "method": method }]);
    let with = |word: &str, method: &str| App::new("app").with(Mech::new("m", &says(word)).bind(route(method)));
    let mut world = World::server();
    world.install(with("old", "Ext<Go>"));
    world.prepare(with("new", "Ext<Other>"), 2);
    world.stop();
    let waits = world.ask_draft(draft("localhost:app:m", b""));
    world.run();
    world.go_on_quiet();
    assert_eq!(outcome(&world.answer(waits)), "wrong-method");
}
