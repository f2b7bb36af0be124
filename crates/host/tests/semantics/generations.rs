//! Installing, replacing, removing.

use std::sync::Arc;

use serde_json::json;
use starlane_bundle::Digest;
use starlane_host::app::{InstalledApp, Recipe};
use starlane_host::event::Event;
use starlane_protocol::document::{Names, Placement};

use crate::world::{App, Mech, World, outcome, point, text, written};

fn waits(word: &str) -> String {
    written(
        &["localhost:stars:s-1:slow", word, "k"],
        "(drop (call $wait (call $ask_of {0}))) (drop (call $put {2} {1}))
         (call $set (i32.const 12) (i32.const 7) (i32.const 10)) (call $set (i32.const 13) {1}) (drop (call $reply)) (i32.const 0)",
    )
}

fn app(word: &str) -> App {
    App::new("app").with(Mech::new("m", &waits(word)).tab().may("**")).with(Mech::new("gone", "echo").tab())
}

fn remove(halted: Option<&str>) -> Event {
    Event::Remove { app: point("localhost:app"), halted: halted.map(str::to_owned) }
}

fn world() -> World {
    let mut world = World::tab();
    world.install(app("old"));
    world.tell(Event::Serve("slow".into()));
    world
}

#[test]
fn a_new_generation_lets_the_wave_in_hand_finish() {
    let mut world = world();
    let (first, second) = (world.ask("localhost:app:m", ""), world.ask("localhost:app:m", ""));
    world.run();
    world.install_generation(app("new"), 2);
    world.answer_delivered(200);
    assert_eq!(text(&world.answer(first)), "old");
    world.answer_delivered(200);
    assert_eq!(text(&world.answer(second)), "new");
}

#[test]
fn an_older_generation_is_ignored() {
    let mut world = world();
    world.install_generation(app("new"), 2);
    world.install_generation(app("older"), 1);
    let call = world.ask("localhost:app:m", "");
    world.run();
    world.answer_delivered(200);
    assert_eq!(text(&world.answer(call)), "new");
}

#[test]
fn a_new_generation_keeps_the_state() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("keeps", &crate::order::keeps()));
    world.ping("localhost:app:keeps", "a");
    // The same code in other words: a name more.
    let other = crate::order::keeps().replace("(module", "(module $other");
    world.install_generation(App::new("app").mechtron("keeps", &other), 2);
    assert_eq!(text(&world.ping("localhost:app:keeps", "a")), "2 ");
}

#[test]
fn a_new_generation_reaches_what_is_waking() {
    let mut world = World::server();
    world.hold_fetches = true;
    world.install(App::new("app").mechtron("m", &written(&[], "(call $say (i32.const 1)) (call $answer)")));
    let call = world.ask("localhost:app:m", "");
    world.run();
    world.install_generation(
        App::new("app").mechtron("m", &written(&[], "(call $say (i32.const 2)) (call $answer)")),
        2,
    );
    while !world.fetches.is_empty() {
        world.fetch_one();
    }
    assert_eq!(text(&world.answer(call)), "2 ");
}

#[test]
fn what_is_removed_refuses_what_waits() {
    let mut world = world();
    let calls = [(); 3].map(|()| world.ask("localhost:app:m", ""));
    world.run();
    world.tell(remove(None));
    assert_eq!(calls.map(|call| outcome(&world.answer(call))), ["no-route"; 3]);
    world.delivered.clear();
    assert!(world.star.mechtrons().is_empty());
    let after = world.ask("localhost:app:m", "");
    world.run();
    assert!(!world.is_answered(after), "it is somebody else's now");
}

#[test]
fn what_is_revoked_says_so_to_what_waits() {
    let mut world = world();
    let calls = [(); 3].map(|()| world.ask("localhost:app:m", ""));
    world.run();
    world.tell(remove(Some("its bundle was revoked")));
    assert_eq!(calls.map(|call| outcome(&world.answer(call))), ["revoked"; 3]);
    assert_eq!(outcome(&world.ping("localhost:stars:s-1:app:m", "")), "revoked", "so it stays while it is installed");
    world.tell(remove(None));
    assert_eq!(outcome(&world.ping("localhost:stars:s-1:app:m", "")), "no-route");
    world.install_generation(app("new"), 2);
    assert_eq!(outcome(&world.ping("localhost:app:gone", "x")), "200 x");
}

#[test]
fn what_is_removed_answers_for_its_open_commits() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("keeps", &crate::order::keeps()));
    world.hold_commits = true;
    let call = world.ask("localhost:app:keeps", "a");
    world.run();
    world.tell(remove(None));
    assert_eq!(outcome(&world.answer(call)), "store-failed");
    world.store_one();
}

#[test]
fn a_mechtron_that_a_generation_lacks_ends() {
    let mut world = world();
    assert_eq!(outcome(&world.ping("localhost:app:gone", "x")), "200 x");
    world.install_generation(App::new("app").with(Mech::new("m", &waits("new")).tab().may("**")), 2);
    assert!(world.info("localhost:stars:s-1:app:gone").is_none());
}

#[test]
fn a_tab_that_gets_another_name_takes_its_mechtrons_along() {
    let mut world = world();
    world.ping("localhost:app:gone", "x");
    world.tell(Event::Named { point: point("localhost:stars:s-8"), agent: crate::world::user("ada") });
    assert_eq!(outcome(&world.ping("localhost:stars:s-8:app:gone", "y")), "200 y");
    assert_eq!(world.star.mechtrons()[0].point.as_str(), "localhost:stars:s-8:app:gone");
}

#[test]
fn state_is_kept_under_the_application_s_point() {
    let mut world = World::tab();
    world.install(App::new("app").with(Mech::new("keeps", &crate::order::keeps()).tab()));
    world.ping("localhost:app:keeps", "a");
    assert_eq!(world.store.keys().map(|point| point.as_str()).collect::<Vec<_>>(), ["localhost:app:keeps"]);
    world.pass(2 * crate::world::IDLE_MS);
    world.tell(Event::Named { point: point("localhost:stars:s-8"), agent: crate::world::user("ada") });
    assert_eq!(text(&world.ping("localhost:stars:s-8:app:keeps", "b")), "2 ");
}

#[test]
fn a_swapped_mechtron_is_made_from_another_version() {
    let says = |what| written(&[what], "(call $set (i32.const 13) {0}) (drop (call $reply)) (i32.const 0)");
    let pair = |word| App::new("app").mechtron("a", &says(word)).mechtron("b", &says(word));
    let (one, one_files) = pair("one").bundle(1);
    let (two, two_files) = App::new("app").with(Mech::new("a", &says("two")).tab().config(json!({ "n": 2 }))).bundle(2);
    let (digest, other) = (Digest::of(&one.to_bytes()), Digest::of(&two.to_bytes()));
    let (app, swapped) = (point("localhost:app"), Names::from_iter([("a".to_owned(), (Arc::new(two), other))]));
    let recipe = Recipe { swapped: &swapped, ..Recipe::plain(&app, &one, digest, 1) };
    let installed = InstalledApp::new(&recipe).unwrap();
    let (a, b) = (installed.mechtrons.get("a").unwrap(), installed.mechtrons.get("b").unwrap());
    assert_eq!((a.bundle.as_str(), a.digest), ("localhost:repo:app:1.0.2", other));
    assert_eq!((b.bundle.as_str(), b.digest), ("localhost:repo:app:1.0.1", digest));
    assert_eq!((a.placement, a.config_json.as_str()), (Placement::Server, r#"{"n":2}"#));
    assert!(one_files.keys().chain(two_files.keys()).all(|file| installed.has_file(file)));

    let mut world = World::server();
    world.files.extend(one_files.into_iter().chain(two_files));
    world.tell(Event::Install(Arc::new(installed)));
    assert_eq!(text(&world.ping("localhost:app:a", "")), "two");
    assert_eq!(text(&world.ping("localhost:app:b", "")), "one");

    let lacking = Names::from_iter([("b".to_owned(), swapped.get("a").unwrap().clone())]);
    let told = InstalledApp::new(&Recipe { swapped: &lacking, ..recipe }).unwrap_err().to_string();
    assert_eq!(told, "mechtrons.b: `localhost:repo:app:1.0.2` has no such mechtron");
    let unknown = Names::from_iter([("c".to_owned(), swapped.get("a").unwrap().clone())]);
    let told = InstalledApp::new(&Recipe { swapped: &unknown, ..recipe }).unwrap_err().to_string();
    assert_eq!(told, "the application has no mechtron `c` to swap");
}
