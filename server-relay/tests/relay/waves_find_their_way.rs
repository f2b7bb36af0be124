use starlane_protocol::{Agent, Body, Headers};

use crate::mesh::{Bundle, Mesh, install};

const HELLO: &str = include_str!("guests/hello.wat");

fn hello() -> Bundle {
    Bundle::app("localhost:repo:hello:1.0.0", "greeter", HELLO, false)
}

#[tokio::test]
async fn a_ping_over_a_lane_reaches_a_mechtron_of_the_relay() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &hello()).await;
    let ada = mesh.token("ada").await;
    let mut lane = mesh.lane(Some(&ada)).await;
    let pong = lane.ask("localhost:hello:greeter", "Ext<Greet>", "").await;
    assert_eq!((pong.status, &*pong.body.bytes), (Some(200), b"Hello".as_slice()));
    assert!(pong.headers.get("starlane-fuel").is_some(), "{:?}", pong.headers);
}

#[tokio::test]
async fn without_a_grant_the_answer_is_no() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &hello()).await;
    let mut lane = mesh.lane(None).await;
    let pong = lane.ask("localhost:hello:greeter", "Ext<Greet>", "").await;
    assert_eq!((pong.status, pong.code()), (Some(403), Some("forbidden")));
}

#[tokio::test]
async fn one_tab_reaches_another_of_its_user_and_nobody_elses() {
    let mesh = Mesh::start().await;
    let (ada, bob) = (mesh.token("ada").await, mesh.token("bob").await);
    let (mut asks, mut answers) = (mesh.lane(Some(&ada)).await, mesh.lane(Some(&ada)).await);
    let target = format!("{}:inbox", answers.point());
    let ping = asks.ping(&target, "Ext<Greet>", "hi");
    asks.wave(ping).await;
    let arrived = answers.next_wave().await;
    assert_eq!((arrived.agent.to_string().as_str(), arrived.hops), ("localhost:users:ada", 1));
    let mut pong = arrived.pong(Agent::Anonymous, 200, Headers::default(), Body::new("text/plain", *b"seen"));
    answers.wave(pong.clone()).await;
    assert_eq!(&*asks.next_wave().await.body.bytes, b"seen");
    // Said again, it passes nobody.
    pong.status = Some(201);
    answers.wave(pong).await;
    asks.goes_on().await;

    let mut stranger = mesh.lane(Some(&bob)).await;
    assert_eq!(stranger.ask(&target, "Ext<Greet>", "hi").await.code(), Some("forbidden"));
}

#[tokio::test]
async fn a_pong_passes_only_from_the_target_that_was_asked() {
    let mesh = Mesh::start().await;
    let ada = mesh.token("ada").await;
    let (mut asks, mut answers, mut third) =
        (mesh.lane(Some(&ada)).await, mesh.lane(Some(&ada)).await, mesh.lane(Some(&ada)).await);
    let ping = asks.ping(answers.point().as_str(), "Ext<Greet>", "");
    asks.wave(ping).await;
    let arrived = answers.next_wave().await;
    let mut forged = arrived.pong(Agent::Anonymous, 200, Headers::default(), Body::new("text/plain", *b"forged"));
    forged.from = third.point();
    third.wave(forged).await;
    third.goes_on().await;
    answers.wave(arrived.pong(Agent::Anonymous, 200, Headers::default(), Body::new("text/plain", *b"true"))).await;
    assert_eq!(&*asks.next_wave().await.body.bytes, b"true");
}

#[tokio::test]
async fn open_pings_end_when_the_targets_lane_is_lost() {
    let mesh = Mesh::start().await;
    let ada = mesh.token("ada").await;
    let (mut asks, mut answers) = (mesh.lane(Some(&ada)).await, mesh.lane(Some(&ada)).await);
    let target = answers.point();
    let ping = asks.ping(target.as_str(), "Ext<Greet>", "");
    asks.wave(ping).await;
    answers.next_wave().await;
    drop(answers);
    assert_eq!(asks.next_wave().await.code(), Some("lane-lost"));
    assert_eq!(asks.ask(target.as_str(), "Ext<Greet>", "").await.code(), Some("star-away"));
}

#[tokio::test]
async fn a_ping_ends_by_its_deadline() {
    let mesh = Mesh::start().await;
    let ada = mesh.token("ada").await;
    let (mut asks, mut silent) = (mesh.lane(Some(&ada)).await, mesh.lane(Some(&ada)).await);
    let mut ping = asks.ping(silent.point().as_str(), "Ext<Greet>", "");
    ping.wait = 50;
    asks.wave(ping).await;
    silent.next_wave().await;
    let pong = asks.next_wave().await;
    assert_eq!((pong.status, pong.code()), (Some(408), Some("deadline")));
}

#[tokio::test]
async fn an_endless_loop_ends_out_of_fuel_and_the_next_mechtron_answers() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &hello()).await;
    let forever = Bundle::app("localhost:repo:loop:1.0.0", "runner", include_str!("guests/forever.wat"), false);
    install(&mesh, "localhost:loop", &forever).await;
    assert_eq!(mesh.ping("localhost:loop:runner", "Ext<Greet>", "").await["code"], "out-of-fuel");
    assert_eq!(mesh.ping("localhost:hello:greeter", "Ext<Greet>", "").await["body"], "Hello");
}
