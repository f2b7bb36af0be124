//! A star at the other end of a lane, without a star: knocks, sends pings, reads pongs.

use std::net::SocketAddr;

use anyhow::{Context, Result, anyhow, bail};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use starlane_protocol::lane::{Form, Frame, Knock, decode, encode};
use starlane_protocol::{Agent, Body, Point, StarSecret, Wave, WaveId, WaveKind};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// Bytes of a ping's body.
pub(super) const BYTES: usize = 64;

/// Read buffer of this end, so that 2,000 of them fit.
const READ_BUFFER: usize = 4 * 1_024;

/// A WebSocket without TLS.
pub(super) type Socket = WebSocketStream<TcpStream>;

/// A WebSocket to an address, `TCP_NODELAY` set, in the sub-protocol of lanes.
pub(super) async fn connect(address: SocketAddr) -> Result<Socket> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut request = format!("ws://{address}/starlane/lane").into_client_request()?;
    let protocol = HeaderValue::from_static(Form::Cbor.sub_protocol());
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
    let (socket, _) = tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await?;
    Ok(socket)
}

/// A lane that is up.
pub(super) struct Lane {
    pub(super) socket: Socket,
    from: Point,
    agent: Agent,
    to: Point,
    sent: u64,
}

impl Lane {
    /// Opens a lane of the star with this id, whose pings go to `to`.
    pub(super) async fn open(address: SocketAddr, star: &str, to: Point) -> Result<Self> {
        let mut socket = connect(address).await?;
        let secret = StarSecret([1; 32]);
        let knock = Frame::Knock(Knock { star: star.into(), secret, token: None, resume: None });
        socket.send(message([knock])).await?;
        let first = socket.next().await.context("the relay hung up")??;
        let frames = decode(&first.into_data()).map_err(|error| anyhow!("{error}"))?;
        match frames.into_iter().next() {
            Some(Frame::Greet(greet)) => Ok(Self { socket, from: greet.point, agent: greet.agent, to, sent: 0 }),
            other => bail!("instead of a greet: {other:?}"),
        }
    }

    /// The next ping, of 64 bytes.
    pub(super) fn ping(&mut self) -> Result<Frame> {
        self.sent += 1;
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.sent.to_le_bytes());
        let method = "Ext<Go>".parse().map_err(|error| anyhow!("{error}"))?;
        let (from, agent, to) = (self.from.clone(), self.agent.clone(), self.to.clone());
        let mut wave = Wave::new(WaveId(id), WaveKind::Ping, from, agent, to, method);
        wave.body = Body::new("text/plain", [7; BYTES]);
        Ok(Frame::Wave(self.sent, Box::new(wave)))
    }

    /// Waits for the next message; how many pings it answers with 200.
    pub(super) async fn answers(&mut self) -> Result<usize> {
        let message = self.socket.next().await.context("the relay hung up")??;
        let mut answered = 0;
        for frame in decode(&message.into_data()).map_err(|error| anyhow!("{error}"))? {
            match frame {
                Frame::Wave(_, wave) if wave.status == Some(200) => answered += 1,
                Frame::Beat | Frame::Install(_) => {}
                other => bail!("instead of an answer: {other:?}"),
            }
        }
        Ok(answered)
    }
}

/// One message of these frames.
pub(super) fn message(frames: impl IntoIterator<Item = Frame>) -> Message {
    let mut bytes = Vec::new();
    frames.into_iter().for_each(|frame| encode(&frame, &mut bytes));
    Message::Binary(Bytes::from(bytes))
}

/// A ping as any lane sends it, for those who need its bytes only.
pub(super) fn sample() -> Result<Frame> {
    let from: Point = super::app::point("localhost:stars:s-bench")?;
    let method = "Ext<Go>".parse().map_err(|error| anyhow!("{error}"))?;
    let to = super::app::point("localhost:bench:echo:one")?;
    let mut wave = Wave::new(WaveId([7; 16]), WaveKind::Ping, from, Agent::Anonymous, to, method);
    wave.body = Body::new("text/plain", [7; BYTES]);
    Ok(Frame::Wave(1_000, Box::new(wave)))
}
