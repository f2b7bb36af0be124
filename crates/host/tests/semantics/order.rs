//! Order, and one wave at a time.

use starlane_host::event::Event;

use crate::world::{App, Mech, World, draft, outcome, text, written};

/// Waits for the shell's answer, then says how many waves it has begun.
fn waits() -> String {
    written(
        &["localhost:stars:s-1:slow"],
        "(i32.store (i32.const 16384) (i32.add (i32.load (i32.const 16384)) (i32.const 1)))
         (drop (call $wait (call $ask_of {0})))
         (call $say (i32.load (i32.const 16384))) (call $say_field (i32.const 13) (i32.const 0) (i32.const 0)) (call $answer)",
    )
}

/// Keeps every body it is given under a new key, in order, and answers how many there are.
pub fn keeps() -> String {
    written(
        &["n"],
        "(drop (call $read (i32.const 22) {0} (i32.const 0) (i32.const 16384) (i32.const 4)))
         (i32.store (i32.const 16384) (i32.add (i32.load (i32.const 16384)) (i32.const 1)))
         (drop (call $put {0} (i32.const 16384) (i32.const 4)))
         (local.set $n (call $read (i32.const 13) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 16390) (i32.const 64)))
         (drop (call $put (i32.const 16384) (i32.const 1) (i32.const 16390) (local.get $n)))
         (call $say (i32.load (i32.const 16384))) (call $answer)",
    )
}

#[test]
fn one_sender_is_fifo() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("keeps", &keeps()));
    let calls: Vec<_> = (0..50).map(|n| world.ask("localhost:app:keeps", &n.to_string())).collect();
    world.run();
    let answers: Vec<String> = calls.into_iter().map(|call| text(&world.answer(call))).collect();
    let expected: Vec<String> = (1..=50).map(|n| format!("{n} ")).collect();
    assert_eq!(answers, expected);
    let state = &world.store[&"localhost:app:keeps".parse().unwrap()];
    assert!((0..50u8).all(|n| state[&vec![n + 1]] == n.to_string().as_bytes()), "{state:?}");
}

#[test]
fn a_signal_and_a_ping_keep_their_order() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("keeps", &keeps()));
    world.tell(Event::Tell { draft: draft("localhost:app:keeps", b"first") });
    assert_eq!(text(&world.ping("localhost:app:keeps", "second")), "2 ");
}

#[test]
fn one_wave_at_a_time() {
    let mut world = World::tab();
    world.install(App::new("app").with(Mech::new("waits", &waits()).tab().may("**")));
    world.tell(Event::Serve("slow".into()));
    let first = world.ask("localhost:app:waits", "a");
    let second = world.ask("localhost:app:waits", "b");
    world.run();
    assert_eq!(world.delivered.len(), 1, "the second has not begun");
    world.answer_delivered(200);
    assert_eq!(outcome(&world.answer(first)), "200 1 a ");
    assert!(!world.is_answered(second));
    world.answer_delivered(200);
    assert_eq!(outcome(&world.answer(second)), "200 2 b ");
}
