//! Two versions, swapped again and again under load; and a relay killed while it swaps.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use starlane_protocol::Wave;

use crate::mesh::form::{FIXED, Fault, begin, count, counted, faulty, installed, upgrade, version};
use crate::mesh::{Lane, Mesh, config};

/// Milliseconds from one swap to the next.
const EVERY_MS: u64 = 50;
/// How long a storm lasts, and how often a relay is killed.
const FEW: (Duration, u32) = (Duration::from_secs(3), 10);
const MANY: (Duration, u32) = (Duration::from_secs(60), 200);
/// Pings that one sender has under way.
const UNDER_WAY: usize = 8;

fn much() -> (Duration, u32) {
    if std::env::var_os("STARLANE_SOAK").is_some() { MANY } else { FEW }
}

/// What is asked, in turn.
fn targets() -> Vec<String> {
    let keys = (0..4).map(|key| format!("room:k{key}"));
    FIXED.iter().map(|name| (*name).to_owned()).chain(keys).collect()
}

/// Answers of one kind.
#[derive(Default)]
struct Tally {
    handled: AtomicU32,
    swapped: AtomicU32,
}

impl Tally {
    fn note(&self, pong: &Wave) {
        match pong.code() {
            None => self.handled.fetch_add(1, Ordering::Relaxed),
            Some("swapped") => self.swapped.fetch_add(1, Ordering::Relaxed),
            Some(code) => panic!("{code}: {}", String::from_utf8_lossy(&pong.body.bytes)),
        };
    }
}

/// A tab that pings as fast as it is answered, each mechtron in turn, until it is told to stop.
async fn tab(mut lane: Lane, sender: char, tally: Arc<Tally>, stop: Arc<AtomicBool>) {
    let targets = targets();
    let (mut number, mut open) = (0u32, Vec::new());
    loop {
        while open.len() < UNDER_WAY && !stop.load(Ordering::Relaxed) {
            let to = &targets[number as usize % targets.len()];
            number += 1;
            let ping = lane.ping(&format!("localhost:form:{to}"), "Ext<Keep>", &format!("{sender}{number:08}"));
            open.push(ping.id);
            lane.wave(ping).await;
        }
        if open.is_empty() {
            return;
        }
        let pong = lane.next_wave().await;
        let at = open.iter().position(|id| *id == pong.id).expect("it is answered once");
        open.swap_remove(at);
        tally.note(&pong);
    }
}

/// Takes the application from one version to the other and back, again and again; how often.
async fn swap_for(mesh: &Mesh, long: Duration) -> u64 {
    let (begun, mut swaps) = (Instant::now(), 0u64);
    while begun.elapsed() < long {
        let next = tokio::time::sleep(Duration::from_millis(EVERY_MS));
        let answer = upgrade(mesh, 2 - (swaps % 2) as u32).await;
        assert_eq!(answer["status"], 200, "{answer}");
        swaps += 1;
        next.await;
    }
    swaps
}

/// The relay's own load: a visitor by HTTP, one ping after the other; how many were counted.
async fn visitors(mesh: &Mesh, stop: &AtomicBool) -> u32 {
    let mut handled = 0;
    for number in 1.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let name = FIXED[number as usize % FIXED.len()];
        handled += u32::from(counted(&count(mesh, name, 'D', number).await).is_some());
    }
    handled
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_swapped_under_load_answer_everything_once_and_in_order() {
    let (long, _) = much();
    let mesh = Mesh::start().await;
    begin(&mesh, &[version(1), version(2)]).await;
    let (tally, stop) = (Arc::new(Tally::default()), Arc::new(AtomicBool::new(false)));
    let mut tabs = Vec::new();
    for sender in ['A', 'B', 'C'] {
        let lane = Lane::knocked(mesh.address, Some(&mesh.token)).await;
        tabs.push(tokio::spawn(tab(lane, sender, tally.clone(), stop.clone())));
    }
    let visitors = visitors(&mesh, &stop);
    let swapper = async {
        let swaps = swap_for(&mesh, long).await;
        stop.store(true, Ordering::Relaxed);
        swaps
    };
    let (by_http, swaps) = tokio::join!(visitors, swapper);
    for tab in tabs {
        tab.await.unwrap();
    }
    let handled = tally.handled.load(Ordering::Relaxed) + by_http;
    let mut kept = 0;
    for (at, name) in targets().iter().enumerate() {
        let last = counted(&count(&mesh, name, 'E', at as u32).await).unwrap();
        kept += last.1 - 1;
    }
    assert_eq!(kept, handled, "what was answered is what was counted");
    let (generation, _) = installed(&mesh).await;
    assert_eq!(generation, swaps + 1);
    assert!(tally.swapped.load(Ordering::Relaxed) == 0, "nothing was in hand for 10 s");
    println!("{swaps} swaps, {handled} waves");
}

/// Names the data folder of the relay that will be killed; without it there is none.
const DOOMED: &str = "STARLANE_TEST_DOOMED_WHILE_IT_SWAPS";

/// Not a test of its own: the process that the next test kills.
#[tokio::test]
async fn the_relay_that_will_be_killed() {
    if let Some(data) = std::env::var_os(DOOMED).map(PathBuf::from) {
        let relay = starlane_relay::open(config(&data)).await.unwrap();
        relay.run_until(std::future::pending()).await;
    }
}

fn doomed(data: &std::path::Path) -> Child {
    let _ = std::fs::remove_file(data.join("operator.json"));
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "swaps_lose_nothing::the_relay_that_will_be_killed"])
        .env(DOOMED, data)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Some number from a seed: where in the swap the relay is killed.
fn some(seed: u64) -> u64 {
    let mut number = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    number ^= number >> 29;
    number.wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_killed_while_it_swaps_has_the_old_or_the_new_never_a_mix() {
    let (_, kills) = much();
    let seed: u64 = std::env::var("STARLANE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
    let data = tempfile::tempdir().unwrap();
    let mut relay = doomed(data.path());
    let mut mesh = Mesh::beside(data.path()).await;
    begin(&mesh, &[version(1), version(2)]).await;
    let mut counts = Vec::new();
    for name in FIXED {
        counts.push(counted(&count(&mesh, name, 'A', 1).await).unwrap().1);
    }
    let mut seen = [0; 2];
    for kill in 0..kills {
        let (_, was) = installed(&mesh).await;
        let to = if was.ends_with("1.1.0") { 2 } else { 1 };
        let after = Duration::from_micros(some(seed + u64::from(kill)) % 30_000);
        tokio::select! {
            _ = upgrade_or_gone(&mesh, to) => {}
            () = tokio::time::sleep(after) => {}
        }
        relay.kill().unwrap();
        relay.wait().unwrap();
        relay = doomed(data.path());
        mesh = Mesh::beside(data.path()).await;
        let (_, bundle) = installed(&mesh).await;
        let form: u32 = if bundle.ends_with("1.1.0") { 1 } else { 2 };
        seen[usize::from(form == to)] += 1;
        for (at, name) in FIXED.iter().enumerate() {
            let answer = count(&mesh, name, 'A', kill + 2).await;
            let (found, count) =
                counted(&answer).unwrap_or_else(|| panic!("seed {seed}, kill {kill}, {name}: {answer}"));
            assert_eq!((found, count), (form, counts[at] + 1), "seed {seed}, kill {kill}, {name}");
            counts[at] = count;
        }
    }
    relay.kill().unwrap();
    relay.wait().unwrap();
    println!("seed {seed}: {} times the old one, {} times the new one", seen[0], seen[1]);
}

/// A loop that ends with its time, not with its fuel; and one that only a body of three bytes leads to.
const FOREVER: &str = "(loop (br 0)) unreachable";
const FOREVER_FOR_BAD: &str = "(if (i32.eq (call $read (i32.const 13) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 2048) (i32.const 9)) (i32.const 3))
  (then (loop (br 0))))";
const MUCH_FUEL: Option<u64> = Some(100_000_000_000);
/// How long after an upgrade has begun the relay is killed: it stands still in one step by then.
const STANDS_STILL: Duration = Duration::from_millis(400);

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_killed_in_any_step_before_the_switch_has_the_old_after_it_the_new() {
    let slow = Fault { fuel: MUCH_FUEL, ..Fault::default() };
    let in_prepare = (Fault::default(), Fault { init: FOREVER, ..slow });
    let in_stop = (Fault { first: FOREVER_FOR_BAD, ..slow }, Fault::default());
    let in_migrate = (Fault::default(), Fault { migrated: FOREVER, ..slow });
    for (step, (old, new)) in [("prepare", in_prepare), ("stop", in_stop), ("migrate", in_migrate)] {
        assert_eq!(killed_in(old, new, STANDS_STILL).await, 1, "killed in {step}");
    }
    // This one is answered before it is killed.
    assert_eq!(
        killed_in(Fault::default(), Fault::default(), Duration::from_secs(30)).await,
        2,
        "killed after the switch"
    );
}

/// Kills a relay so long after it has begun to upgrade, or as soon as it has; the form that its states have then.
async fn killed_in(old: Fault, new: Fault, after: Duration) -> u32 {
    let data = tempfile::tempdir().unwrap();
    let mut relay = doomed(data.path());
    let mesh = Mesh::beside(data.path()).await;
    begin(&mesh, &[faulty(1, old), faulty(2, new)]).await;
    for name in FIXED {
        assert_eq!(counted(&count(&mesh, name, 'A', 1).await), Some((1, 1)));
    }
    let in_hand = async {
        let body =
            serde_json::json!({ "to": "localhost:form:m1", "method": "Ext<Keep>", "body": "bad", "wait": 30_000 });
        if !old.first.is_empty() {
            mesh.call("POST", "/starlane/waves").body(body.to_string()).try_send().await;
        }
        std::future::pending::<()>().await;
    };
    let upgraded = async {
        tokio::time::sleep(STANDS_STILL / 4).await;
        upgrade_or_gone(&mesh, 2).await;
    };
    tokio::select! {
        () = upgraded => {}
        () = in_hand => {}
        () = tokio::time::sleep(after) => {}
    }
    relay.kill().unwrap();
    relay.wait().unwrap();
    let mut relay = doomed(data.path());
    let mesh = Mesh::beside(data.path()).await;
    let mut forms = Vec::new();
    for name in FIXED {
        forms.push(counted(&count(&mesh, name, 'A', 2).await).unwrap());
    }
    relay.kill().unwrap();
    relay.wait().unwrap();
    assert!(forms.iter().all(|form| *form == (forms[0].0, 2)), "{forms:?}");
    forms[0].0
}

/// Upgrades, unless the relay is killed meanwhile.
async fn upgrade_or_gone(mesh: &Mesh, to: u32) {
    let body = serde_json::json!({ "to": "localhost:form", "method": "Cmd<Upgrade>", "body": format!("{{\"to\":\"1.{to}.0\"}}") });
    mesh.call("POST", "/starlane/waves").body(body.to_string()).try_send().await;
}
