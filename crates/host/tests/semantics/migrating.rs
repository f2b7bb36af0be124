//! Migrating: a state that other code has written is brought up to date before its next wave.

use starlane_host::event::{Event, Stamp, Step};

use crate::order::keeps;
use crate::world::{App, IDLE_MS, Mech, World, outcome, point, text, version};

/// Doubles the count that [`keeps`] keeps, and goes on counting.
fn doubles(migrate: &str) -> String {
    let body = format!(
        "(drop (call $read (i32.const 22) {{0}} (i32.const 0) (i32.const 16384) (i32.const 4)))
         (i32.store (i32.const 16384) (i32.mul (i32.load (i32.const 16384)) (i32.const 2)))
         (drop (call $put {{0}} (i32.const 16384) (i32.const 4))) {migrate}"
    );
    let wave = "(drop (call $read (i32.const 22) {0} (i32.const 0) (i32.const 16384) (i32.const 4)))
        (i32.store (i32.const 16384) (i32.add (i32.load (i32.const 16384)) (i32.const 1)))
        (drop (call $put {0} (i32.const 16384) (i32.const 4)))
        (call $say (i32.load (i32.const 16384))) (call $answer)";
    version(&["n", "localhost:app:keeps"], ["", &body, wave])
}

fn app(guest: &str) -> App {
    App::new("app").mechtron("keeps", guest)
}

fn keyed(guest: &str) -> App {
    App::new("app").with(Mech::new("keeps", guest).keyed())
}

fn world() -> World {
    let mut world = World::server();
    world.install(app(&keeps()));
    for body in ["a", "b", "c"] {
        world.ping("localhost:app:keeps", body);
    }
    world
}

#[test]
fn a_migration_is_stored_with_the_switch() {
    let mut world = world();
    world.prepare(app(&doubles("(i32.const 0)")), 2);
    world.stop();
    let before = world.store.clone();
    let Some(Step::Migrated(migrations)) = world.migrate() else { panic!() };
    assert_eq!(migrations[0].mechtron, point("localhost:app:keeps"));
    assert_eq!(migrations[0].writes, [(b"n".to_vec(), Some(vec![6, 0, 0, 0]))]);
    assert!(world.commits.is_empty() && world.store == before, "the shell stores it, with the generation");
    world.switch(migrations);
    assert_eq!(text(&world.ping("localhost:app:keeps", "")), "7 ");
}

#[test]
fn a_sleeping_state_is_migrated_too() {
    let mut world = world();
    world.pass(2 * IDLE_MS);
    assert_eq!(world.upgrade(app(&doubles("(i32.const 0)")), 2).len(), 1);
    assert_eq!(text(&world.ping("localhost:app:keeps", "")), "7 ");
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    for (end, why) in
        [("unreachable", "trapped"), ("(i32.const 4)", "returned 4"), ("(loop (br 0)) (i32.const 0)", "burnt all")]
    {
        let mut world = world();
        let before = world.store.clone();
        world.prepare(app(&doubles(end)), 2);
        world.stop();
        assert_eq!(world.steps.pop_front(), Some(Step::Quiet));
        world.tell(Event::Migrate(point("localhost:app")));
        world.run();
        let told = world.give_up();
        assert!(told.contains("swap-failed") && told.contains(why), "{told}");
        assert_eq!(world.store, before);
        assert_eq!(text(&world.ping("localhost:app:keeps", "d")), "4 ");
    }
}

#[test]
fn a_migration_writes_and_does_nothing_else() {
    let says = "(if (i32.ne (call $ask_of {1}) (i32.const -6)) (then unreachable))
        (if (i32.ne (call $signal (i32.const 2)) (i32.const -6)) (then unreachable))
        (if (i32.ne (call $reply) (i32.const -6)) (then unreachable)) (i32.const 0)";
    let mut world = world();
    world.upgrade(app(&doubles(says)), 2);
    assert_eq!(text(&world.ping("localhost:app:keeps", "")), "7 ");
}

#[test]
fn a_state_is_migrated_once() {
    let mut world = world();
    world.upgrade(app(&doubles("(i32.const 0)")), 2);
    world.pass(2 * IDLE_MS);
    assert_eq!(text(&world.ping("localhost:app:keeps", "")), "7 ");
    // The same code with another config: nothing is left to be migrated.
    let config = Mech::new("keeps", &doubles("(i32.const 0)")).config(serde_json::json!({ "word": "other" }));
    assert!(world.upgrade(App::new("app").with(config), 3).is_empty());
    assert_eq!(text(&world.ping("localhost:app:keeps", "")), "8 ");
}

#[test]
fn keys_are_migrated_alone_when_they_wake() {
    let mut world = World::server();
    world.install(keyed(&keeps()));
    for key in ["one", "two"] {
        world.ping(&format!("localhost:app:keeps:{key}"), "a");
    }
    let next = doubles("(i32.const 0)");
    assert!(world.upgrade(keyed(&next), 2).is_empty());
    assert_eq!(world.store[&point("localhost:app:keeps:one")][&b"n".to_vec()], [1, 0, 0, 0]);
    assert_eq!(text(&world.ping("localhost:app:keeps:one", "")), "3 ");
    world.pass(2 * IDLE_MS);
    assert_eq!(text(&world.ping("localhost:app:keeps:one", "")), "4 ", "once");
    assert_eq!(text(&world.ping("localhost:app:keeps:two", "")), "3 ");
    assert_eq!(text(&world.ping("localhost:app:keeps:new", "")), "1 ", "there was nothing to migrate");
}

#[test]
fn a_key_whose_migration_fails_keeps_its_state() {
    let mut world = World::server();
    world.install(keyed(&keeps()));
    world.ping("localhost:app:keeps:one", "a");
    let before = world.store.clone();
    world.upgrade(keyed(&doubles("unreachable")), 2);
    assert_eq!(outcome(&world.ping("localhost:app:keeps:one", "")), "swap-failed");
    assert_eq!(world.store, before);
    assert_eq!(outcome(&world.ping("localhost:app:keeps:new", "")), "200 1 ", "others are not held up");
    world.upgrade(keyed(&doubles("(i32.const 0)")), 3);
    assert_eq!(text(&world.ping("localhost:app:keeps:one", "")), "3 ");
}

#[test]
fn a_state_that_is_refused_to_a_version_waits_for_another() {
    let mut world = world();
    world.pass(2 * IDLE_MS);
    let name = point("localhost:app:keeps");
    let stamp = world.stamps[&name];
    world.stamps.insert(name, Stamp { refused: Some(stamp.code), ..stamp });
    world.install_generation(app(&keeps().replace("(module", "(module $same")), 2);
    let mut again = World::server();
    (again.store, again.stamps) = (world.store.clone(), world.stamps.clone());
    again.install(app(&keeps()));
    assert_eq!(outcome(&again.ping("localhost:app:keeps", "")), "swap-failed");
    again.upgrade(app(&doubles("(i32.const 0)")), 2);
    assert_eq!(text(&again.ping("localhost:app:keeps", "")), "7 ");
}

#[test]
fn a_migration_may_rewrite_a_full_state() {
    let puts = "(local.set $n (i32.const 0))
        (loop $more
          (i32.store (i32.const 8192) (local.get $n))
          (if (i32.ne (call $put (i32.const 8192) (i32.const 4) (i32.const 0) (i32.const 60000)) (i32.const 0)) (then unreachable))
          (br_if $more (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 60))))
        (i32.const 0)";
    let mut world = world();
    let migrations = world.upgrade(app(&doubles(puts)), 2);
    assert_eq!(migrations[0].writes.len(), 61);
}
