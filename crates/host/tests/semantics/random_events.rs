//! Whatever happens in whatever order: no panic, and every ask of the shell is settled once, in time.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;
use starlane_bundle::Digest;
use starlane_host::app::{MechtronSpec, Override};
use starlane_host::event::{CallId, Event, Step as Told};
use starlane_protocol::document::{Keyed, Placement};
use starlane_protocol::{Body, Headers};

use crate::order::keeps;
use crate::world::{App, Mech, World, draft, point, user, version, written};

/// Sequences in an ordinary run and in a soak.
const FEW: u32 = 64;
const MANY: u32 = 20_000;
/// The seed of an ordinary run.
const SEED: u64 = 7;

const TARGETS: [&str; 9] = [
    "localhost:app:echo",
    "localhost:app:keeps",
    "localhost:app:asks",
    "localhost:app:traps",
    "localhost:app:room:one",
    "localhost:app:room:two",
    "localhost:app:endless",
    "localhost:stars:s-1:served",
    "localhost:chat:elsewhere",
];

#[derive(Debug, Clone)]
enum Step {
    Ask { to: usize, wait: u32 },
    Tell { to: usize },
    Arrive { to: usize, wait: u32 },
    Pass(u64),
    Slice,
    Lane(bool),
    Install(u64),
    Upgrade { traps: bool },
    Abandon,
    Remove,
    Drop(usize),
    Override(Option<usize>),
    Named(bool),
    Commit(bool),
    Load(bool),
    Fetch(bool),
    Answer(u16),
    Pong,
    Cancel,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let to = 0..TARGETS.len();
    let step = prop_oneof![
        6 => (to.clone(), 0..20_000u32).prop_map(|(to, wait)| Step::Ask { to, wait }),
        2 => to.clone().prop_map(|to| Step::Tell { to }),
        2 => (to.clone(), 0..20_000u32).prop_map(|(to, wait)| Step::Arrive { to, wait }),
        3 => (0..40_000u64).prop_map(Step::Pass),
        8 => Just(Step::Slice),
        1 => any::<bool>().prop_map(Step::Lane),
        1 => (1..5u64).prop_map(Step::Install),
        6 => prop::bool::weighted(0.2).prop_map(|traps| Step::Upgrade { traps }),
        1 => Just(Step::Abandon),
        1 => Just(Step::Remove),
        1 => to.prop_map(Step::Drop),
        2 => prop::option::of(0..OWN.len()).prop_map(Step::Override),
        1 => any::<bool>().prop_map(Step::Named),
        4 => prop::bool::weighted(0.8).prop_map(Step::Commit),
        4 => prop::bool::weighted(0.9).prop_map(Step::Load),
        4 => prop::bool::weighted(0.9).prop_map(Step::Fetch),
        3 => (50..700u16).prop_map(Step::Answer),
        2 => Just(Step::Pong),
        1 => Just(Step::Cancel),
    ];
    prop::collection::vec(step, 1..120)
}

fn app() -> App {
    let asks = written(
        &["localhost:stars:s-1:served", "localhost:app:keeps", "localhost:chat:elsewhere"],
        "(drop (call $put {0} {1})) (local.set $n (call $ask_of {0})) (local.set $m (call $ask_of {1}))
         (drop (call $wait (call $ask_of {2}))) (drop (call $wait (local.get $m))) (call $say (call $wait (local.get $n))) (call $answer)",
    );
    App::new("app")
        .with(Mech::new("echo", "echo").tab())
        .with(Mech::new("keeps", &keeps()).tab().limit("mailbox", 3))
        .with(Mech::new("asks", &asks).tab().may("**"))
        .with(Mech::new("traps", "traps").tab())
        .with(Mech::new("room", "counter").tab().keyed())
        .with(Mech::new("endless", "endless-loop").tab().limit("fuel", 500_000))
}

/// The same application with other code for what keeps a state; it migrates, or cannot.
fn other(number: u64, traps: bool) -> App {
    let end = if traps { "unreachable" } else { "(drop (call $put {0} {0})) (i32.const 0)" };
    let init = "(drop (call $next (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))) (i32.const 0)";
    let counts = "(drop (call $put {0} {0})) (call $answer)";
    let guest = version(&["m"], [init, end, counts]).replace("(module", &format!("(module $v{number}"));
    app().instead("keeps", &guest)
}

/// What is put behind a point.
const OWN: [&str; 4] = ["asks", "traps", "counter", "endless-loop"];

fn own(world: &mut World, guest: &str) -> Arc<MechtronSpec> {
    let asks = written(&["localhost:app:keeps"], "(drop (call $wait (call $ask_of {0}))) (call $answer)");
    let guest = if guest == "asks" { &asks } else { guest };
    let mech = Mech::new("page", guest).may("**");
    let (manifest, files) = App::new("own").with(mech).bundle(1);
    world.files.extend(files);
    let limits = json!({ "memory": 262_144, "fuel": 500_000, "mailbox": 3, "stack": 65_536 });
    let (site, _) = App::new("app").with(Mech::new("room", "echo").for_users().overridable(limits)).build(1);
    let digest = Digest::of(&manifest.to_bytes());
    let by = Override { manifest: &manifest, digest, mechtron: None, number: world.now };
    let spec = site.mechtrons.get("room").unwrap().overridden(&by).unwrap();
    // In a tab, where all other events of this test are.
    Arc::new(MechtronSpec { placement: Placement::Tab, keyed: Keyed::Any, ..spec })
}

/// The next step of an upgrade, as the shell of a star would take it.
fn upgrade(world: &mut World, traps: bool) {
    let app = point("localhost:app");
    match world.steps.pop_front() {
        Some(Told::Ready) => world.tell(Event::Stop(app)),
        Some(Told::Quiet) => world.tell(Event::Migrate(app)),
        Some(Told::Migrated(migrations)) => world.switch(migrations),
        Some(Told::Failed(_)) => world.tell(Event::Abandon(app)),
        Some(Told::Passed | Told::Trapped(_)) => {}
        None => {
            let number = world.now % 1_000 + 10;
            let (app, files) = other(number, traps).build(number);
            world.files.extend(files);
            world.tell(Event::Prepare { app, back: false });
        }
    }
}

/// The calls that are open, with when they end at the latest.
type Due = BTreeMap<CallId, u64>;

fn take(world: &mut World, due: &mut Due, step: Step) {
    match step {
        Step::Ask { to, wait } => {
            let mut draft = draft(TARGETS[to], b"x");
            draft.wait = wait;
            let ends = world.now + u64::from(wait);
            due.insert(world.ask_draft(draft), ends);
        }
        Step::Tell { to } => world.tell(Event::Tell { draft: draft(TARGETS[to], b"") }),
        Step::Arrive { to, wait } => {
            let mut wave = world.wave(TARGETS[to], "from elsewhere");
            wave.wait = wait;
            world.tell(Event::Arrived(wave));
        }
        Step::Pass(ms) => world.pass(ms),
        Step::Slice => world.run_slice(),
        Step::Lane(up) => world.tell(if up { Event::LaneUp } else { Event::LaneDown }),
        Step::Install(generation) => world.install_generation(app(), generation),
        Step::Upgrade { traps } => upgrade(world, traps),
        Step::Abandon => world.tell(Event::Abandon(point("localhost:app"))),
        Step::Remove => world.tell(Event::Remove { app: point("localhost:app"), halted: None }),
        Step::Drop(to) => world.tell(Event::Drop(point(TARGETS[to]))),
        Step::Override(which) => {
            let spec = which.map(|which| own(world, OWN[which]));
            world.tell(Event::Override { point: point("localhost:app:room:one"), spec });
        }
        Step::Named(other) => {
            let name = if other { "localhost:stars:s-2" } else { "localhost:stars:s-1" };
            world.tell(Event::Named { point: point(name), agent: user("ada") });
        }
        Step::Commit(true) if !world.commits.is_empty() => world.store_one(),
        Step::Commit(false) if !world.commits.is_empty() => world.fail_one(),
        Step::Load(true) if !world.loads.is_empty() => world.load_one(),
        Step::Load(false) => {
            if let Some(mechtron) = world.loads.pop_front() {
                world.tell(Event::Loaded { mechtron, state: Err("gone".into()) });
            }
        }
        Step::Fetch(true) if !world.fetches.is_empty() => world.fetch_one(),
        Step::Fetch(false) => {
            if let Some(digest) = world.fetches.pop_front() {
                let refusal = starlane_protocol::Refusal::new(starlane_protocol::Code::FetchFailed, "gone");
                world.tell(Event::Fetched { digest, bytes: Err(refusal) });
            }
        }
        Step::Answer(status) if !world.delivered.is_empty() => world.answer_delivered(status),
        Step::Pong => {
            if let Some(wave) = world.sent.pop_front() {
                world.tell(Event::Arrived(wave.pong(user("bob"), 200, Headers::default(), Body::default())));
            }
        }
        Step::Cancel => {
            if let Some((call, _)) = due.pop_first()
                && world.settled.remove(&call).is_none()
            {
                world.tell(Event::Cancel { call });
            }
        }
        _ => {}
    }
}

fn hold(steps: Vec<Step>) {
    let mut world = World::tab();
    (world.slice, world.hold_commits, world.hold_loads, world.hold_fetches) = (20_000, true, true, true);
    world.tell(Event::Serve("served".into()));
    world.install(app());
    let mut due = Due::new();
    for step in steps {
        take(&mut world, &mut due, step);
        // Time is told by events: what was due by the last one is settled.
        let late = due.iter().find(|(call, ends)| **ends < world.now && !world.is_answered(**call));
        assert_eq!(late, None, "at {}", world.now);
        due.retain(|call, _| !world.settled.contains_key(call));
        // An answer that comes once more would be settled twice; the world keeps what it has seen.
    }
    world.pass(20_000);
    assert!(due.keys().all(|call| world.is_answered(*call)), "{due:?}");
    (world.hold_commits, world.hold_loads, world.hold_fetches) = (false, false, false);
    world.tell(Event::Abandon(point("localhost:app")));
    world.pass(0);
    for _ in 0..8 {
        world.pass(40_000);
    }
    assert_eq!(world.star.wake_at(), None, "nothing is left to be done");
}

#[test]
fn every_ping_is_answered_once_within_its_time() {
    let soak = std::env::var_os("STARLANE_SOAK").is_some();
    let seed = std::env::var("STARLANE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases: if soak { MANY } else { FEW }, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let result = runner.run(&steps(), |steps| {
        hold(steps);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
}
