//! Keyed mechtrons.

use starlane_host::event::Event;

use crate::order::keeps;
use crate::world::{App, IDLE_MS, Mech, World, draft, outcome, point, text};

fn rooms() -> World {
    let mut world = World::server();
    world.install(App::new("app").with(Mech::new("room", &keeps()).keyed()).with(Mech::new("echo", "echo").keyed()));
    world
}

#[test]
fn each_key_has_a_state_of_its_own() {
    let mut world = rooms();
    assert_eq!(text(&world.ping("localhost:app:room:one", "a")), "1 ");
    assert_eq!(text(&world.ping("localhost:app:room:two", "a")), "1 ");
    assert_eq!(text(&world.ping("localhost:app:room:one", "b")), "2 ");
    world.pass(2 * IDLE_MS);
    assert_eq!(text(&world.ping("localhost:app:room:one", "c")), "3 ");
    for to in ["localhost:app:room", "localhost:app:room:one:more"] {
        let wave = world.wave(to, "c");
        world.arrive(wave);
        assert_eq!(outcome(&world.sent.pop_front().unwrap()), "no-route");
    }
}

#[test]
fn the_keys_of_users_are_their_ids() {
    let mut world = World::server();
    world.install(App::new("app").with(Mech::new("profile", &keeps()).for_users()));
    assert_eq!(text(&world.ping("localhost:app:profile:ada", "a")), "1 ");
    for to in ["localhost:app:profile:1.2.0", "localhost:app:profile"] {
        let wave = world.wave(to, "c");
        world.arrive(wave);
        assert_eq!(outcome(&world.sent.pop_front().unwrap()), "no-route", "{to}");
    }
    for placed in [Mech::new("m", "echo").tab().for_users(), Mech::new("m", "echo").anywhere().for_users()] {
        let told = App::new("app").with(placed).try_build(1).err().unwrap().to_string();
        assert!(told.contains("keyed = \"user\" needs placement = \"server\""), "{told}");
    }
}

#[test]
fn a_key_without_state_leaves_nothing_behind() {
    let mut world = rooms();
    world.ping("localhost:app:echo:k", "x");
    assert!(world.info("localhost:app:echo:k").is_some());
    world.pass(2 * IDLE_MS);
    assert!(world.info("localhost:app:echo:k").is_none() && world.store.is_empty());
}

#[test]
fn a_refused_wave_leaves_no_key_behind() {
    let mut world = rooms();
    for n in 0..10 {
        let mut wrong = draft(&format!("localhost:app:echo:k{n}"), b"");
        wrong.method = "Ext<Unknown>".parse().unwrap();
        let call = world.ask_draft(wrong);
        assert_eq!(outcome(&world.answer(call)), "wrong-method");
    }
    assert!(world.star.mechtrons().is_empty());
}

#[test]
fn a_watched_key_is_forgotten_when_the_lease_is_over() {
    let mut world = rooms();
    let mut watch = draft("localhost:app:echo:k", b"");
    watch.method = "Cmd<Watch>".parse().unwrap();
    world.ask_draft(watch);
    world.pass(2 * IDLE_MS - 1);
    assert!(world.info("localhost:app:echo:k").is_some());
    world.pass(2 * IDLE_MS);
    assert!(world.star.mechtrons().is_empty());
    assert_eq!(world.star.wake_at(), None);
}

#[test]
fn a_dropped_key_begins_anew() {
    let mut world = rooms();
    world.ping("localhost:app:room:one", "a");
    world.store.clear();
    world.tell(Event::Drop(point("localhost:app:room:one")));
    assert_eq!(text(&world.ping("localhost:app:room:one", "a")), "1 ");
}
