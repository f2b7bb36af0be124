//! Watching.

use starlane_protocol::limits::WATCH_LEASE_MS;

use crate::world::{App, World, draft, outcome, text};
use starlane_host::event::Event;

fn watch(world: &mut World, from: &str, lease: Option<&str>) -> String {
    let mut watch = draft("localhost:app:counter", b"");
    watch.method = "Cmd<Watch>".parse().unwrap();
    watch.from = Some(from.parse().unwrap());
    if let Some(lease) = lease {
        watch.headers.push("watch-lease", lease).unwrap();
    }
    let call = world.ask_draft(watch);
    world.run();
    text(&world.answer(call))
}

fn counter() -> World {
    let mut world = World::server();
    world.install(App::new("app").mechtron("counter", "counter"));
    world
}

#[test]
fn a_watcher_hears_what_is_signalled_to_watchers() {
    let mut world = counter();
    assert_eq!(watch(&mut world, "localhost:stars:s-2:w", None), "{\"lease\":60000}");
    watch(&mut world, "localhost:stars:s-3:w", None);
    world.ping("localhost:app:counter", "");
    let heard: Vec<String> = world.sent.iter().map(|wave| format!("{} {}", wave.from, wave.to)).collect();
    let both = ["localhost:app:counter localhost:stars:s-2:w", "localhost:app:counter localhost:stars:s-3:w"];
    assert_eq!(heard, both);
    assert_ne!(world.sent[0].id, world.sent[1].id);
}

#[test]
fn a_lease_ends_by_itself_and_is_renewed_by_asking_again() {
    let mut world = counter();
    watch(&mut world, "localhost:stars:s-2:w", None);
    world.pass(u64::from(WATCH_LEASE_MS) - 1);
    watch(&mut world, "localhost:stars:s-2:w", None);
    world.pass(u64::from(WATCH_LEASE_MS) - 1);
    world.ping("localhost:app:counter", "");
    assert_eq!(world.sent.drain(..).count(), 1);
    world.pass(1);
    world.ping("localhost:app:counter", "");
    assert!(world.sent.is_empty());
}

#[test]
fn a_lease_of_0_ends_the_watch() {
    let mut world = counter();
    watch(&mut world, "localhost:stars:s-2:w", None);
    assert_eq!(watch(&mut world, "localhost:stars:s-2:w", Some("0")), "{\"lease\":0}");
    world.ping("localhost:app:counter", "");
    assert!(world.sent.is_empty());
}

#[test]
fn a_mechtron_has_1000_watchers_at_most() {
    let mut world = counter();
    for n in 0..1_000 {
        watch(&mut world, &format!("localhost:stars:s-{n}:w"), None);
    }
    let mut one_more = draft("localhost:app:counter", b"");
    one_more.method = "Cmd<Watch>".parse().unwrap();
    let call = world.ask_draft(one_more);
    assert_eq!(outcome(&world.answer(call)), "too-many");
    assert_eq!(watch(&mut world, "localhost:stars:s-7:w", None), "{\"lease\":60000}", "an old one is renewed");
}

#[test]
fn a_star_has_64_leases_of_a_mechtron_at_most() {
    let mut world = counter();
    for n in 0..64 {
        watch(&mut world, &format!("localhost:stars:s-1:w-{n}"), None);
    }
    let mut one_more = draft("localhost:app:counter", b"");
    one_more.method = "Cmd<Watch>".parse().unwrap();
    one_more.from = Some("localhost:stars:s-1:one-more".parse().unwrap());
    let call = world.ask_draft(one_more);
    assert_eq!(outcome(&world.answer(call)), "too-many");
    assert_eq!(watch(&mut world, "localhost:stars:s-2:w", None), "{\"lease\":60000}", "another star still may");
}

#[test]
fn watching_outlives_sleep() {
    let mut world = counter();
    world.ping("localhost:app:counter", "");
    watch(&mut world, "localhost:stars:s-2:w", None);
    world.pass(45_000);
    world.tell(Event::Tell { draft: draft("localhost:app:counter", b"") });
    world.run();
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn a_star_that_begins_anew_inherits_no_lease() {
    let mut world = counter();
    for watcher in ["localhost:stars:s-2", "localhost:stars:s-2:app:w", "localhost:stars:s-20:w"] {
        watch(&mut world, watcher, None);
    }
    // Many others, so that what is kept about leases is looked through meanwhile.
    for n in 100..300 {
        watch(&mut world, &format!("localhost:stars:s-{n}"), Some("0"));
        watch(&mut world, &format!("localhost:stars:s-{n}"), None);
        world.tell(Event::StarAnew(format!("localhost:stars:s-{n}").parse().unwrap()));
    }
    world.tell(Event::StarAnew("localhost:stars:s-2".parse().unwrap()));
    world.ping("localhost:app:counter", "");
    let heard: Vec<String> = world.sent.drain(..).map(|wave| wave.to.to_string()).collect();
    assert_eq!(heard, ["localhost:stars:s-20:w"]);
    watch(&mut world, "localhost:stars:s-2", None);
    world.ping("localhost:app:counter", "");
    assert_eq!(world.sent.len(), 2, "whoever is there now may watch");
}
