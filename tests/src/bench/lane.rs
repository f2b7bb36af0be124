//! A star at the other end of a lane, without a star: knocks, sends pings, reads pongs.

use std::net::SocketAddr;

use anyhow::{Context, Result, anyhow, bail, ensure};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use minicbor::{Decoder, Encoder};
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
    /// What every ping is, but for its id: a wave in CBOR.
    ping: Vec<u8>,
    sent: u64,
}

/// Where the eight bytes of a wave's id stand that differ, in its CBOR: an array's head, the id's head.
const ID: std::ops::Range<usize> = 2..10;

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
            Some(Frame::Greet(greet)) => {
                let ping = cbor(ping(greet.point, greet.agent, to)?);
                Ok(Self { socket, ping, sent: 0 })
            }
            other => bail!("instead of a greet: {other:?}"),
        }
    }

    /// One message of the next so many pings, each of 64 bytes.
    pub(super) fn pings(&mut self, count: usize) -> Result<Message> {
        let mut bytes = Vec::with_capacity(count * (self.ping.len() + ID.end));
        for _ in 0..count {
            self.sent += 1;
            self.ping[ID].copy_from_slice(&self.sent.to_le_bytes());
            Encoder::new(&mut bytes).array(3)?.u8(2)?.u64(self.sent)?;
            bytes.extend_from_slice(&self.ping);
        }
        Ok(Message::Binary(bytes.into()))
    }

    /// Waits for the next message; how many pings it answers with 200.
    pub(super) async fn answers(&mut self) -> Result<usize> {
        let message = self.socket.next().await.context("the relay hung up")??.into_data();
        let mut frames = Decoder::new(&message);
        let mut answered = 0;
        while frames.position() < message.len() {
            answered += answer(&mut frames)?;
        }
        Ok(answered)
    }
}

/// Fields of a wave before and after its status.
const AROUND_STATUS: (usize, usize) = (11, 4);

/// Whether the next frame answers a ping, as 0 or 1. Of a pong only its status is looked at: the client beside it, the
/// echo's, does not look at what comes back at all.
fn answer(frames: &mut Decoder<'_>) -> Result<usize> {
    let parts = frames.array()?.context("a frame of no known length")?;
    match frames.u8()? {
        2 => {
            frames.skip()?;
            frames.array()?;
            (0..AROUND_STATUS.0).try_for_each(|_| frames.skip())?;
            let status = frames.u16()?;
            (0..AROUND_STATUS.1).try_for_each(|_| frames.skip())?;
            ensure!(status == 200, "an answer with status {status}");
            Ok(1)
        }
        6 | 7 => {
            (1..parts).try_for_each(|_| frames.skip())?;
            Ok(0)
        }
        other => bail!("instead of an answer: frame {other}"),
    }
}

/// A wave without its frame.
fn cbor(wave: Wave) -> Vec<u8> {
    let mut frame = Vec::new();
    encode(&Frame::Wave(1, Box::new(wave)), &mut frame);
    // An array of three, 2 and 1.
    frame.split_off(3)
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
    let wave = ping(from, Agent::Anonymous, super::app::point("localhost:bench:echo:one")?)?;
    Ok(Frame::Wave(1_000, Box::new(wave)))
}

fn ping(from: Point, agent: Agent, to: Point) -> Result<Wave> {
    let method = "Ext<Go>".parse().map_err(|error| anyhow!("{error}"))?;
    let mut wave = Wave::new(WaveId([7; 16]), WaveKind::Ping, from, agent, to, method);
    wave.body = Body::new("text/plain", [7; BYTES]);
    Ok(wave)
}
