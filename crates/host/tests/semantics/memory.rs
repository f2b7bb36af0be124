//! Memory: a bound for each, and one for all.

use starlane_host::star::Role;
use starlane_protocol::MechtronStatus;

use crate::world::{App, Mech, World, outcome, user, written};

const PAGE: u64 = 65_536;

fn small(guests: u64) -> World {
    World::with_guests(Role::Server { index: 0, count: 1 }, "localhost:stars:relay", user("operator"), guests)
}

fn one_page() -> Mech {
    Mech::new("echo", "echo").keyed().limit("memory", PAGE)
}

#[test]
fn idle_neighbours_give_way_the_longest_idle_first() {
    let mut world = small(3 * PAGE + 1_000);
    world.install(App::new("app").with(one_page()));
    for key in ["a", "b", "c"] {
        world.ping(&format!("localhost:app:echo:{key}"), "x");
        world.pass(10);
    }
    world.ping("localhost:app:echo:a", "x");
    world.pass(10);
    assert_eq!(outcome(&world.ping("localhost:app:echo:d", "x")), "200 x");
    assert!(world.info("localhost:app:echo:b").is_none(), "it kept nothing, so nothing is left");
    assert!(world.info("localhost:app:echo:a").is_some() && world.info("localhost:app:echo:c").is_some());
}

#[test]
fn the_last_quarter_is_for_the_others() {
    let mut world = World::with_guests(Role::Tab, "localhost:stars:s-1", user("ada"), 16 * PAGE + 1_000);
    let waits = written(&["localhost:stars:s-1:slow"], "(drop (call $wait (call $ask_of {0}))) (call $answer)");
    let waiting = Mech::new("waits", &waits).tab().keyed().may("**").limit("memory", PAGE);
    world.install(App::new("greedy").with(waiting));
    world.install(App::new("app").with(one_page().tab()));
    world.tell(starlane_host::event::Event::Serve("slow".into()));
    let calls: Vec<_> = (0..20).map(|key| world.ask(&format!("localhost:greedy:waits:k{key}"), "")).collect();
    world.run();
    let refused = calls.iter().filter(|call| world.is_answered(**call)).count();
    assert_eq!(refused, 8, "12 of the 16 pages are taken");
    assert_eq!(outcome(&world.answer(calls[19])), "star-full");
    assert_eq!(outcome(&world.ping("localhost:app:echo:k", "x")), "200 x");

    let mut world = World::server();
    let echo = || Mech::new("m", "echo").keyed();
    world.install(App::new("greedy").with(echo()));
    world.install(App::new("app").with(echo()));
    let large = "x".repeat(1 << 20);
    let calls: Vec<_> = (0..64).map(|key| world.ask(&format!("localhost:greedy:m:k{key}"), &large)).collect();
    assert!(!world.is_answered(calls[46]) && world.is_answered(calls[47]), "48 MiB less the envelopes");
    let other = world.ask("localhost:app:m:k", &large);
    assert!(!world.is_answered(other));
}

#[test]
fn a_full_star_refuses() {
    let mut world = World::with_guests(Role::Tab, "localhost:stars:s-1", user("ada"), PAGE + 1_000);
    let waits = written(&["localhost:stars:s-1:slow"], "(drop (call $wait (call $ask_of {0}))) (call $answer)");
    world.install(
        App::new("app").with(Mech::new("waits", &waits).tab().may("**").limit("memory", PAGE)).with(one_page().tab()),
    );
    world.tell(starlane_host::event::Event::Serve("slow".into()));
    world.ask("localhost:app:waits", "");
    world.run();
    assert_eq!(outcome(&world.ping("localhost:app:echo:k", "x")), "star-full");
    world.answer_delivered(200);
    assert_eq!(outcome(&world.ping("localhost:app:echo:k", "x")), "200 x");
}

#[test]
fn idle_neighbours_give_way_to_one_that_grows() {
    let mut world = small(20 * PAGE);
    let grows = written(&[], "(call $say (memory.grow (i32.const 15))) (call $answer)");
    world.install(App::new("app").with(Mech::new("grows", &grows).limit("memory", 16 * PAGE)).with(one_page()));
    for key in 0..10 {
        world.ping(&format!("localhost:app:echo:k{key}"), "x");
    }
    assert_eq!(outcome(&world.ping("localhost:app:grows", "")), "200 1 ");
}

#[test]
fn state_counts_as_memory() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("grows", "state-grows"));
    world.ping("localhost:app:grows", "");
    let info = world.info("localhost:app:grows").unwrap();
    assert!(info.memory > 14 * PAGE, "{info:?}");
    let mut world = small(8 * PAGE);
    world.install(App::new("app").with(Mech::new("grows", "state-grows").limit("memory", 2 * PAGE)).with(one_page()));
    world.ping("localhost:app:grows", "");
    assert_eq!(outcome(&world.ping("localhost:app:echo:k", "x")), "200 x");
    assert_eq!(world.info("localhost:app:grows").unwrap().status, MechtronStatus::Asleep, "it had to give way");
}

#[test]
fn memory_that_a_slice_could_not_pay_for_is_counted_once() {
    // Growing costs fuel; a slice that is too short for it is tried again.
    let grows = written(&[], "(call $say (memory.grow (i32.const 15))) (call $answer)");
    let mut world = World::server();
    world.slice = 3_000;
    world.install(App::new("app").with(Mech::new("grows", &grows).limit("memory", 17 * PAGE)));
    assert_eq!(outcome(&world.ping("localhost:app:grows", "")), "200 1 ");
    assert_eq!(world.info("localhost:app:grows").unwrap().memory, 16 * PAGE);
}

#[test]
fn a_limit_above_the_ceiling_is_refused() {
    let mut world = World::server();
    let app = App::new("app")
        .with(Mech::new("large", "echo").limit("memory", 65 << 20))
        .with(Mech::new("deep", "echo").limit("stack", 64 << 30))
        .with(Mech::new("long", "echo").limit("fuel", 1_000_000_001));
    world.install(app);
    assert_eq!(outcome(&world.ping("localhost:app:large", "x")), "limit-too-high");
    assert_eq!(outcome(&world.ping("localhost:app:deep", "x")), "limit-too-high");
    assert_eq!(outcome(&world.ping("localhost:app:long", "x")), "limit-too-high");
}
