//! Deadlines and mailboxes.

use crate::world::{App, Mech, World, draft, outcome, written};
use starlane_host::event::Event;

/// Waits for a name the shell serves, as long as the wave lets it.
fn waits() -> String {
    written(
        &["localhost:stars:s-1:slow"],
        "(drop (call $put {0} {0})) (call $say_field (i32.const 15) (i32.const 0) (i32.const 0))
         (call $say (call $wait (call $ask_of {0}))) (call $answer)",
    )
}

fn busy_world(mailbox: u64) -> World {
    let mut world = World::tab();
    world.install(App::new("app").with(Mech::new("waits", &waits()).tab().may("**").limit("mailbox", mailbox)));
    world.tell(Event::Serve("slow".into()));
    world
}

fn ask(world: &mut World, wait: u32) -> starlane_host::event::CallId {
    let mut draft = draft("localhost:app:waits", b"");
    draft.wait = wait;
    let call = world.ask_draft(draft);
    world.run();
    call
}

#[test]
fn a_deadline_ends_the_turn() {
    let mut world = busy_world(8);
    let call = ask(&mut world, 1_000);
    world.pass(999);
    assert!(!world.is_answered(call));
    world.pass(1);
    assert_eq!(outcome(&world.answer(call)), "deadline");
    assert!(world.commits.is_empty() && world.store.is_empty(), "and undoes it");
    let next = ask(&mut world, 1_000);
    world.delivered.pop_front();
    world.answer_delivered(200);
    assert_eq!(outcome(&world.answer(next)), "200 1000 200 ");
}

#[test]
fn a_deadline_ends_a_turn_for_a_remote_sender_too() {
    let mut world = busy_world(8);
    let mut wave = world.wave("localhost:stars:s-1:app:waits", "");
    wave.wait = 1_000;
    world.arrive(wave);
    world.pass(1_000);
    let pong = world.sent.pop_front().expect("an answer");
    assert_eq!(outcome(&pong), "deadline");
}

#[test]
fn a_deadline_counts_in_the_mailbox() {
    let mut world = busy_world(8);
    let first = ask(&mut world, 10_000);
    let second = ask(&mut world, 1_000);
    world.pass(1_000);
    assert_eq!(outcome(&world.answer(second)), "deadline");
    world.answer_delivered(200);
    assert_eq!(outcome(&world.answer(first)), "200 10000 200 ");
    assert!(world.delivered.is_empty(), "the second was never begun");
}

#[test]
fn the_time_in_the_mailbox_is_taken_off() {
    let mut world = busy_world(8);
    let first = ask(&mut world, 10_000);
    let second = ask(&mut world, 10_000);
    world.pass(4_000);
    world.answer_delivered(200);
    world.answer_delivered(200);
    assert_eq!(outcome(&world.answer(first)), "200 10000 200 ");
    assert_eq!(outcome(&world.answer(second)), "200 6000 200 ");
}

#[test]
fn an_ask_never_outlives_its_wave() {
    let mut world = busy_world(8);
    ask(&mut world, 1_000);
    assert_eq!(world.delivered.front().unwrap().1.wait, 1_000);
}

#[test]
fn a_full_mailbox_refuses_at_once() {
    let mut world = busy_world(2);
    let calls: Vec<_> = (0..4).map(|_| ask(&mut world, 10_000)).collect();
    let refused: Vec<_> = calls.iter().filter(|call| world.is_answered(**call)).collect();
    assert_eq!(refused, [&calls[3]]);
    assert_eq!(outcome(&world.answer(calls[3])), "mailbox-full");
}

#[test]
fn all_mailboxes_of_a_star_have_a_bound() {
    let mut world = World::server();
    world.install(App::new("app").with(Mech::new("m", "echo").keyed()));
    let large = "x".repeat(1 << 20);
    let calls: Vec<_> = (0..64).map(|key| world.ask(&format!("localhost:app:m:k{key}"), &large)).collect();
    assert!(!world.is_answered(calls[62]), "63 waves of a mebibyte and their envelopes fit 64 MiB");
    assert_eq!(outcome(&world.answer(calls[63])), "mailbox-full");
    world.run();
    assert!(calls[..63].iter().all(|call| world.answer(*call).status == Some(200)));
    assert_eq!(world.ping("localhost:app:m:more", &large).status, Some(200));
}

#[test]
fn a_full_mailbox_lets_go_of_what_is_overdue() {
    let mut world = busy_world(2);
    let first = ask(&mut world, 60_000);
    for _ in 0..2 {
        ask(&mut world, 1_000);
    }
    world.pass(1_000);
    let late = ask(&mut world, 10_000);
    assert!(!world.is_answered(late) && !world.is_answered(first));
}

#[test]
fn a_file_that_never_comes_ends_with_the_wave() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("echo", "echo"));
    world.hold_fetches = true;
    let call = world.ask("localhost:app:echo", "x");
    world.pass(15_000);
    assert_eq!(outcome(&world.answer(call)), "deadline");
    world.fetch_one();
    assert_eq!(outcome(&world.ping("localhost:app:echo", "again")), "200 again");
}

#[test]
fn a_guest_given_up_while_its_file_comes_may_ask_for_it_again() {
    let mut world = World::server();
    let reader = written(&["a.txt"], "(call $say_field (i32.const 21) {0}) (call $answer)");
    world.install(App::new("app").mechtron("reader", &reader).file("a.txt", b"a file"));
    world.hold_fetches = true;
    let first = world.ask("localhost:app:reader", "");
    world.run();
    world.fetch_one();
    world.pass(15_000);
    assert_eq!(outcome(&world.answer(first)), "deadline");
    let second = world.ask("localhost:app:reader", "");
    world.run();
    assert_eq!(world.fetches.len(), 1, "it is on the way already");
    world.fetch_one();
    assert_eq!(outcome(&world.answer(second)), "200 a file ");
}

#[test]
fn a_finished_turn_leaves_no_timer() {
    let mut world = busy_world(8);
    let call = ask(&mut world, 10_000);
    world.answer_delivered(200);
    world.answer(call);
    world.pass(60_000);
    world.pass(60_000);
    assert_eq!(world.star.wake_at(), None);
}
