//! Hostile guests: each is a file that says what is expected of it.

use serde_json::json;
use starlane_host::inspect::inspect;

use crate::world::{App, Guest, Mech, World, all_guests, outcome, text, wasm, written};

/// The memory limit of a mechtron that sets none.
const MEMORY: u64 = 16 << 20;
/// Guests that are told whom to ask.
const TOLD: [&str; 2] = ["asks-body", "floods-pings"];

impl Guest {
    /// The code word that is expected, if it is one and not an answer.
    fn code(&self) -> Option<&str> {
        let word = self.expected.split([' ', ',']).next().unwrap();
        (word != "200").then_some(word)
    }

    /// Whether it never gets as far as an instance.
    fn is_refused(&self) -> bool {
        self.code().is_some_and(|code| code.starts_with("wasm-") || code == "not-wasm")
    }

    /// The answer that is expected to the first wave.
    fn answer(&self) -> String {
        let listed = self.expected.strip_prefix("200 ").unwrap();
        match (self.name.as_str(), listed.split('`').nth(1)) {
            ("echo", _) => "hello".into(),
            (_, None) => "200".into(),
            (_, Some(one)) => {
                match listed.strip_suffix(" times").and_then(|rest| rest.rsplit(' ').next()?.parse().ok()) {
                    Some(times) => vec![one; times].join(" "),
                    None => one.into(),
                }
            }
        }
    }
}

fn world(guest: &Guest) -> World {
    let mut world = World::server();
    let fuel = if guest.name == "floods-pings" { 1_000_000 } else { 100_000_000 };
    let routes = json!([{ "method": "Ext<Go>", "reply": { "type": "text/plain" } }]);
    let of_guest = Mech::new("m", &guest.name).may("localhost:**").limit("fuel", fuel);
    let of_guest = if guest.name == "wrong-reply-type" { of_guest.bind(routes) } else { of_guest };
    world.install(App::new("app").with(of_guest).mechtron("echo", "echo"));
    world
}

fn first_answer(guest: &Guest) -> (World, String) {
    let mut world = world(guest);
    let body = match guest.name.as_str() {
        told if TOLD.contains(&told) => "localhost:app:echo",
        "echo" => "hello",
        _ => "",
    };
    let pong = world.ping("localhost:app:m", body);
    let found = match pong.code() {
        Some("bad-bundle") => format!("bad-bundle {}", text(&pong)),
        _ => outcome(&pong),
    };
    (world, found)
}

#[test]
fn a_guest_gets_what_it_deserves_and_nobody_else_is_disturbed() {
    let guests: Vec<Guest> = all_guests().into_iter().filter(|guest| !guest.is_refused()).collect();
    assert!(guests.len() > 20);
    for guest in guests {
        let (mut world, found) = first_answer(&guest);
        match guest.code() {
            Some(code) => assert_eq!(found, code, "{}", guest.name),
            None => assert_eq!(found.trim_end(), format!("200 {}", guest.answer()), "{}", guest.name),
        }
        assert_eq!(outcome(&world.ping("localhost:app:echo", "still here")), "200 still here", "{}", guest.name);
    }
}

#[test]
fn a_module_that_breaks_a_rule_is_refused_before_it_runs() {
    for guest in all_guests() {
        let verdict = inspect(&wasm(&guest.name), MEMORY).map_err(|error| error.code());
        let expected = if guest.is_refused() { Err(guest.code().unwrap()) } else { Ok(()) };
        assert_eq!(verdict, expected, "{}", guest.name);
    }
    // What a call costs before its first instruction is bounded: zeroed locals, and translation.
    for (locals, instructions, refused) in [(2_000, 60_000, false), (2_049, 1, true), (1, 100_000, true)] {
        let body = format!("(local {}){}", "i64 ".repeat(locals), "(drop (i32.const 0))".repeat(instructions));
        let verdict = inspect(&wasm(&written(&[], &format!("(call $f) (call $answer)) (func $f {body}"))), MEMORY);
        let expected = if refused { Err("wasm-too-large") } else { Ok(()) };
        assert_eq!(verdict.map_err(|error| error.code()), expected, "{locals} locals, {instructions} instructions");
    }
    assert_eq!(inspect(&wasm("not-wasm"), MEMORY).map_err(|error| error.code()), Err("not-wasm"));
    assert_eq!(inspect(b"", MEMORY).map_err(|error| error.code()), Err("not-wasm"));
}

#[test]
fn a_module_that_breaks_a_rule_is_refused_again_when_it_is_loaded() {
    let mut guests: Vec<Guest> = all_guests().into_iter().filter(Guest::is_refused).collect();
    guests.push(Guest { name: "not-wasm".into(), expected: "not-wasm".into() });
    for guest in guests {
        let (_, found) = first_answer(&guest);
        let code = guest.code().unwrap();
        let refused = found.starts_with("bad-bundle") && found.contains(code);
        assert!(refused || (code == "wasm-too-large" && found == "memory-limit"), "{}: {found}", guest.name);
    }
}

#[test]
fn any_bytes_are_a_module_or_a_named_error() {
    let module = wasm("echo");
    for at in 0..module.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = module.clone();
            bytes[at] ^= flip;
            // What it is does not matter, only that there is a verdict.
            let _ = inspect(&bytes, MEMORY);
        }
        let _ = inspect(&module[..at], MEMORY);
    }
}

#[test]
fn depth_does_not_reach_the_host_s_own_stack() {
    // 128 KiB of stack is an eighth of what a thread of a browser has.
    let small = std::thread::Builder::new().stack_size(256 << 10);
    let run = small.spawn(|| {
        for name in ["deep-loop", "deep-recursion", "stack-bomb"] {
            let guest = all_guests().into_iter().find(|guest| guest.name == name).unwrap();
            first_answer(&guest);
        }
    });
    run.unwrap().join().unwrap();
}
