//! Sleep and wake.

use starlane_protocol::MechtronStatus;

use crate::order::keeps;
use crate::world::{App, IDLE_MS, Mech, World, text};

#[test]
fn an_idle_mechtron_sleeps_and_comes_back_with_its_state() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("keeps", &keeps()));
    assert_eq!(text(&world.ping("localhost:app:keeps", "a")), "1 ");
    let idle = world.info("localhost:app:keeps").unwrap();
    assert!(idle.status == MechtronStatus::Idle && idle.memory > 65_536, "{idle:?}");
    world.pass(2 * IDLE_MS);
    let asleep = world.info("localhost:app:keeps").unwrap();
    assert!(asleep.status == MechtronStatus::Asleep && asleep.memory < 4_096, "{asleep:?}");
    assert_eq!(text(&world.ping("localhost:app:keeps", "b")), "2 ");
}

#[test]
fn an_application_says_how_long_a_mechtron_may_be_idle() {
    let mut world = World::server();
    let app = App::new("app");
    let app = app.with(Mech::new("quick", "echo").idle("2 s")).with(Mech::new("slow", "echo").idle("5 min"));
    world.install(app.with(Mech::new("usual", "echo")));
    let names = ["quick", "usual", "slow"];
    let asleep = |world: &mut World| {
        names.map(|name| world.info(&format!("localhost:app:{name}")).unwrap().status == MechtronStatus::Asleep)
    };
    for name in names {
        world.ping(&format!("localhost:app:{name}"), "x");
    }
    world.pass(2_000);
    assert_eq!(asleep(&mut world), [true, false, false]);
    world.pass(IDLE_MS - 2_000);
    assert_eq!(asleep(&mut world), [true, true, false]);
    world.pass(300_000);
    assert_eq!(asleep(&mut world), [true, true, true]);
}

#[test]
fn a_large_state_is_read_from_the_store_again() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("grows", "state-grows"));
    assert_eq!(text(&world.ping("localhost:app:grows", "")), "0");
    world.pass(2 * IDLE_MS);
    assert_eq!(world.info("localhost:app:grows").unwrap().memory, 0);
    world.hold_loads = true;
    let call = world.ask("localhost:app:grows", "");
    world.run();
    world.load_one();
    assert_eq!(text(&world.answer(call)), "0");
}

#[test]
fn nothing_sleeps_with_a_commit_under_way() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("keeps", &keeps()));
    world.hold_commits = true;
    let call = world.ask("localhost:app:keeps", "a");
    world.run();
    world.pass(10 * IDLE_MS);
    assert_eq!(world.info("localhost:app:keeps").unwrap().status, MechtronStatus::Idle);
    world.store_one();
    world.pass(2 * IDLE_MS);
    assert_eq!(world.info("localhost:app:keeps").unwrap().status, MechtronStatus::Asleep);
    assert!(!world.is_answered(call) || world.answer(call).code() == Some("deadline"));
}

#[test]
fn memory_is_only_a_cache() {
    let mut world = World::server();
    let counts = crate::world::written(
        &[],
        "(i32.store (i32.const 16384) (i32.add (i32.load (i32.const 16384)) (i32.const 1))) (call $say (i32.load (i32.const 16384))) (call $answer)",
    );
    world.install(App::new("app").mechtron("m", &counts));
    assert_eq!(text(&world.ping("localhost:app:m", "")), "1 ");
    assert_eq!(text(&world.ping("localhost:app:m", "")), "2 ");
    world.pass(2 * IDLE_MS);
    assert_eq!(text(&world.ping("localhost:app:m", "")), "1 ");
}
