//! Handling a wave is a transaction.

use starlane_host::event::{Event, Stored};

use crate::order::keeps;
use crate::world::{App, Mech, World, outcome, point, text, written};

/// Writes when it is given a body, and answers how often it has written.
fn writes_or_reads() -> String {
    written(
        &["n"],
        "(drop (call $read (i32.const 22) {0} (i32.const 0) (i32.const 16384) (i32.const 4)))
         (if (call $read (i32.const 13) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (then
           (i32.store (i32.const 16384) (i32.add (i32.load (i32.const 16384)) (i32.const 1)))
           (drop (call $put {0} (i32.const 16384) (i32.const 4)))))
         (call $say (i32.load (i32.const 16384))) (i32.store (i32.const 16384) (i32.const 0)) (call $answer)",
    )
}

fn counting() -> World {
    let mut world = World::server();
    world.install(App::new("app").mechtron("n", &writes_or_reads()));
    world
}

#[test]
fn a_commit_comes_before_the_answer() {
    let mut world = counting();
    world.hold_commits = true;
    let call = world.ask("localhost:app:n", "+");
    world.run();
    assert!(!world.is_answered(call) && world.commits.len() == 1);
    world.store_one();
    assert_eq!(text(&world.answer(call)), "1 ");
}

#[test]
fn signals_leave_with_the_commit() {
    let mut world = World::server();
    let tells = written(
        &["k", "localhost:app:heard"],
        "(drop (call $put {0} {0})) (call $set (i32.const 5) {1}) (call $set (i32.const 6) (i32.const 0) (i32.const 7))
         (drop (call $signal (i32.const 0))) (call $answer)",
    );
    world.install(App::new("app").with(Mech::new("tells", &tells).may("**")).mechtron("heard", "no-reply"));
    world.hold_commits = true;
    world.ask("localhost:app:tells", "");
    world.run();
    assert!(world.info("localhost:app:heard").is_none());
    world.store_one();
    assert_eq!(world.info("localhost:app:heard").unwrap().waves, 1);
}

#[test]
fn a_turn_that_only_reads_commits_nothing() {
    let mut world = counting();
    world.hold_commits = true;
    assert_eq!(text(&world.ping("localhost:app:n", "")), "0 ");
    assert!(world.commits.is_empty());
}

#[test]
fn a_mechtron_without_state_loads_and_stores_nothing() {
    let mut world = World::server();
    world.hold_loads = true;
    let puts = written(
        &["k"],
        "(call $say (call $put {0} {0})) (call $say (call $next (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))) (call $answer)",
    );
    world.install(App::new("app").with(Mech::new("m", &puts).state("none")));
    let refused = text(&world.ping("localhost:app:m", ""));
    assert!(refused.starts_with('-') && world.loads.is_empty() && world.store.is_empty(), "{refused}");
}

#[test]
fn a_reader_waits_for_the_commits_before_it() {
    let mut world = counting();
    world.hold_commits = true;
    let calls = ["+", "", "+", ""].map(|body| world.ask("localhost:app:n", body));
    world.run();
    assert_eq!(world.commits.len(), 2, "the next turn runs while the commit is under way");
    assert!(calls.iter().all(|call| !world.is_answered(*call)));
    world.store_one();
    assert_eq!(calls.map(|call| world.is_answered(call)), [true, true, false, false]);
    world.store_one();
    assert_eq!(calls.map(|call| text(&world.answer(call))), ["1 ", "1 ", "2 ", "2 "]);
}

#[test]
fn a_failed_turn_waits_for_the_commits_before_it_too() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("n", "traps-after-put"));
    world.hold_commits = true;
    let (first, second) = (world.ask("localhost:app:n", ""), world.ask("localhost:app:n", "trap"));
    world.run();
    assert!(!world.is_answered(first) && !world.is_answered(second));
    world.store_one();
    assert_eq!(outcome(&world.answer(first)), "200 1");
    assert_eq!(outcome(&world.answer(second)), "trapped");
}

#[test]
fn a_failed_commit_undoes_it_and_all_later_turns() {
    let mut world = counting();
    world.hold_commits = true;
    let calls = ["+", "+", "", "+"].map(|body| world.ask("localhost:app:n", body));
    world.run();
    assert_eq!(world.commits.len(), 3);
    world.store_one();
    assert_eq!(text(&world.answer(calls[0])), "1 ");
    world.fail_one();
    for call in &calls[1..] {
        assert_eq!(outcome(&world.answer(*call)), "store-failed");
    }
    world.fail_one();
    assert_eq!(text(&world.ping("localhost:app:n", "")), "1 ", "it woke from what is stored");
}

#[test]
fn a_failed_commit_undoes_the_turn_in_hand() {
    let mut world = World::tab();
    let guest = written(
        &["k", "localhost:stars:s-1:slow"],
        "(if (call $read (i32.const 13) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
           (then (drop (call $wait (call $ask_of {1})))))
         (drop (call $put {0} {0})) (call $answer)",
    );
    world.install(App::new("app").with(Mech::new("m", &guest).tab().may("**")));
    world.tell(Event::Serve("slow".into()));
    world.hold_commits = true;
    let (first, second) = (world.ask("localhost:app:m", ""), world.ask("localhost:app:m", "wait"));
    let third = world.ask("localhost:app:m", "");
    world.run();
    world.fail_one();
    assert_eq!(outcome(&world.answer(first)), "store-failed");
    assert_eq!(outcome(&world.answer(second)), "store-failed");
    assert_eq!(world.commits.len(), 1, "the wave that had not begun is handled anew");
    world.store_one();
    assert_eq!(outcome(&world.answer(third)), "200 ");
}

#[test]
fn what_ends_badly_is_undone() {
    let mut world = World::server();
    let app = App::new("app").mechtron("traps", "traps-after-put").mechtron("fails", "returns-nonzero").with(
        Mech::new("burns", &written(&["k"], "(drop (call $put {0} {0})) (loop $l (br $l)) (i32.const 0)"))
            .limit("fuel", 50_000),
    );
    world.install(app);
    assert_eq!(outcome(&world.ping("localhost:app:traps", "")), "200 1");
    assert_eq!(outcome(&world.ping("localhost:app:traps", "trap")), "trapped");
    assert_eq!(outcome(&world.ping("localhost:app:traps", "")), "200 2", "as if it had not been");
    assert_eq!(outcome(&world.ping("localhost:app:fails", "")), "guest-failed");
    assert_eq!(outcome(&world.ping("localhost:app:burns", "")), "out-of-fuel");
    assert_eq!(world.store.keys().map(|point| point.as_str()).collect::<Vec<_>>(), ["localhost:app:traps"]);
}

#[test]
fn within_a_turn_a_guest_reads_its_own_writes() {
    let mut world = World::server();
    let guest = written(
        &["k", "v", "l"],
        "(drop (call $put {0} {1})) (call $say_field (i32.const 22) {0})
         (drop (call $put {2} {1})) (call $say (call $next {0} (i32.const 16384) (i32.const 8)))
         (call $say (call $del {0})) (call $say (call $del {0})) (call $say_field (i32.const 22) {0}) (call $answer)",
    );
    world.install(App::new("app").mechtron("m", &guest));
    assert_eq!(text(&world.ping("localhost:app:m", "")), "v 1 0 -1 -1 ");
    let state = &world.store[&point("localhost:app:m")];
    assert_eq!(state.keys().collect::<Vec<_>>(), [b"l"], "only what changed in the end is stored");
}

#[test]
fn a_load_that_fails_refuses_what_waits() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("keeps", &keeps()));
    world.hold_loads = true;
    let call = world.ask("localhost:app:keeps", "a");
    world.run();
    let mechtron = world.loads.pop_front().unwrap();
    world.tell(Event::Loaded { mechtron, state: Err("the disk is gone".into()) });
    assert_eq!(outcome(&world.answer(call)), "store-failed");
    world.hold_loads = false;
    assert_eq!(text(&world.ping("localhost:app:keeps", "a")), "1 ");
}

#[test]
fn only_the_newest_load_counts() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("n", &writes_or_reads()));
    (world.hold_loads, world.hold_fetches) = (true, true);
    let first = world.ask("localhost:app:n", "+");
    world.run();
    // The code cannot be had, so the mechtron gives up while its state is still on the way.
    let digest = world.fetches.pop_front().unwrap();
    let missing = starlane_protocol::Refusal::new(starlane_protocol::Code::FetchFailed, "gone");
    world.tell(Event::Fetched { digest, bytes: Err(missing) });
    assert_eq!(outcome(&world.answer(first)), "fetch-failed");
    world.hold_fetches = false;
    let second = world.ask("localhost:app:n", "+");
    world.run();
    assert_eq!(world.loads.len(), 2);
    let stale = vec![(b"n".to_vec(), vec![41, 0, 0, 0])];
    let mechtron = world.loads.pop_front().unwrap();
    world.tell(Event::Loaded { mechtron, state: Ok(Stored { pairs: stale, stamp: None }) });
    world.run();
    assert!(!world.is_answered(second));
    world.load_one();
    assert_eq!(text(&world.answer(second)), "1 ");
}
