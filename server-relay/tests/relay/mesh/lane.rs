//! A lane as a tab holds it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use starlane_protocol::lane::{self, ByeCode, Form, Frame, Greet, Knock};
use starlane_protocol::{Agent, Body, Point, StarSecret, Wave, WaveId, WaveKind};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};

static NEXT: AtomicU64 = AtomicU64::new(1);

/// An id that no other star of this process has.
pub(crate) fn star_id() -> String {
    format!("s-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) struct Lane {
    pub(crate) socket: WebSocketStream<TcpStream>,
    pub(crate) form: Form,
    pub(crate) greet: Option<Greet>,
    sent: u64,
    waiting: Vec<Frame>,
}

impl Lane {
    /// A lane on which nobody has knocked.
    pub(crate) async fn open(address: SocketAddr, form: Form) -> Self {
        Self::with(address, form.sub_protocol(), &[]).await.unwrap().0
    }

    /// A lane with such a sub-protocol and headers; gives also the one that was chosen.
    pub(crate) async fn with(
        address: SocketAddr,
        protocol: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<(Self, String), Error> {
        let mut request = format!("ws://{address}/starlane/lane").into_client_request()?;
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_str(protocol).unwrap());
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
        }
        let stream = TcpStream::connect(address).await?;
        let (socket, response) = tokio_tungstenite::client_async(request, stream).await?;
        let chosen = response.headers()["sec-websocket-protocol"].to_str().unwrap().to_owned();
        let form = Form::ALL.into_iter().find(|form| form.sub_protocol() == chosen).unwrap();
        Ok((Self { socket, form, greet: None, sent: 0, waiting: Vec::new() }, chosen))
    }

    /// A lane of a new star that was greeted.
    pub(crate) async fn knocked(address: SocketAddr, token: Option<&str>) -> Self {
        let mut lane = Self::open(address, Form::Cbor).await;
        lane.knock(&star_id(), [7; 32], token).await;
        lane.greeted().await;
        lane
    }

    pub(crate) async fn knock(&mut self, star: &str, secret: [u8; 32], token: Option<&str>) {
        let token = token.map(str::to_owned);
        self.send(Frame::Knock(Knock { star: star.into(), secret: StarSecret(secret), token, resume: None })).await;
    }

    pub(crate) async fn greeted(&mut self) -> Greet {
        match self.next().await {
            Some(Frame::Greet(greet)) => {
                self.greet = Some(greet.clone());
                greet
            }
            other => panic!("no greeting but {other:?}"),
        }
    }

    pub(crate) fn point(&self) -> Point {
        self.greet.as_ref().unwrap().point.clone()
    }

    pub(crate) async fn send(&mut self, frame: Frame) {
        let message = match self.form {
            Form::Cbor => {
                let mut message = Vec::new();
                lane::encode(&frame, &mut message);
                Message::Binary(message.into())
            }
            Form::Json => {
                let mut message = String::new();
                lane::encode_json(&frame, &mut message);
                Message::Text(message.into())
            }
        };
        self.socket.send(message).await.unwrap();
    }

    /// Sends a wave with the next place in order.
    pub(crate) async fn wave(&mut self, wave: Wave) {
        self.sent += 1;
        self.send(Frame::Wave(self.sent, Box::new(wave))).await;
    }

    /// A ping from this star.
    pub(crate) fn ping(&self, to: &str, method: &str, body: &str) -> Wave {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let mut ping = Wave::new(
            WaveId(id),
            WaveKind::Ping,
            self.point(),
            Agent::Anonymous,
            to.parse().unwrap(),
            method.parse().unwrap(),
        );
        if !body.is_empty() {
            ping.body = Body::new("text/plain", body.as_bytes());
        }
        ping
    }

    /// Sends a ping and waits for its pong.
    pub(crate) async fn ask(&mut self, to: &str, method: &str, body: &str) -> Wave {
        let ping = self.ping(to, method, body);
        self.wave(ping.clone()).await;
        let pong = self.next_wave().await;
        assert_eq!((pong.id, pong.kind), (ping.id, WaveKind::Pong));
        pong
    }

    /// Checks that the lane still works: nobody may call what nobody has installed.
    pub(crate) async fn goes_on(&mut self) {
        let pong = self.ask("localhost:none:here", "Ext<Greet>", "").await;
        assert!(matches!(pong.code(), Some("forbidden" | "no-route")), "{pong:?}");
    }

    /// The next wave; other frames are passed over.
    pub(crate) async fn next_wave(&mut self) -> Wave {
        loop {
            match self.next().await {
                Some(Frame::Wave(_, wave)) => return *wave,
                Some(Frame::Bye(bye)) => panic!("the lane was closed: {bye:?}"),
                Some(_) => {}
                None => panic!("the lane is gone"),
            }
        }
    }

    /// Why the lane is closed; other frames are passed over.
    pub(crate) async fn bye(&mut self) -> ByeCode {
        loop {
            match self.next().await {
                Some(Frame::Bye(bye)) => return bye.code,
                Some(_) => {}
                None => panic!("the lane was closed without a word"),
            }
        }
    }

    /// The next frame, within five seconds.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        while self.waiting.is_empty() {
            let message = timeout(Duration::from_secs(5), self.socket.next()).await.expect("nothing comes");
            self.waiting = match message? {
                Ok(Message::Binary(bytes)) => lane::decode(&bytes).unwrap(),
                Ok(Message::Text(text)) => lane::decode_json(&text).unwrap(),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => Vec::new(),
            };
        }
        Some(self.waiting.remove(0))
    }
}
