//! Where waves go.

use starlane_host::event::Event;
use starlane_host::star::{Role, Star};

use crate::world::{App, Mech, World, draft, outcome, point, user, written};

fn tab_app() -> App {
    App::new("chat")
        .with(Mech::new("format", "echo").tab())
        .mechtron("room", "echo")
        .with(Mech::new("seat", "echo").tab().keyed())
}

#[test]
fn local_waves_never_leave_the_star() {
    let mut world = World::tab();
    world.install(tab_app());
    assert_eq!(outcome(&world.ping("localhost:chat:format", "a")), "200 a");
    assert_eq!(outcome(&world.ping("localhost:stars:s-1:chat:format", "b")), "200 b");
    assert!(world.sent.is_empty());
}

#[test]
fn server_mechtrons_run_on_the_star_that_owns_them() {
    let names: Vec<String> = (0..20).map(|n| format!("localhost:app:echo:k{n}")).collect();
    let mut stars: Vec<World> = (0..3)
        .map(|index| World::new(Role::Server { index, count: 3 }, "localhost:stars:relay", user("operator")))
        .collect();
    for star in &mut stars {
        star.install(App::new("app").with(Mech::new("echo", "echo").keyed()));
    }
    for name in &names {
        let owner = Star::owner(&point(name), 3) as usize;
        let mut away = 0;
        for (index, star) in stars.iter_mut().enumerate() {
            let call = star.ask(name, "hi");
            star.run();
            assert_eq!(star.is_answered(call), index == owner, "{name}");
            away += star.sent.drain(..).count();
        }
        assert_eq!(away, 2, "the others send it to the owner");
    }
    let used: std::collections::BTreeSet<u32> = names.iter().map(|name| Star::owner(&point(name), 3)).collect();
    assert_eq!(used.len(), 3, "keys are spread");
}

#[test]
fn tab_mechtrons_run_in_each_tab() {
    let (mut a, mut b) = (World::tab_of("ada", "s-1"), World::tab_of("bob", "s-2"));
    for tab in [&mut a, &mut b] {
        tab.install(tab_app());
        assert_eq!(outcome(&tab.ping("localhost:chat:format", "x")), "200 x");
    }
    let call = a.ask("localhost:stars:s-2:chat:format", "over there");
    a.run();
    a.carry_to(&mut b);
    b.carry_to(&mut a);
    assert_eq!(outcome(&a.answer(call)), "200 over there");
    assert!(b.info("localhost:stars:s-2:chat:format").is_some_and(|info| info.waves == 2));
}

#[test]
fn what_is_placed_anywhere_runs_where_its_wave_begins() {
    let app = || {
        let asks = written(
            &["localhost:app:echo"],
            "(drop (call $wait (call $ask_of {0}))) (call $say_field (i32.const 22) (i32.const 0) (i32.const 0)) (call $answer)",
        );
        let asks = Mech::new("asks", &asks).tab().may("**");
        App::new("app").with(Mech::new("echo", "echo").anywhere().keyed()).with(asks)
    };
    let mut tab = World::tab();
    tab.install(app());
    tab.tell(Event::LaneDown);
    assert_eq!(outcome(&tab.ping("localhost:app:echo:k", "here")), "200 here");
    assert_eq!(outcome(&tab.ping("localhost:stars:s-1:app:echo:k", "below")), "200 below");
    // Any star of a relay runs it, whoever owns the point otherwise.
    for index in 0..3 {
        let mut star = World::new(Role::Server { index, count: 3 }, "localhost:stars:relay", user("operator"));
        star.install(app());
        assert_eq!(outcome(&star.ping("localhost:app:echo:k", "there")), "200 there");
        assert!(star.sent.is_empty());
    }
    let keeps = App::new("app").with(Mech::new("echo", "echo").anywhere().state("own"));
    let refused = keeps.try_build(1).err().unwrap().to_string();
    assert!(refused.contains("needs `state = \"none\"`"), "{refused}");
}

/// Says whether an application's browser mechtrons are in this tab.
fn place(world: &mut World, here: bool) {
    world.tell(Event::Place { app: point("localhost:app"), here });
}

/// An application that keeps how often it was asked, in the browser.
fn browser_app(guest: &str) -> App {
    App::new("app").with(Mech::new("keeps", guest).browser()).with(Mech::new("format", "echo").tab())
}

#[test]
fn a_browser_mechtron_runs_in_one_tab() {
    let (mut a, mut b) = (World::tab_of("ada", "s-1"), World::tab_of("ada", "s-2"));
    for tab in [&mut a, &mut b] {
        tab.install(browser_app(&crate::order::keeps()));
        assert_eq!(outcome(&tab.ping("localhost:app:keeps", "a")), "elsewhere");
    }
    place(&mut a, true);
    assert_eq!(outcome(&a.ping("localhost:app:keeps", "a")), "200 1 ");
    assert_eq!(outcome(&a.ping("localhost:stars:s-1:app:keeps", "a")), "200 2 ");
    assert_eq!(outcome(&b.ping("localhost:app:keeps", "a")), "elsewhere");
    assert_eq!(outcome(&b.ping("localhost:stars:s-2:app:keeps", "a")), "elsewhere");
    assert_eq!(outcome(&b.ping("localhost:app:format", "each")), "200 each");
    assert!(a.sent.is_empty() && b.sent.is_empty());
}

#[test]
fn a_browser_mechtron_that_goes_ends_what_waits_with_elsewhere() {
    let mut world = World::tab();
    world.install(browser_app(&crate::order::keeps()));
    place(&mut world, true);
    assert_eq!(outcome(&world.ping("localhost:app:keeps", "a")), "200 1 ");
    world.hold_fetches = true;
    let calls = [(); 2].map(|()| world.ask("localhost:app:keeps", "a"));
    place(&mut world, false);
    assert_eq!(calls.map(|call| outcome(&world.answer(call))), ["elsewhere"; 2]);
    assert!(world.info("localhost:stars:s-1:app:keeps").is_none());
    place(&mut world, true);
    world.hold_fetches = false;
    assert_eq!(outcome(&world.ping("localhost:app:keeps", "a")), "200 2 ", "its state is what was stored");
}

#[test]
fn a_browser_mechtron_is_upgraded_where_it_is() {
    let other = crate::order::keeps().replace("(module", "(module $other");
    let (mut here, mut away, mut goes, mut comes) = (World::tab(), World::tab(), World::tab(), World::tab());
    for world in [&mut here, &mut away, &mut goes, &mut comes] {
        world.install(browser_app(&crate::order::keeps()));
    }
    for world in [&mut here, &mut goes] {
        place(world, true);
        assert_eq!(outcome(&world.ping("localhost:app:keeps", "a")), "200 1 ");
    }
    for world in [&mut here, &mut away, &mut goes, &mut comes] {
        world.prepare(browser_app(&other), 2);
    }
    place(&mut goes, false);
    place(&mut comes, true);
    assert_eq!(outcome(&comes.ping("localhost:app:keeps", "a")), "200 1 ");
    for (world, says) in
        [(&mut here, "200 2 "), (&mut away, "elsewhere"), (&mut goes, "elsewhere"), (&mut comes, "200 2 ")]
    {
        assert!(world.go_on().is_empty());
        assert_eq!(outcome(&world.ping("localhost:app:keeps", "a")), says);
    }
}

#[test]
fn a_keyed_tab_mechtron_is_reached_below_its_star() {
    let mut world = World::tab();
    world.install(tab_app());
    assert_eq!(outcome(&world.ping("localhost:stars:s-1:chat:seat:one", "k")), "200 k");
    assert_eq!(outcome(&world.ping("localhost:stars:s-1:chat:seat", "k")), "no-route");
}

#[test]
fn a_tab_sends_up_what_is_elsewhere() {
    let mut world = World::tab();
    world.install(tab_app());
    let call = world.ask("localhost:chat:room", "hi");
    world.run();
    let wave = world.sent.pop_front().expect("a wave");
    assert_eq!((wave.to.as_str(), wave.hops, wave.wait), ("localhost:chat:room", 1, 15_000));
    let mut server = World::server();
    server.install(tab_app());
    server.arrive(wave);
    server.carry_to(&mut world);
    assert_eq!(outcome(&world.answer(call)), "200 hi");
}

#[test]
fn offline_is_refused_at_once() {
    let mut world = World::tab();
    world.install(tab_app());
    world.tell(Event::LaneDown);
    assert_eq!(outcome(&world.ping("localhost:chat:room", "hi")), "offline");
    assert_eq!(outcome(&world.ping("localhost:chat:format", "still here")), "200 still here");
}

#[test]
fn a_lost_lane_ends_what_went_over_it() {
    let mut world = World::tab();
    world.install(tab_app());
    let call = world.ask("localhost:chat:room", "hi");
    world.tell(Event::LaneDown);
    assert_eq!(outcome(&world.answer(call)), "lane-lost");
    world.tell(Event::LaneUp);
    let wave = world.sent.pop_front().unwrap();
    let late = wave.pong(user("operator"), 200, Default::default(), Default::default());
    world.arrive(late);
    assert!(!world.is_answered(call), "a late answer is dropped");
}

#[test]
fn where_nothing_stands_is_no_route() {
    let mut world = World::server();
    world.install(
        App::new("app")
            .mechtron("echo", "echo")
            .with(Mech::new("tab", "echo").tab())
            .with(Mech::new("browser", "echo").browser()),
    );
    for to in [
        "localhost:app:nothing",
        "localhost:other:echo",
        "localhost:app:echo:key",
        "localhost:app",
        "localhost",
        "localhost:app:tab",
        "localhost:app:browser",
    ] {
        let mut wave = world.wave(to, "x");
        wave.from = point("localhost:users:ada");
        world.arrive(wave);
        let pong = world.sent.pop_front().expect("an answer");
        assert_eq!(outcome(&pong), "no-route", "{to}");
    }
    assert_eq!(outcome(&world.ping("localhost:app:echo:/index.html", "x")), "no-route");
}

#[test]
fn a_bind_says_what_can_be_asked() {
    let routes = serde_json::json!([
        { "method": "Ext<Go>", "path": "/a/{name}", "body": { "type": "text/plain" }, "reply": { "type": "text/plain" } },
        { "method": "Http<Get>", "path": "/page" },
    ]);
    let mut world = World::server();
    let tells = written(&["name"], "(call $say_field (i32.const 8) {0}) (call $answer)");
    world.install(App::new("app").with(Mech::new("m", &tells).bind(routes)));
    let mut asks = |path: &str, method: &str, media: &str| {
        let mut draft = draft("localhost:app:m", b"x");
        (draft.path, draft.method, draft.body.media) = (path.into(), method.parse().unwrap(), media.into());
        let call = world.ask_draft(draft);
        world.run();
        outcome(&world.answer(call))
    };
    assert_eq!(asks("/a/Ada%20L", "Ext<Go>", "text/plain; charset=utf-8"), "200 Ada L ");
    assert_eq!(asks("/b", "Ext<Go>", "text/plain"), "not-found");
    assert_eq!(asks("/page", "Ext<Go>", "text/plain"), "wrong-method");
    assert_eq!(asks("/a/x", "Ext<Go>", "image/png"), "wrong-type");
    assert_eq!(asks("/a/x", "Cmd<List>", "text/plain"), "wrong-method");
}

#[test]
fn a_served_name_is_answered_by_the_shell() {
    let mut world = World::tab();
    world.tell(Event::Serve("inbox".into()));
    let call = world.ask("localhost:stars:s-1:inbox", "hi");
    world.run();
    world.answer_delivered(201);
    assert_eq!(outcome(&world.answer(call)), "201 done");
    world.tell(Event::Unserve("inbox".into()));
    assert_eq!(outcome(&world.ping("localhost:stars:s-1:inbox", "hi")), "no-route");
}

#[test]
fn a_wave_passes_32_holders_at_most() {
    let mut world = World::server();
    let again = written(
        &["localhost:app:round"],
        "(call $set (i32.const 5) {0}) (call $set (i32.const 6) (i32.const 0) (i32.const 7)) (drop (call $signal (i32.const 0))) (call $answer)",
    );
    world.install(App::new("app").with(Mech::new("round", &again).may("localhost:app:*")));
    world.ping("localhost:app:round", "go");
    let info = world.info("localhost:app:round").unwrap();
    assert_eq!(info.waves, 33, "a circle of signals comes to an end");
    assert!(world.log.iter().any(|line| line.text.contains("too-many-hops")), "{:?}", world.log);
}
