//! Fuel is exact.

use starlane_host::event::Draft;

use crate::world::{App, Mech, World, draft, outcome, text, written};

const SLICES: [u64; 5] = [1_000, 2_500, 10_000, 100_000, u64::MAX];

/// Loops, calls, copies, grows, reads and writes: whatever burns fuel in a way of its own.
fn busy() -> String {
    written(
        &["key", "value"],
        "(local.set $m (i32.const 2000))
         (loop $again
           (local.set $n (i32.add (local.get $n) (i32.mul (local.get $m) (i32.const 3))))
           (br_if $again (local.tee $m (i32.sub (local.get $m) (i32.const 1)))))
         (call $say (local.get $n)) (call $say (memory.grow (i32.const 2)))
         (memory.fill (i32.const 40000) (i32.const 7) (i32.const 90000))
         (memory.copy (i32.const 45000) (i32.const 40000) (i32.const 80000))
         (drop (call $put {0} {1})) (call $say_field (i32.const 22) {0})
         (drop (call $random (i32.const 40000) (i32.const 4096)))
         (drop (call $read (i32.const 13) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 60000) (i32.const 100000)))
         (call $answer)",
    )
}

fn burnt(guest: &str, slice: u64, before: &[&str]) -> (u64, String) {
    let mut world = World::server();
    world.slice = slice;
    let app = App::new("app").with(Mech::new("m", guest).may("**").limit("memory", 4 << 20));
    world.install(app);
    for body in before {
        world.ping("localhost:app:m", body);
    }
    let pong = world.ping("localhost:app:m", "body");
    (World::fuel(&pong), text(&pong))
}

#[test]
fn the_same_wave_burns_the_same_fuel_in_slices_of_any_size() {
    for guest in
        [busy().as_str(), "deep-loop", "deep-recursion", "out-of-range", "bad-values", "too-many-asks", "large-reply"]
    {
        let whole = burnt(guest, u64::MAX, &[]);
        for slice in SLICES {
            assert_eq!(burnt(guest, slice, &[]), whole, "{slice} {guest}");
        }
    }
}

#[test]
fn the_price_of_a_wave_is_fixed() {
    let prices =
        [("echo", 450), ("deep-loop", 48_000_447), ("deep-recursion", 2_314), ("counter", 682), ("bad-values", 19_541)];
    let found: Vec<_> = prices.iter().map(|(name, _)| (*name, burnt(name, 100_000, &[]).0)).collect();
    assert_eq!(found, prices, "prices are part of what is promised: a change is a new engine profile");
    let (once, twice) = (of_calls(1), of_calls(2));
    let of_each: Vec<_> = once.iter().zip(twice).map(|(once, twice)| twice - once).collect();
    assert_eq!(of_each, [71 + 6_000, 71, 71 + 127 + 1_016, 71 + 60 + 2_048, 70, 70], "and so is that of a long call");
}

/// Fuel with so many of each call that takes long beside the bytes it moves: looking through a query, checking a text
/// (a short and a long one), random bytes, storing a value (that lies at the beginning of the memory and at its end).
fn of_calls(times: usize) -> [u64; 6] {
    let numbers = |numbers: &[u32]| numbers.iter().map(|number| format!("(i32.const {number})")).collect::<String>();
    let price = |name: &str, arguments: &[u32]| {
        let call = format!("(drop (call ${name} {}))", numbers(arguments));
        let guest = written(&[], &format!("{} (call $answer)", call.repeat(times)));
        let mut world = World::server();
        world.install(App::new("app").with(Mech::new("m", &guest)));
        let call = world.ask_draft(Draft { query: "a&".repeat(3_000).into(), ..draft("localhost:app:m", b"") });
        world.run();
        World::fuel(&world.answer(call))
    };
    [
        price("read", &[9, 0, 1, 0, 0, 0]),
        price("write", &[9, 0, 0, 0, 64]),
        price("write", &[9, 0, 0, 0, 8_192]),
        price("random", &[0, 4_096]),
        price("put", &[0, 8, 0, 64]),
        price("put", &[65_528, 8, 65_472, 64]),
    ]
}

#[test]
fn the_fuel_does_not_depend_on_what_was_called_before() {
    // The body decides which of two functions is called; translating it costs nothing.
    let either = written(
        &[],
        "(if (i32.eq (call $read (i32.const 13) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 16384) (i32.const 8)) (i32.const 4))
           (then (call $say (i32.const 1234567))) (else (drop (call $random (i32.const 16384) (i32.const 64)))))
         (call $answer)",
    );
    let first = burnt(&either, 100_000, &[]);
    assert_eq!(burnt(&either, 100_000, &["other"]), first);
    assert_eq!(burnt(&either, 100_000, &["body", "other", "body"]), first);
}

#[test]
fn out_of_fuel_comes_at_the_same_place_in_slices_of_any_size() {
    let limit = burnt(&busy(), u64::MAX, &[]).0;
    for slice in SLICES {
        for (fuel, expected) in [(limit - 1, "out-of-fuel"), (limit, "200"), (limit / 2, "out-of-fuel")] {
            let mut world = World::server();
            world.slice = slice;
            world.install(App::new("app").with(Mech::new("m", &busy()).limit("fuel", fuel).limit("memory", 1 << 20)));
            let found = outcome(&world.ping("localhost:app:m", "body"));
            // The last import may cost more than is left, when nothing but the end follows it.
            let at_the_edge = fuel == limit - 1 && found.starts_with("200");
            assert!(found.starts_with(expected) || at_the_edge, "{slice} {fuel}: {found}");
        }
    }
}

#[test]
fn an_endless_loop_ends_and_the_next_mechtron_answers() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("endless", "endless-loop").mechtron("echo", "echo"));
    let endless = world.ask("localhost:app:endless", "");
    let echo = world.ask("localhost:app:echo", "me too");
    for _ in 0..4 {
        world.run_slice();
    }
    assert_eq!(outcome(&world.answer(echo)), "200 me too", "slices are shared");
    assert!(!world.is_answered(endless));
    world.run();
    assert_eq!(outcome(&world.answer(endless)), "out-of-fuel");
}

#[test]
fn applications_take_turns() {
    let mut world = World::server();
    world.install(App::new("busy").with(Mech::new("endless", "endless-loop").keyed()));
    world.install(App::new("app").mechtron("echo", "echo"));
    for key in 0..1_000 {
        world.ask(&format!("localhost:busy:endless:k{key}"), "");
    }
    for _ in 0..2_000 {
        world.run_slice();
    }
    let echo = world.ask("localhost:app:echo", "me too");
    let mut slices = 0;
    while !world.is_answered(echo) {
        world.run_slice();
        slices += 1;
    }
    // It is made, made ready and run, each after one slice of the other application.
    assert!(slices <= 6, "{slices}");
}

#[test]
fn what_something_came_for_goes_before_what_used_up_a_slice() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("endless", "endless-loop").mechtron("echo", "echo"));
    world.ping("localhost:app:echo", "awake");
    world.ask("localhost:app:endless", "");
    for _ in 0..50 {
        world.run_slice();
    }
    for _ in 0..50 {
        let before = world.info("localhost:app:endless").unwrap().fuel;
        let echo = world.ask("localhost:app:echo", "at once");
        world.run_slice();
        assert!(world.is_answered(echo));
        let echo = world.ask("localhost:app:echo", "and again");
        world.run_slice();
        assert!(world.is_answered(echo));
        assert!(world.info("localhost:app:endless").unwrap().fuel > before, "it goes on every other slice at least");
    }
}

#[test]
fn a_slice_is_about_as_long_as_it_was_given() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("endless", "endless-loop"));
    world.ask("localhost:app:endless", "");
    for _ in 0..50 {
        let ran = world.star.run(50_000);
        assert!(ran.fuel <= 55_000, "{ran:?}");
    }
}

#[test]
fn numbers_that_are_none_have_the_same_bits_everywhere() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("nan", "not-a-number"));
    assert_eq!(outcome(&world.ping("localhost:app:nan", "")), "200 2143289344 2143289344 2146959360");
}
