//! Who may speak to whom.

use starlane_host::admit::{Rules, Via, admit};
use starlane_protocol::{Agent, Grant, Pattern, Point, Wave, WaveId, WaveKind};

use crate::world::{App, Mech, World, outcome, point, text, written};

struct Mesh(Vec<Grant>);

impl Rules for Mesh {
    fn grants(&self) -> &[Grant] {
        &self.0
    }

    fn star_agent(&self, star: &Point) -> Option<Agent> {
        match star.as_str() {
            "localhost:stars:a" => Some("localhost:users:ada".parse().unwrap()),
            "localhost:stars:nobody" => Some(Agent::Anonymous),
            _ => None,
        }
    }

    fn owner(&self, mechtron: &Point) -> Option<Point> {
        (mechtron.as_str() == "localhost:site:profile:ada").then(|| point(ADA))
    }
}

fn judged(from: &str, agent: &str, to: &str, method: &str, via: Via<'_>, grants: &[(&str, &str, &str)]) -> String {
    let grants = grants.iter().map(|(to, on, method)| {
        let methods: Vec<&str> = Some(*method).filter(|method| !method.is_empty()).into_iter().collect();
        serde_json::from_value(serde_json::json!({ "to": to, "may": ["call"], "on": on, "methods": methods })).unwrap()
    });
    let (agent, method) = (agent.parse().unwrap(), method.parse().unwrap());
    let wave = Wave::new(WaveId([0; 16]), WaveKind::Ping, point(from), agent, point(to), method);
    match admit(&wave, via, &Mesh(grants.collect())) {
        Ok(()) => "yes".into(),
        Err(refusal) => refusal.code.word().into(),
    }
}

const HERE: Via<'_> = Via::Here { fence: None, outsider: false };
type Row<'a> = (&'a str, &'a str, &'a str, &'a str, &'a [(&'a str, &'a str, &'a str)], &'a str);

fn check(rows: &[Row<'_>]) {
    for (from, agent, to, method, grants, expected) in rows {
        assert_eq!(
            judged(from, agent, to, method, HERE, grants),
            *expected,
            "{from} as {agent} → {to} {method} {grants:?}"
        );
    }
}

const ADA: &str = "localhost:users:ada";
const STAR: &str = "localhost:stars:a";
const ROOM: &str = "localhost:chat:room";
const FORMAT: &str = "localhost:stars:a:chat:format";

#[test]
fn the_default_is_no() {
    check(&[
        (ADA, ADA, ROOM, "Ext<Say>", &[], "forbidden"),
        (ADA, "anonymous", ROOM, "Ext<Say>", &[], "forbidden"),
        ("localhost:shop:cart", "localhost:shop:cart", ROOM, "Ext<Say>", &[], "forbidden"),
        (ADA, ADA, "localhost:users:bob", "Cmd<Token>", &[], "forbidden"),
    ]);
}

#[test]
fn a_grant_allows_what_it_names() {
    check(&[
        (ADA, ADA, ROOM, "Ext<Say>", &[("signed-in", ROOM, "")], "yes"),
        (ADA, "anonymous", ROOM, "Ext<Say>", &[("signed-in", ROOM, "")], "forbidden"),
        (ADA, "anonymous", ROOM, "Ext<Say>", &[("anyone", ROOM, "")], "yes"),
        (ADA, ADA, ROOM, "Ext<Say>", &[("localhost:users:bob", ROOM, "")], "forbidden"),
        (ADA, ADA, ROOM, "Ext<Say>", &[("localhost:users:*", "localhost:chat:*", "")], "yes"),
        (ADA, ADA, "localhost:chat:room:tea", "Ext<Say>", &[("anyone", ROOM, "")], "forbidden"),
        (ADA, ADA, "localhost:chat:room:tea", "Ext<Say>", &[("anyone", "localhost:chat:room:*", "")], "yes"),
        (ADA, ADA, ROOM, "Ext<Say>", &[("anyone", ROOM, "Ext<Say>")], "yes"),
        (ADA, ADA, ROOM, "Ext<Other>", &[("anyone", ROOM, "Ext<Say>")], "forbidden"),
        (ADA, ADA, ROOM, "Ext<Other>", &[("anyone", ROOM, "Ext<*>")], "yes"),
    ]);
}

#[test]
fn an_application_grants_only_what_is_its_own() {
    let granted = |on: &str| {
        let built = App::new("app").mechtron("echo", "echo").grant("anyone", on).try_build(1);
        built.map(|_| ()).map_err(|error| error.code())
    };
    for own in ["${app}", "${app}:echo", "${app}:**", "localhost:app:*"] {
        assert_eq!(granted(own), Ok(()), "{own}");
    }
    let others =
        ["**", "*:app:**", "localhost:**", "localhost:*", "${space}:users:operator", "localhost:apple", "${bundle}"];
    for other in others {
        assert_eq!(granted(other), Err("bad-document"), "{other}");
    }
}

#[test]
fn a_grant_covers_a_mechtron_wherever_it_is_placed() {
    check(&[
        (ADA, "localhost:users:bob", FORMAT, "Ext<Format>", &[("signed-in", "localhost:chat:format", "")], "yes"),
        (ADA, "localhost:users:bob", FORMAT, "Ext<Format>", &[("signed-in", "localhost:chat:other", "")], "forbidden"),
        (ADA, "localhost:users:bob", FORMAT, "Ext<Format>", &[("signed-in", FORMAT, "")], "yes"),
    ]);
}

#[test]
fn what_a_user_owns_may_be_asked_by_that_user() {
    let (own, other) = ("localhost:site:profile:ada", "localhost:site:profile:bob");
    check(&[
        (ADA, ADA, own, "Ext<Edit>", &[], "yes"),
        (ADA, ADA, own, "Cmd<Watch>", &[], "yes"),
        (ADA, ADA, other, "Ext<Edit>", &[], "forbidden"),
        ("localhost:users:bob", "localhost:users:bob", own, "Ext<Edit>", &[], "forbidden"),
        (ADA, "anonymous", own, "Ext<Edit>", &[], "forbidden"),
    ]);
}

#[test]
fn a_tab_may_be_asked_by_its_own_user() {
    check(&[
        (ADA, ADA, FORMAT, "Ext<Format>", &[], "yes"),
        (ADA, "localhost:users:bob", FORMAT, "Ext<Format>", &[], "forbidden"),
        (ADA, "anonymous", "localhost:stars:nobody:chat:format", "Ext<Format>", &[], "forbidden"),
    ]);
}

#[test]
fn server_mechtrons_of_one_app_may_call_each_other_and_its_tabs() {
    let store = "localhost:chat:store";
    check(&[
        (store, store, ROOM, "Ext<Say>", &[], "yes"),
        (store, store, FORMAT, "Ext<Format>", &[], "yes"),
        (store, store, "localhost:shop:cart", "Ext<Say>", &[], "forbidden"),
        ("localhost:stars:a:chat:format", ADA, ROOM, "Ext<Say>", &[], "forbidden"),
    ]);
}

#[test]
fn whoever_may_call_may_watch() {
    check(&[
        (ADA, ADA, ROOM, "Cmd<Watch>", &[("signed-in", ROOM, "Ext<Say>")], "yes"),
        (ADA, ADA, ROOM, "Cmd<Watch>", &[], "forbidden"),
    ]);
}

#[test]
fn a_lane_speaks_only_for_its_star_and_agent() {
    let (star, agent): (Point, Agent) = (point(STAR), ADA.parse().unwrap());
    let via = Via::Lane { star: &star, agent: &agent };
    let grants = &[("anyone", "**", "")];
    assert_eq!(judged(STAR, ADA, ROOM, "Ext<Say>", via, grants), "yes");
    assert_eq!(judged("localhost:stars:a:page", ADA, ROOM, "Ext<Say>", via, grants), "yes");
    assert_eq!(judged("localhost:stars:ab", ADA, ROOM, "Ext<Say>", via, grants), "forged-from");
    assert_eq!(judged(ROOM, ADA, ROOM, "Ext<Say>", via, grants), "forged-from");
    assert_eq!(judged(STAR, "localhost:users:bob", ROOM, "Ext<Say>", via, grants), "forged-from");
}

#[test]
fn a_line_of_http_is_itself_a_grant() {
    assert_eq!(judged(ADA, "anonymous", ROOM, "Http<Get>", Via::HttpLine, &[]), "yes");
}

#[test]
fn a_fence_is_judged_besides_the_grants() {
    let fence: Vec<Pattern> = vec!["localhost:chat:*".parse().unwrap()];
    let via = Via::Here { fence: Some(&fence), outsider: false };
    let store = "localhost:chat:store";
    assert_eq!(judged(store, store, ROOM, "Ext<Say>", via, &[]), "yes");
    assert_eq!(judged(store, store, FORMAT, "Ext<Say>", via, &[]), "yes");
    assert_eq!(judged(store, store, "localhost:shop:cart", "Ext<Say>", via, &[("anyone", "**", "")]), "may-not-call");
    let closed = Via::Here { fence: Some(&[]), outsider: false };
    assert_eq!(judged(store, store, ROOM, "Ext<Say>", closed, &[]), "may-not-call");
}

#[test]
fn a_guest_outside_its_fence_gets_minus_6() {
    let mut world = World::server();
    let tries = written(
        &["localhost:app:echo", "localhost:shop:cart"],
        "(call $say (call $ask_of {0})) (call $say (call $ask_of {1}))
         (call $set (i32.const 5) {1}) (call $say (call $signal (i32.const 0))) (call $answer)",
    );
    world.install(App::new("app").with(Mech::new("m", &tries).may("localhost:app:*")).mechtron("echo", "echo"));
    assert_eq!(text(&world.ping("localhost:app:m", "")), "0 -6 -6 ");
}

#[test]
fn a_server_mechtron_needs_a_grant_for_another_app() {
    let asks = written(&["localhost:shop:cart"], "(call $say (call $wait (call $ask_of {0}))) (call $answer)");
    let app = || App::new("app").with(Mech::new("m", &asks).may("**"));
    let mut world = World::server();
    world.install(app());
    world.install(App::new("shop").mechtron("cart", "echo"));
    assert_eq!(outcome(&world.ping("localhost:app:m", "")), "200 403 ");
    world.install_generation(App::new("shop").mechtron("cart", "echo").grant("localhost:app:m", "${app}:cart"), 2);
    assert_eq!(outcome(&world.ping("localhost:app:m", "")), "200 200 ");
}
