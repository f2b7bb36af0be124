//! The same events give the same effects.

use starlane_host::event::Event;

use crate::order::keeps;
use crate::world::{App, Mech, World, draft, written};

fn told(slice: u64) -> Vec<String> {
    let mut world = World::tab();
    world.slice = slice;
    let asks = written(
        &["localhost:chat:room", "localhost:app:keeps"],
        "(drop (call $random (i32.const 16384) (i32.const 4))) (call $say (i32.load16_u (i32.const 16384)))
         (local.set $n (call $ask_of {0})) (call $say (call $wait (call $ask_of {1}))) (call $answer)",
    );
    let app = App::new("app")
        .with(Mech::new("asks", &asks).tab().may("**"))
        .with(Mech::new("keeps", &keeps()).tab())
        .with(Mech::new("traps", "traps").tab());
    world.install(app);
    for n in 0..20 {
        for to in ["localhost:app:asks", "localhost:app:keeps", "localhost:app:traps", "localhost:chat:room"] {
            world.ask(to, &n.to_string());
        }
        world.tell(Event::Tell { draft: draft("localhost:app:keeps", b"told") });
        world.pass(700 * n);
    }
    world.trail
}

#[test]
fn the_same_seed_and_events_give_the_same_effects() {
    let first = told(100_000);
    assert!(first.len() > 200);
    assert_eq!(first, told(100_000));
}

#[test]
fn a_guest_can_tell_nothing_of_the_slices() {
    let answers = |slice| {
        let trail = told(slice);
        let mut answers: Vec<String> = trail.into_iter().filter(|effect| effect.starts_with("Settle")).collect();
        // Which mechtron is done first depends on the slices; ids are drawn in that order.
        answers.iter_mut().for_each(|answer| {
            let parts: Vec<&str> = answer.split("id: ").collect();
            *answer = parts.iter().map(|part| part.split_once(", ").map_or(*part, |(_, rest)| rest)).collect();
        });
        answers.sort();
        answers
    };
    assert_eq!(answers(100_000), answers(u64::MAX));
}
