//! Traps and crash loops.

use starlane_protocol::MechtronStatus;

use crate::world::{App, Mech, World, outcome, text, written};

fn trapping() -> World {
    let mut world = World::server();
    world.install(App::new("app").mechtron("traps", "traps").mechtron("echo", "echo").mechtron("init", "init-refuses"));
    world
}

#[test]
fn a_trap_is_answered_and_the_mechtron_starts_anew() {
    let mut world = World::server();
    world.install(App::new("app").mechtron("m", "traps-after-put"));
    let pong = world.ping("localhost:app:m", "trap");
    assert_eq!((pong.status, outcome(&pong).as_str()), (Some(500), "trapped"));
    assert_eq!(outcome(&world.ping("localhost:app:m", "")), "200 1");
}

#[test]
fn a_trap_names_the_functions_it_happened_in() {
    let mut world = trapping();
    let said = text(&world.ping("localhost:app:traps", ""));
    assert!(said.contains("inner ← middle ← outer ← mechtron_wave"), "{said}");
    let line = world.log.iter().find(|line| line.point.as_str() == "localhost:app:traps").unwrap();
    assert!(line.text.contains("inner ← middle"), "{line:?}");
}

#[test]
fn a_name_in_a_module_is_shortened_and_cannot_break_a_line() {
    let name = format!("long\\n{}", "x".repeat(5_000));
    let guest = written(&[], "(call $trap) (i32.const 0)")
        .replace("(func $set", &format!("(func $trap (@name \"{name}\") (unreachable)) (func $set"));
    let mut world = World::server();
    world.install(App::new("app").mechtron("m", &guest));
    let said = text(&world.ping("localhost:app:m", ""));
    assert!(said.contains("in long?xxx") && said.len() < 1_000, "{said}");
}

#[test]
fn tail_calls_are_named_too() {
    let guest = written(&[], "(call $loops (i32.const 20000))").replace(
        "(func $set",
        "(func $loops (param $n i32) (result i32)
           (if (i32.eqz (local.get $n)) (then unreachable))
           (return_call $loops (i32.sub (local.get $n) (i32.const 1))))
         (func $set",
    );
    let mut world = World::server();
    world.install(App::new("app").mechtron("m", &guest));
    let said = text(&world.ping("localhost:app:m", ""));
    assert!(said.contains("in loops ← mechtron_wave") || said.contains("in loops ← function"), "{said}");
}

#[test]
fn five_traps_in_a_minute_stop_a_mechtron() {
    let mut world = trapping();
    for _ in 0..5 {
        assert_eq!(outcome(&world.ping("localhost:app:traps", "")), "trapped");
    }
    assert_eq!(outcome(&world.ping("localhost:app:traps", "")), "crash-loop");
    assert_eq!(world.info("localhost:app:traps").unwrap().status, MechtronStatus::Stopped);
    assert_eq!(outcome(&world.ping("localhost:app:echo", "others")), "200 others");
}

#[test]
fn the_back_off_doubles_up_to_a_minute() {
    let mut world = trapping();
    for _ in 0..5 {
        world.ping("localhost:app:traps", "");
    }
    for pause in [1_000, 2_000, 4_000, 8_000, 16_000] {
        world.pass(pause - 1);
        assert_eq!(outcome(&world.ping("localhost:app:traps", "")), "crash-loop", "{pause}");
        world.pass(1);
        assert_eq!(outcome(&world.ping("localhost:app:traps", "")), "trapped", "{pause}");
    }
}

#[test]
fn traps_more_than_a_minute_apart_are_no_crash_loop() {
    let mut world = trapping();
    for _ in 0..8 {
        assert_eq!(outcome(&world.ping("localhost:app:traps", "")), "trapped");
        world.pass(20_000);
    }
}

#[test]
fn what_waits_for_a_crash_loop_is_refused() {
    let mut world = trapping();
    let calls: Vec<_> = (0..8).map(|_| world.ask("localhost:app:traps", "")).collect();
    world.run();
    let outcomes: Vec<String> = calls.into_iter().map(|call| outcome(&world.answer(call))).collect();
    assert_eq!(outcomes[..5], ["trapped"; 5]);
    assert_eq!(outcomes[5..], ["crash-loop"; 3]);
}

#[test]
fn an_init_that_fails_refuses_what_waits() {
    let mut world = trapping();
    let calls = [(); 2].map(|()| world.ask("localhost:app:init", ""));
    world.run();
    assert_eq!(calls.map(|call| outcome(&world.answer(call))), ["init-failed", "init-failed"]);
    for _ in 0..4 {
        assert_eq!(outcome(&world.ping("localhost:app:init", "")), "init-failed", "each start counts once");
    }
    assert_eq!(outcome(&world.ping("localhost:app:init", "")), "crash-loop");
}

#[test]
fn new_code_is_tried_at_once() {
    let mut world = trapping();
    for _ in 0..5 {
        world.ping("localhost:app:traps", "");
    }
    world.install_generation(App::new("app").with(Mech::new("traps", "echo")), 2);
    assert_eq!(outcome(&world.ping("localhost:app:traps", "mended")), "200 mended");
}
