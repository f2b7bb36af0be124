//! Trials: the first waves of a new version, and the way back.

use starlane_host::event::{Event, Step};
use starlane_host::star::Role;

use crate::order::keeps;
use crate::world::{App, Mech, World, outcome, point, text, user, written};

fn app(guest: &str) -> App {
    App::new("app").mechtron("m", guest)
}

fn on_trial(guest: &str) -> World {
    let mut world = World::server();
    world.install(app(&keeps()));
    world.ping("localhost:app:m", "a");
    world.upgrade(app(guest), 2);
    assert!(world.steps.is_empty());
    world
}

#[test]
fn three_traps_end_a_trial() {
    let mut world = on_trial("traps");
    for _ in 0..2 {
        assert_eq!(outcome(&world.ping("localhost:app:m", "")), "trapped");
    }
    assert!(world.steps.is_empty());
    world.ping("localhost:app:m", "");
    assert_eq!(world.steps, [Step::Trapped("m".into())]);
}

#[test]
fn a_trial_ends_well_after_20_waves() {
    let next = keeps().replace("(module", "(module $next");
    let mut world = on_trial(&next);
    for n in 0..20 {
        world.ping("localhost:app:m", &n.to_string());
    }
    assert!(world.steps.is_empty());
    world.ping("localhost:app:m", "");
    assert_eq!(world.steps, [Step::Passed]);
}

#[test]
fn a_trial_ends_well_after_30_s() {
    let mut world = on_trial("traps");
    world.ping("localhost:app:m", "");
    world.pass(29_999);
    assert!(world.steps.is_empty());
    world.pass(1);
    assert_eq!(world.steps, [Step::Passed]);
    for _ in 0..3 {
        world.pass(60_000);
        world.ping("localhost:app:m", "");
    }
    assert_eq!(world.steps.len(), 1);
}

#[test]
fn a_full_star_ends_no_trial() {
    let role = Role::Server { index: 0, count: 1 };
    let mut world = World::with_guests(role, "localhost:stars:relay", user("operator"), 512 << 10);
    let grows = written(&[], "(drop (memory.grow (i32.const 64))) (call $answer)");
    let app = |guest: &str| App::new("app").with(Mech::new("m", guest).limit("memory", 8 << 20));
    world.install(app(&keeps()));
    world.upgrade(app(&grows), 2);
    for _ in 0..4 {
        assert_eq!(outcome(&world.ping("localhost:app:m", "")), "star-full");
    }
    assert!(world.steps.is_empty());
}

#[test]
fn all_keys_of_a_mechtron_are_tried_together() {
    let keyed = |guest: &str| App::new("app").with(Mech::new("m", guest).keyed());
    let mut world = World::server();
    world.install(keyed(&keeps()));
    world.upgrade(keyed("traps"), 2);
    for key in ["a", "b", "c"] {
        world.ping(&format!("localhost:app:m:{key}"), "");
    }
    assert_eq!(world.steps, [Step::Trapped("m".into())]);
}

#[test]
fn the_way_back_takes_the_states_as_the_store_has_them() {
    let mut world = on_trial("traps");
    world.store.get_mut(&point("localhost:app:m")).unwrap().insert(b"n".to_vec(), vec![8, 0, 0, 0]);
    world.go_back(app(&keeps()), 3);
    assert_eq!(text(&world.ping("localhost:app:m", "b")), "9 ");
    assert!(world.steps.is_empty(), "what came back is not on trial");
}

#[test]
fn a_trial_goes_on_when_the_star_begins_anew() {
    let mut world = World::server();
    world.install_generation(app("traps"), 2);
    world.tell(Event::Try { app: point("localhost:app"), mechtrons: vec!["m".into()] });
    for _ in 0..3 {
        world.ping("localhost:app:m", "");
    }
    assert_eq!(world.steps, [Step::Trapped("m".into())]);
}
