//! Everything about a lane that takes time, with a clock that jumps to whatever comes next.

use std::path::Path;

use futures_util::{SinkExt, StreamExt};
use starlane_host::event::Event;
use starlane_protocol::lane::Knock;
use starlane_protocol::{Agent, StarSecret, WaveId, WaveKind};
use tempfile::TempDir;
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;
use tokio::time::{advance, pause};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::*;
use crate::shell::Item;

/// Bytes that may be under way: more than any test sends.
const PIPE: usize = 512 * 1_024;

const SECRET: [u8; 32] = [1; 32];

struct Relay {
    mesh: Arc<Mesh>,
    _data: TempDir,
}

/// A relay for which no time passes by itself.
async fn relay() -> Relay {
    let data = tempfile::tempdir().unwrap();
    let mesh = crate::relay::still(Path::new(data.path())).await.unwrap();
    pause();
    Relay { mesh, _data: data }
}

/// The star's end of a lane.
struct Star {
    socket: WebSocketStream<DuplexStream>,
    served: JoinHandle<()>,
    opened: Instant,
}

impl Relay {
    async fn lane(&self) -> Star {
        let (ours, theirs) = tokio::io::duplex(PIPE);
        let server = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
        let served =
            tokio::spawn(serve(self.mesh.clone(), Wire::new(server, Form::Json), Form::Json, Remote::Here, None));
        let socket = WebSocketStream::from_raw_socket(ours, Role::Client, None).await;
        Star { socket, served, opened: Instant::now() }
    }

    async fn greeted(&self, token: Option<String>) -> Star {
        let mut star = self.lane().await;
        star.knock(SECRET, token).await;
        assert!(matches!(star.next().await, Frame::Greet(_)));
        star
    }

    /// Which stars have begun anew since this was asked last, as the relay's own stars are told.
    fn anew(&self) -> Vec<String> {
        let items = self.mesh.inboxes[0].take(Duration::ZERO).unwrap().into_iter();
        let anew = items.filter_map(|(_, item)| match item {
            Item::Event(Event::StarAnew(star)) => Some(star.to_string()),
            _ => None,
        });
        anew.collect()
    }

    fn token(&self, seconds: u64) -> String {
        self.mesh.tokens.make(&self.mesh.users.child("ada").unwrap(), seconds).unwrap()
    }
}

impl Star {
    async fn knock(&mut self, secret: [u8; 32], token: Option<String>) {
        self.send(Frame::Knock(Knock { star: "s-1".into(), secret: StarSecret(secret), token, resume: None })).await;
    }

    async fn send(&mut self, frame: Frame) {
        let mut text = String::new();
        lane::encode_json(&frame, &mut text);
        self.socket.send(Message::Text(text.into())).await.unwrap();
    }

    async fn next(&mut self) -> Frame {
        let Some(Ok(Message::Text(text))) = self.socket.next().await else { panic!("the lane is gone") };
        lane::decode_json(&text).unwrap().remove(0)
    }

    /// The next frame, which must be a beat.
    async fn beat(&mut self) {
        let next = self.next().await;
        assert!(matches!(next, Frame::Beat), "{next:?}");
    }

    /// Answers every beat; gives why the lane ends.
    async fn bye(&mut self) -> ByeCode {
        loop {
            match self.next().await {
                Frame::Beat => self.send(Frame::Beat).await,
                Frame::Bye(bye) => return bye.code,
                other => panic!("{other:?}"),
            }
        }
    }

    /// Whole seconds the lane has been open: timers ring up to a millisecond late.
    fn age(&self) -> u64 {
        self.opened.elapsed().as_secs()
    }

    /// Hangs up, and waits until the relay has seen it.
    async fn leave(self) {
        drop(self.socket);
        self.served.await.unwrap();
    }
}

#[tokio::test]
async fn the_relay_beats_every_25_s_and_keeps_a_star_that_answers() {
    let relay = relay().await;
    let mut star = relay.greeted(None).await;
    for beats in 1..=10 {
        star.beat().await;
        assert_eq!(star.age(), beats * 25);
        star.send(Frame::Beat).await;
    }
}

#[tokio::test]
async fn a_star_that_is_not_heard_for_70_s_is_gone() {
    let relay = relay().await;
    let mut star = relay.greeted(None).await;
    star.beat().await;
    star.beat().await;
    assert_eq!((star.bye().await, star.age()), (ByeCode::Silent, 70));
    star.leave().await;
    assert!(relay.mesh.lanes.get("s-1").is_none());
}

#[tokio::test]
async fn whoever_does_not_knock_within_10_s_has_no_lane() {
    let relay = relay().await;
    let mut star = relay.lane().await;
    assert_eq!((star.bye().await, star.age()), (ByeCode::Silent, 10));
}

#[tokio::test]
async fn a_star_that_asks_for_a_beat_gets_one_at_once() {
    let relay = relay().await;
    let mut star = relay.greeted(None).await;
    advance(Duration::from_secs(2)).await;
    star.send(Frame::Beat).await;
    star.beat().await;
    assert_eq!(star.age(), 2);
    advance(Duration::from_secs(2)).await;
    star.send(Frame::Beat).await;
    star.beat().await;
    assert_eq!(star.age(), 4);
}

#[tokio::test]
async fn a_beat_within_a_second_of_the_relays_own_is_not_answered() {
    let relay = relay().await;
    let mut star = relay.greeted(None).await;
    star.beat().await;
    for _ in 0..5 {
        star.send(Frame::Beat).await;
        advance(Duration::from_millis(150)).await;
    }
    star.beat().await;
    assert_eq!(star.age(), 50);
}

#[tokio::test]
async fn a_lane_ends_with_its_token() {
    let relay = relay().await;
    let mut star = relay.greeted(Some(relay.token(60))).await;
    assert_eq!(star.bye().await, ByeCode::TokenExpired);
    // Tokens count whole seconds since 1970.
    assert!((59..=60).contains(&star.age()), "{}", star.age());
}

#[tokio::test]
async fn a_newer_token_keeps_the_lane() {
    let relay = relay().await;
    let mut star = relay.greeted(Some(relay.token(60))).await;
    star.beat().await;
    star.send(Frame::Auth(relay.token(600))).await;
    assert_eq!(star.bye().await, ByeCode::TokenExpired);
    assert!((624..=625).contains(&star.age()), "{}", star.age());
}

#[tokio::test]
async fn an_id_is_kept_for_its_star_for_120_s() {
    let relay = relay().await;
    relay.greeted(None).await.leave().await;
    advance(Duration::from_secs(119)).await;
    let mut thief = relay.lane().await;
    thief.knock([2; 32], None).await;
    assert_eq!(thief.bye().await, ByeCode::StarTaken);
    advance(Duration::from_secs(1)).await;
    let mut other = relay.lane().await;
    other.knock([2; 32], None).await;
    assert!(matches!(other.next().await, Frame::Greet(_)));
}

#[tokio::test]
async fn every_message_that_is_ready_is_taken_in_its_order() {
    const PINGS: u8 = 200;
    let relay = relay().await;
    let mut star = relay.greeted(None).await;
    for n in 1..=PINGS {
        let (from, to) = ("localhost:stars:s-1".parse().unwrap(), "localhost:nothing:here".parse().unwrap());
        let method = "Ext<Say>".parse().unwrap();
        let ping = Wave::new(WaveId([n; 16]), WaveKind::Ping, from, Agent::Anonymous, to, method);
        let mut text = String::new();
        lane::encode_json(&Frame::Wave(n.into(), Box::new(ping)), &mut text);
        star.socket.feed(Message::Text(text.into())).await.unwrap();
    }
    star.socket.flush().await.unwrap();
    let mut answered = Vec::new();
    while answered.len() < usize::from(PINGS) {
        let Some(Ok(Message::Text(text))) = star.socket.next().await else { panic!("the lane is gone") };
        for frame in lane::decode_json(&text).unwrap() {
            let Frame::Wave(_, pong) = frame else { panic!("{frame:?}") };
            answered.push(pong.id.0[0]);
        }
    }
    assert_eq!(answered, (1..=PINGS).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_star_that_begins_anew_is_told_to_the_relays_own() {
    const NOTHING: [&str; 0] = [];
    let relay = relay().await;
    let star = relay.greeted(Some(relay.token(600))).await;
    assert_eq!(relay.anew(), ["localhost:stars:s-1"]);
    star.leave().await;
    let mut newer = relay.greeted(Some(relay.token(600))).await;
    let mut second = relay.greeted(Some(relay.token(600))).await;
    assert_eq!(relay.anew(), NOTHING, "it is the same star of the same user");
    assert_eq!(newer.bye().await, ByeCode::Replaced);
    // Signed out, it hears nothing more of what was for the user.
    let signed_out = relay.greeted(None).await;
    assert_eq!(second.bye().await, ByeCode::Replaced);
    assert_eq!(relay.anew(), ["localhost:stars:s-1"]);
    signed_out.leave().await;
    advance(Duration::from_secs(120)).await;
    let mut other = relay.lane().await;
    other.knock([2; 32], None).await;
    assert!(matches!(other.next().await, Frame::Greet(_)));
    assert_eq!(relay.anew(), ["localhost:stars:s-1"]);
}
