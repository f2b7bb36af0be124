//! Overrides: what a user puts behind a point that stands for that user.

use std::sync::Arc;

use serde_json::json;
use starlane_bundle::Digest;
use starlane_host::app::{InstalledApp, MechtronSpec, Override};
use starlane_host::event::{Event, Stamp};
use starlane_host::star::OVERRIDE;

use crate::order::keeps;
use crate::world::{App, IDLE_MS, Mech, World, draft, outcome, point, text, written};

const ADA: &str = "localhost:app:profile:ada";
const BOB: &str = "localhost:app:profile:bob";
/// What anybody may ask, and what never answers.
const AWAY: &str = "localhost:stars:s-9:other:slow";
const LIMITS: &str = r#"{"memory":262144,"fuel":1000000,"mailbox":4,"stack":65536}"#;

/// An application with a mechtron for each user, and one that anybody of it may ask.
fn site(profile: &str) -> App {
    let limits = serde_json::from_str(LIMITS).unwrap();
    let profile = Mech::new("profile", profile).for_users().overridable(limits);
    App::new("app").with(profile.may("localhost:**")).mechtron("diary", "echo")
}

/// What says `said` to whatever it is asked.
fn says(said: &str) -> String {
    written(&[said], "(call $set (i32.const 13) {0}) (drop (call $reply)) (i32.const 0)")
}

/// What asks a point and says how that went.
fn asks(to: &str) -> String {
    let body = "(call $say (call $wait (call $ask_of {0}))) (call $answer)";
    written(&[to], body)
}

impl World {
    /// The application, as the star has it installed.
    fn site(profile: &str) -> (World, Arc<InstalledApp>) {
        let mut world = World::server();
        let (app, files) = site(profile).build(1);
        world.files.extend(files);
        world.tell(Event::Install(app.clone()));
        let open = Mech::new("open", "echo");
        let slow = Mech::new("slow", "echo").tab();
        world.install(App::new("other").with(open).with(slow).grant("anyone", "${app}:*"));
        (world, app)
    }

    fn put(&mut self, app: &InstalledApp, at: &str, guest: &str, number: u64) -> Arc<MechtronSpec> {
        self.put_mech(app, at, Mech::new("page", guest).may("localhost:**"), number)
    }

    /// Puts a mechtron of a bundle of somebody's own behind a point.
    fn put_mech(&mut self, app: &InstalledApp, at: &str, mech: Mech, number: u64) -> Arc<MechtronSpec> {
        let (manifest, files) = App::new("own").with(mech).bundle(number);
        self.files.extend(files);
        let digest = Digest::of(&manifest.to_bytes());
        let by = Override { manifest: &manifest, digest, mechtron: None, number };
        let spec = Arc::new(app.mechtrons.get("profile").unwrap().overridden(&by).unwrap());
        self.tell(Event::Override { point: point(at), spec: Some(spec.clone()) });
        spec
    }

    fn off(&mut self, at: &str) {
        self.tell(Event::Override { point: point(at), spec: None });
        self.run();
    }
}

#[test]
fn an_override_stands_at_one_point_for_every_caller() {
    let (mut world, app) = World::site(&says("default"));
    world.put(&app, ADA, &says("own"), 1);
    let wave = world.wave(ADA, "");
    world.arrive(wave);
    assert_eq!(text(&world.sent.pop_front().unwrap()), "own");
    let pong = world.ping(ADA, "");
    assert_eq!((text(&pong).as_str(), pong.headers.get(OVERRIDE)), ("own", Some("localhost:repo:own:1.0.1")));
    let pong = world.ping(BOB, "");
    assert_eq!((text(&pong).as_str(), pong.headers.get(OVERRIDE)), ("default", None));
    world.off(ADA);
    assert_eq!(text(&world.ping(ADA, "")), "default");
}

#[test]
fn an_override_has_a_state_of_its_own() {
    let (mut world, app) = World::site(&keeps());
    world.ping(ADA, "a");
    world.ping(ADA, "b");
    world.put(&app, ADA, &keeps().replace("(module", "(module $own"), 1);
    assert_eq!(text(&world.ping(ADA, "a")), "1 ");
    let home = point("localhost:app:profile:ada:/own");
    let states: Vec<_> = world.store.keys().cloned().collect();
    assert_eq!(states, [point(ADA), home.clone()]);
    assert!(matches!(world.stamps.get(&home), Some(Stamp { refused: None, .. })));
    world.off(ADA);
    assert_eq!(text(&world.ping(ADA, "c")), "3 ");
    world.put(&app, ADA, &keeps().replace("(module", "(module $own"), 2);
    assert_eq!(text(&world.ping(ADA, "b")), "2 ");
}

#[test]
fn an_override_sleeps_and_comes_back_with_its_state() {
    let (mut world, app) = World::site(&says("default"));
    world.put(&app, ADA, &keeps(), 1);
    world.ping(ADA, "a");
    world.pass(2 * IDLE_MS);
    assert_eq!(text(&world.ping(ADA, "b")), "2 ");
}

#[test]
fn the_code_of_an_override_is_let_go_while_it_sleeps() {
    let (mut world, app) = World::site(&says("default"));
    world.put(&app, ADA, &says("own"), 1);
    let fetches = |world: &World| world.trail.iter().filter(|effect| effect.starts_with("Fetch")).count();
    world.ping(ADA, "");
    world.ping(BOB, "");
    world.pass(IDLE_MS / 2);
    world.ping(ADA, "");
    assert_eq!(fetches(&world), 2);
    world.pass(4 * IDLE_MS);
    world.ping(BOB, "");
    world.ping(ADA, "");
    assert_eq!(fetches(&world), 3);
}

#[test]
fn an_override_comes_between_two_waves() {
    let (mut world, app) = World::site(&keeps());
    world.hold_commits = true;
    let in_hand = world.ask(ADA, "a");
    world.run();
    world.put(&app, ADA, &says("own"), 1);
    let next = world.ask(ADA, "b");
    world.run();
    assert!(!world.is_answered(in_hand) && !world.is_answered(next));
    world.store_one();
    assert_eq!((text(&world.answer(in_hand)), text(&world.answer(next))), ("1 ".into(), "own".into()));
}

#[test]
fn what_is_still_in_hand_when_an_override_comes_is_swapped_after_10_s() {
    let (mut world, app) = World::site(&asks(AWAY));
    let in_hand = world.ask(ADA, "");
    world.run();
    world.put(&app, ADA, &says("own"), 1);
    let next = world.ask(ADA, "");
    world.pass(9_999);
    assert!(!world.is_answered(in_hand) && !world.is_answered(next));
    world.pass(1);
    assert_eq!(outcome(&world.answer(in_hand)), "swapped");
    assert_eq!(text(&world.answer(next)), "own");
}

#[test]
fn an_override_has_no_rights_within_its_application() {
    let ask = asks("localhost:app:diary");
    let (mut world, app) = World::site(&ask);
    assert_eq!(text(&world.ping(BOB, "")), "200 ");
    world.put(&app, ADA, &ask, 1);
    assert_eq!(text(&world.ping(ADA, "")), "403 ");
    let other = asks(BOB);
    world.put(&app, ADA, &other, 2);
    assert_eq!(text(&world.ping(ADA, "")), "403 ");
}

#[test]
fn a_wave_that_an_override_has_in_hand_gets_no_rights_when_it_goes() {
    let body = "(drop (call $wait (call $ask_of {0}))) (call $say (call $wait (call $ask_of {1}))) (call $answer)";
    let (mut world, app) = World::site(&says("default"));
    world.put(&app, ADA, &written(&["localhost:other:open", "localhost:app:diary"], body), 1);
    world.slice = 1;
    let in_hand = world.ask(ADA, "");
    while world.info(ADA).is_none_or(|info| info.waves == 0) {
        world.run_slice();
    }
    world.off(ADA);
    assert_eq!(text(&world.answer(in_hand)), "403 ");
    assert_eq!(text(&world.ping(ADA, "")), "default");
}

#[test]
fn an_override_runs_under_the_limits_that_its_application_sets() {
    let (mut world, app) = World::site(&says("default"));
    let spec = world.put_mech(&app, ADA, Mech::new("page", "memory-bomb").limit("memory", 16 << 20), 1);
    assert_eq!(serde_json::to_value(spec.limits).unwrap(), serde_json::from_str::<serde_json::Value>(LIMITS).unwrap());
    world.put(&app, ADA, "endless-loop", 2);
    assert_eq!(outcome(&world.ping(ADA, "")), "out-of-fuel");
}

#[test]
fn an_override_reads_its_own_files_and_config_and_calls_what_its_own_document_says() {
    let (mut world, app) = World::site(&says("default"));
    let mech = Mech::new("page", &says("own")).config(json!({ "of": "${app}", "in": "${bundle}" })).may("${app}:*");
    let spec = world.put_mech(&app, ADA, mech, 7);
    assert_eq!(
        (spec.config.get("of").unwrap().as_str(), spec.config.get("in").unwrap().as_str()),
        ("localhost:app", "localhost:repo:own:1.0.7")
    );
    assert_eq!(spec.fence, ["localhost:app:*".parse().unwrap()]);
    assert!(spec.files.contains_key("wasm/page.wasm") && !spec.files.contains_key("wasm/profile.wasm"));
}

#[test]
fn three_traps_of_an_override_bring_the_default_back() {
    for hostile in ["divides-by-zero", "endless-loop"] {
        let (mut world, app) = World::site(&says("default"));
        world.put(&app, ADA, hostile, 4);
        for _ in 0..3 {
            assert!(matches!(outcome(&world.ping(ADA, "")).as_str(), "trapped" | "out-of-fuel"), "{hostile}");
        }
        assert_eq!(text(&world.ping(ADA, "")), "default", "{hostile}");
        assert_eq!(world.failed_overrides, [(point(ADA), 4)]);
        let line = world.log.iter().rev().find(|line| line.text.contains("trapped 3 times")).unwrap();
        assert_eq!(line.point, point(ADA));
    }
}

#[test]
fn an_override_that_cannot_be_made_ready_goes_the_same_way() {
    let (mut world, app) = World::site(&says("default"));
    world.put(&app, ADA, "init-refuses", 1);
    for _ in 0..3 {
        assert_eq!(outcome(&world.ping(ADA, "")), "init-failed");
    }
    assert_eq!(text(&world.ping(ADA, "")), "default");
}

#[test]
fn traps_of_an_override_that_are_far_apart_do_not_add_up() {
    let (mut world, app) = World::site(&says("default"));
    world.put(&app, ADA, "divides-by-zero", 1);
    for _ in 0..4 {
        assert_eq!(outcome(&world.ping(ADA, "")), "trapped");
        world.pass(30_000);
    }
    assert!(world.failed_overrides.is_empty());
}

#[test]
fn an_impatient_caller_takes_no_override_away() {
    let (mut world, app) = World::site(&says("default"));
    world.put(&app, ADA, &asks(AWAY), 1);
    for _ in 0..5 {
        let mut hasty = draft(ADA, b"");
        hasty.wait = 5;
        let call = world.ask_draft(hasty);
        world.run();
        world.pass(10);
        assert_eq!(outcome(&world.answer(call)), "deadline");
    }
    assert!(world.failed_overrides.is_empty());
}

#[test]
fn traps_of_an_override_end_no_trial_of_its_application() {
    let (mut world, app) = World::site(&says("default"));
    world.put(&app, ADA, "divides-by-zero", 1);
    world.upgrade(site(&says("newer")), 2);
    for _ in 0..3 {
        assert_eq!(outcome(&world.ping(ADA, "")), "trapped");
    }
    assert!(world.steps.is_empty(), "{:?}", world.steps);
    assert_eq!(text(&world.ping(ADA, "")), "newer");
}

#[test]
fn an_override_outlives_an_upgrade_with_its_instance() {
    let (mut world, app) = World::site(&says("default"));
    world.put(&app, ADA, &asks(AWAY), 1);
    let counted = written(
        &[],
        "(call $say (global.get $end)) (global.set $end (i32.add (global.get $end) (i32.const 1))) (call $answer)",
    );
    world.put(&app, BOB, &counted, 2);
    let first = text(&world.ping(BOB, ""));
    world.upgrade(site(&says("newer")), 2);
    assert_eq!(text(&world.ping("localhost:app:profile:cleo", "")), "newer");
    let pong = world.ping(BOB, "");
    assert_eq!(pong.headers.get(OVERRIDE), Some("localhost:repo:own:1.0.2"), "{first}");
    world.install_generation(site(&says("newest")), 3);
    assert!(world.ping(BOB, "").headers.get(OVERRIDE).is_some());
}

#[test]
fn what_a_generation_does_not_let_be_overridden_is_its_own_again() {
    let closed =
        |profile: &str| App::new("app").with(Mech::new("profile", profile).for_users()).mechtron("diary", "echo");
    let (mut world, app) = World::site(&says("default"));
    world.put(&app, ADA, &says("own"), 1);
    world.ping(ADA, "");
    world.upgrade(closed(&says("newer")), 2);
    assert_eq!(text(&world.ping(ADA, "")), "newer");
    let (mut world, app) = World::site(&says("default"));
    world.put(&app, ADA, &says("own"), 1);
    world.install_generation(closed(&says("newer")), 2);
    assert_eq!(text(&world.ping(ADA, "")), "newer");
}

#[test]
fn an_override_comes_and_goes_while_its_application_is_upgraded() {
    let (mut world, app) = World::site(&says("default"));
    world.ping(ADA, "");
    world.prepare(site(&says("newer")), 2);
    world.stop();
    world.put(&app, ADA, &says("own"), 1);
    assert_eq!(text(&world.ping(ADA, "")), "own");
    world.off(ADA);
    world.put(&app, BOB, &says("own"), 2);
    let (ada, bob) = (world.ask(ADA, ""), world.ask(BOB, ""));
    world.run();
    assert!(!world.is_answered(ada));
    assert_eq!(text(&world.answer(bob)), "own");
    world.go_on_quiet();
    assert_eq!(text(&world.answer(ada)), "newer");
}

#[test]
fn who_watches_a_point_watches_what_comes_to_stand_there() {
    let tells = written(
        &["news"],
        "(call $set (i32.const 6) (i32.const 0) (i32.const 7)) (call $set (i32.const 13) {0}) (drop (call $signal (i32.const 2))) (drop (call $reply)) (i32.const 0)",
    );
    let (mut world, app) = World::site(&says("default"));
    let mut watch = draft(ADA, b"");
    watch.method = "Cmd<Watch>".parse().unwrap();
    watch.from = Some(point("localhost:stars:s-eve"));
    world.ask_draft(watch);
    world.run();
    world.put(&app, ADA, &tells, 1);
    world.ping(ADA, "");
    let heard = world.sent.pop_front().unwrap();
    assert_eq!((heard.from, heard.to), (point(ADA), point("localhost:stars:s-eve")));
}

#[test]
fn an_override_cannot_keep_quiet_that_it_is_one() {
    let header = |n: u32| {
        let (first, second) = (97 + n / 26, 97 + n % 26);
        let name = format!(
            "(i32.store8 (i32.const 20000) (i32.const {first})) (i32.store8 (i32.const 20001) (i32.const {second}))"
        );
        format!("{name} (drop (call $write (i32.const 10) (i32.const 20000) (i32.const 2) {{0}}))")
    };
    let full: String = (0..64).map(header).collect();
    let (mut world, app) = World::site(&says("default"));
    world.put(&app, ADA, &written(&["x"], &format!("{full} (drop (call $reply)) (i32.const 0)")), 1);
    assert_eq!(outcome(&world.ping(ADA, "")), "bad-reply");
    let forged =
        written(&["x", "starlane-override"], "(call $say (call $write (i32.const 10) {1} {0})) (call $answer)");
    world.put(&app, ADA, &forged, 2);
    assert_eq!(text(&world.ping(ADA, "")), "-6 ");
}

#[test]
fn a_removed_application_takes_its_overrides_along() {
    let (mut world, app) = World::site(&says("default"));
    world.put(&app, ADA, &says("own"), 1);
    world.tell(Event::Remove { app: point("localhost:app"), halted: None });
    world.install_generation(site(&says("default")), 2);
    assert_eq!(text(&world.ping(ADA, "")), "default");
}
