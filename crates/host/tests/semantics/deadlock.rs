//! Waiting in a circle.

use crate::world::{App, Mech, World, outcome, written};
use starlane_host::event::Event;

fn asks(target: &str) -> String {
    written(&[target], "(call $say (call $wait (call $ask_of {0}))) (call $answer)")
}

#[test]
fn asking_oneself_is_a_deadlock() {
    let mut world = World::server();
    world.install(App::new("app").with(Mech::new("a", &asks("localhost:app:a")).may("localhost:app:*")));
    assert_eq!(outcome(&world.ping("localhost:app:a", "")), "200 508 ");
}

#[test]
fn a_circle_of_two_is_a_deadlock() {
    let mut world = World::server();
    let app = App::new("app")
        .with(Mech::new("a", &asks("localhost:app:b")).may("localhost:app:*"))
        .with(Mech::new("b", &asks("localhost:app:a")).may("localhost:app:*"));
    world.install(app);
    assert_eq!(outcome(&world.ping("localhost:app:a", "")), "200 200 ", "b is told, and answers");
    assert_eq!(world.now, 0, "at once");
}

#[test]
fn a_circle_through_another_star_is_a_deadlock() {
    let (mut tab, mut server) = (World::tab(), World::server());
    tab.install(App::new("t").with(Mech::new("a", &asks("localhost:s:b")).tab().may("**")));
    server.install(
        App::new("s").with(Mech::new("b", &asks("localhost:stars:s-1:t:a")).may("**")).grant("anyone", "${app}:**"),
    );
    let call = tab.ask("localhost:t:a", "");
    tab.run();
    for _ in 0..3 {
        tab.carry_to(&mut server);
        server.carry_to(&mut tab);
    }
    assert_eq!(outcome(&tab.answer(call)), "200 200 ");
}

#[test]
fn a_circle_by_the_second_of_two_asks_is_a_deadlock() {
    let mut world = World::tab();
    // Asks the shell and itself, and waits for itself first.
    let both = written(
        &["localhost:stars:s-1:slow", "localhost:app:a"],
        "(local.set $n (call $ask_of {0})) (local.set $m (call $ask_of {1}))
         (call $say (call $wait (local.get $m))) (call $say (call $wait (local.get $n))) (call $answer)",
    );
    world.install(App::new("app").with(Mech::new("a", &both).tab().may("**")));
    world.tell(Event::Serve("slow".into()));
    let call = world.ask("localhost:app:a", "");
    world.run();
    world.answer_delivered(204);
    assert_eq!(outcome(&world.answer(call)), "200 508 204 ");
}

#[test]
fn a_circle_found_late_is_a_deadlock() {
    let mut world = World::tab();
    // Waits for the shell while its question to itself lies in the mailbox; only the second wait closes the circle.
    let both = written(
        &["localhost:stars:s-1:slow", "localhost:app:a"],
        "(local.set $n (call $ask_of {1})) (local.set $m (call $ask_of {0}))
         (call $say (call $wait (local.get $m))) (call $say (call $wait (local.get $n))) (call $answer)",
    );
    world.install(App::new("app").with(Mech::new("a", &both).tab().may("**")));
    world.tell(Event::Serve("slow".into()));
    let call = world.ask("localhost:app:a", "");
    world.run();
    assert!(!world.is_answered(call), "it does not wait for itself yet");
    world.answer_delivered(204);
    assert_eq!(outcome(&world.answer(call)), "200 204 508 ");
}

#[test]
fn a_chain_of_waiting_pings_is_32_long_at_most() {
    let mut world = World::server();
    // Each key asks the next: `k` and one more `x`.
    let deeper = written(
        &["localhost:app:deep:x"],
        "(local.set $n (call $read (i32.const 23) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 16384) (i32.const 1024)))
         (i32.store8 (i32.add (i32.const 16384) (local.get $n)) (i32.const 120))
         (drop (call $wait (call $ask_of (i32.const 16384) (i32.add (local.get $n) (i32.const 1)))))
         (call $say_field (i32.const 33) (i32.const 0) (i32.const 0)) (call $answer)",
    );
    world.install(App::new("app").with(Mech::new("deep", &deeper).keyed().may("localhost:app:**")));
    let answer = outcome(&world.ping("localhost:app:deep:x", ""));
    assert!(answer.contains("chain-too-long"), "{answer}");
    assert_eq!(world.star.mechtrons().iter().map(|info| info.waves).sum::<u64>(), 33);
}

#[test]
fn crossing_chains_end_by_their_deadline() {
    let mut world = World::tab();
    world.install(App::new("app").with(Mech::new("a", &asks("localhost:stars:s-1:slow")).tab().may("**")));
    world.tell(Event::Serve("slow".into()));
    let first = world.ask("localhost:app:a", "");
    let other = world.ask("localhost:app:a", "");
    world.pass(14_999);
    assert!(!world.is_answered(first) && !world.is_answered(other), "no chain, no deadlock");
    world.pass(1);
    assert_eq!(outcome(&world.answer(first)), "deadline");
    assert_eq!(outcome(&world.answer(other)), "deadline");
}
