use futures_util::SinkExt;
use starlane_protocol::Agent;
use starlane_protocol::lane::{Form, Frame};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::mesh::{Lane, Mesh, star_id};

#[tokio::test]
async fn a_star_is_greeted_in_both_forms() {
    let mesh = Mesh::start().await;
    for form in Form::ALL {
        let mut lane = Lane::open(mesh.address, form).await;
        let id = star_id();
        lane.knock(&id, [1; 32], None).await;
        let greet = lane.greeted().await;
        assert_eq!(greet.point.as_str(), format!("localhost:stars:{id}"));
        assert_eq!((greet.agent, greet.resumed, greet.window, greet.root.len()), (Agent::Anonymous, false, 0, 32));
    }
}

#[tokio::test]
async fn an_unknown_sub_protocol_is_refused_with_the_known_ones() {
    let mesh = Mesh::start().await;
    let Err(Error::Http(response)) = Lane::with(mesh.address, "starlane.v9", &[]).await else { panic!("it is let in") };
    assert_eq!(response.status(), 400);
    let told = String::from_utf8(response.body().clone().unwrap_or_default()).unwrap();
    assert!(told.contains("unknown-protocol") && told.contains("starlane.v1, starlane.v1.json"), "{told}");
    let (_, chosen) = Lane::with(mesh.address, "starlane.v9, starlane.v1.json", &[]).await.unwrap();
    assert_eq!(chosen, "starlane.v1.json");
}

#[tokio::test]
async fn a_page_of_an_unknown_origin_gets_no_lane() {
    let mesh = Mesh::start().await;
    for origin in ["https://example.com", "null", "http://localhost.example.com"] {
        let Err(Error::Http(response)) = Lane::with(mesh.address, "starlane.v1", &[("origin", origin)]).await else {
            panic!("{origin} is let in")
        };
        assert_eq!(response.status(), 403);
    }
    for origin in ["http://localhost:5173", "http://chat.localhost:7827", "http://127.0.0.1:1"] {
        assert!(Lane::with(mesh.address, "starlane.v1", &[("origin", origin)]).await.is_ok(), "{origin}");
    }
}

#[tokio::test]
async fn a_page_of_a_listed_origin_gets_a_lane() {
    let mesh = Mesh::start_with(|config| config.origins = vec!["https://Example.com:443/".parse().unwrap()]).await;
    for (origin, is_let_in) in [
        ("https://example.com", true),
        ("http://example.com", false),
        ("https://example.com:8443", false),
        ("https://www.example.com", false),
    ] {
        assert_eq!(Lane::with(mesh.address, "starlane.v1", &[("origin", origin)]).await.is_ok(), is_let_in, "{origin}");
    }
}

#[tokio::test]
async fn garbage_closes_its_lane_and_no_other() {
    let mesh = Mesh::start().await;
    let mut other = mesh.lane(None).await;
    for (garbage, code) in [
        (Message::Binary(vec![0xff, 0x00, 0x13].into()), "bad-frame"),
        (Message::Binary(vec![0x82, 0x18, 0x63, 0x00].into()), "bad-frame"),
        (Message::Text("{}".into()), "bad-frame"),
    ] {
        let mut lane = mesh.lane(None).await;
        lane.socket.send(garbage).await.unwrap();
        assert_eq!(lane.bye().await.word(), code);
    }
    other.goes_on().await;
}

#[tokio::test]
async fn a_message_over_the_limit_closes_its_lane() {
    let mesh = Mesh::start().await;
    let mut lane = mesh.lane(None).await;
    let _ = lane.socket.send(Message::Binary(vec![0; 2 * 1_024 * 1_024].into())).await;
    assert_eq!(lane.bye().await.word(), "frame-too-large");
}

#[tokio::test]
async fn frames_out_of_their_turn_close_the_lane() {
    let mesh = Mesh::start().await;
    let mut lane = Lane::open(mesh.address, Form::Cbor).await;
    lane.send(Frame::Beat).await;
    assert_eq!(lane.bye().await.word(), "bad-order");

    let mut lane = mesh.lane(None).await;
    let ping = lane.ping("localhost:none:here", "Ext<Greet>", "");
    lane.send(Frame::Wave(2, Box::new(ping))).await;
    assert_eq!(lane.bye().await.word(), "bad-order");
}

#[tokio::test]
async fn a_wave_from_somebody_else_closes_its_lane() {
    let mesh = Mesh::start().await;
    let mut lane = mesh.lane(None).await;
    let mut ping = lane.ping("localhost:none:here", "Ext<Greet>", "");
    ping.from = "localhost:stars:other".parse().unwrap();
    lane.wave(ping).await;
    assert_eq!(lane.bye().await.word(), "forged-from");
}

#[tokio::test]
async fn a_token_of_another_relay_is_refused() {
    let (mesh, other) = (Mesh::start().await, Mesh::start().await);
    let mut lane = Lane::open(mesh.address, Form::Cbor).await;
    lane.knock(&star_id(), [1; 32], Some(&other.token)).await;
    assert_eq!(lane.bye().await.word(), "bad-token");
    mesh.call("GET", "/starlane/mesh.json").bearer(&other.token).send().await.refused(401, "bad-token");
}

#[tokio::test]
async fn a_stars_id_is_one_segment_and_not_one_of_the_relays() {
    let mesh = Mesh::start().await;
    for id in ["", "A", "a:b", "1.2.3", "relay", "relay-0", "a/b"] {
        let mut lane = Lane::open(mesh.address, Form::Cbor).await;
        lane.knock(id, [1; 32], None).await;
        assert_eq!(lane.bye().await.word(), "bad-star", "{id}");
    }
}

#[tokio::test]
async fn an_id_belongs_to_whoever_knows_its_secret() {
    let mesh = Mesh::start().await;
    let id = star_id();
    let mut first = Lane::open(mesh.address, Form::Cbor).await;
    first.knock(&id, [1; 32], None).await;
    first.greeted().await;

    let mut thief = Lane::open(mesh.address, Form::Cbor).await;
    thief.knock(&id, [2; 32], None).await;
    assert_eq!(thief.bye().await.word(), "star-taken");

    let mut second = Lane::open(mesh.address, Form::Cbor).await;
    second.knock(&id, [1; 32], None).await;
    second.greeted().await;
    assert_eq!(first.bye().await.word(), "replaced");

    drop((first, second));
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let mut thief = Lane::open(mesh.address, Form::Cbor).await;
    thief.knock(&id, [2; 32], None).await;
    assert_eq!(thief.bye().await.word(), "star-taken");
}

#[tokio::test]
async fn a_lane_keeps_its_agent() {
    let mesh = Mesh::start().await;
    let (ada, bob) = (mesh.token("ada").await, mesh.token("bob").await);
    let mut lane = mesh.lane(Some(&ada)).await;
    assert_eq!(lane.greet.as_ref().unwrap().agent.to_string(), "localhost:users:ada");
    lane.send(Frame::Auth(ada)).await;
    lane.goes_on().await;
    lane.send(Frame::Auth(bob)).await;
    assert_eq!(lane.bye().await.word(), "bad-token");
}

#[tokio::test]
async fn a_lane_that_is_not_read_is_closed_too_slow() {
    let mesh = Mesh::start().await;
    let slow = mesh.lane(Some(&mesh.token)).await;
    let mut sender = mesh.lane(Some(&mesh.token)).await;
    let mut ping = sender.ping(slow.point().as_str(), "Ext<Flood>", "");
    ping.kind = starlane_protocol::WaveKind::Signal;
    ping.body = starlane_protocol::Body::new("text/plain", vec![b'x'; 512 * 1_024]);
    for _ in 0..64 {
        sender.wave(ping.clone()).await;
    }
    // The sender is not disturbed.
    sender.goes_on().await;
    for _ in 0..100 {
        let pong = sender.ask(slow.point().as_str(), "Ext<Greet>", "").await;
        if pong.code() == Some("star-away") {
            return;
        }
    }
    panic!("the lane goes on");
}
