//! Writing to a lane.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use starlane_protocol::lane::{self, Bye, ByeCode, Form, Frame};
use starlane_protocol::limits::MESSAGE_FRAMES;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::super::lanes::bye;
use super::super::queue::Outgoing;
use super::{End, Session, Stream};

/// Bytes of waves that share a message.
const MESSAGE_BYTES: usize = 64 * 1_024;

/// Bytes of a wave with little in it, about: what is set aside for each.
const FRAME_BYTES: usize = 256;

/// Bytes that are handed to the socket before it is flushed.
pub(crate) const FLUSH_BYTES: usize = 512 * 1_024;

/// How long the other end may take to read what was flushed.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(2);

impl<S: Stream> Session<S> {
    /// Writes everything that waits.
    pub(super) async fn write(&mut self) -> Result<(), End> {
        let mut unflushed = 0;
        loop {
            let batch = self.lane.queue.take(MESSAGE_BYTES, MESSAGE_FRAMES)?;
            if batch.is_empty() || unflushed >= FLUSH_BYTES {
                self.flush().await?;
                unflushed = 0;
            }
            if batch.is_empty() {
                return Ok(());
            }
            let message = self.encode(batch);
            unflushed += message.len();
            self.feed(message).await?;
        }
    }

    /// Writes one frame at once.
    pub(super) async fn write_frame(&mut self, frame: Frame) -> Result<(), End> {
        let message = self.encode(vec![Outgoing::Frame(frame)]);
        self.feed(message).await?;
        self.flush().await
    }

    fn encode(&mut self, batch: Vec<Outgoing>) -> Message {
        let now = Instant::now();
        let frames = batch.into_iter().map(|outgoing| match outgoing {
            Outgoing::Frame(frame) => frame,
            Outgoing::Wave(mut wave, since) => {
                self.sent += 1;
                let held = u32::try_from(now.saturating_duration_since(since).as_millis()).unwrap_or(u32::MAX);
                wave.wait = wave.wait.saturating_sub(held);
                Frame::Wave(self.sent, wave)
            }
        });
        encode(frames, self.form)
    }

    async fn feed(&mut self, message: Message) -> Result<(), End> {
        let lane = self.lane.clone();
        tokio::select! {
            fed = timeout(PATIENCE, self.socket.feed(message)) => written(fed),
            () = lane.queue.ended() => Ok(()),
        }
    }

    async fn flush(&mut self) -> Result<(), End> {
        let lane = self.lane.clone();
        tokio::select! {
            flushed = timeout(PATIENCE, self.socket.flush()) => written(flushed),
            () = lane.queue.ended() => Ok(()),
        }
    }
}

fn written<E>(result: Result<Result<(), E>, tokio::time::error::Elapsed>) -> Result<(), End> {
    match result {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(bye(ByeCode::TooSlow, "what is sent over this lane is not read").into()),
    }
}

fn encode(frames: impl Iterator<Item = Frame>, form: Form) -> Message {
    match form {
        Form::Cbor => {
            let mut message = Vec::with_capacity(frames.size_hint().0.min(MESSAGE_BYTES / FRAME_BYTES) * FRAME_BYTES);
            frames.for_each(|frame| lane::encode(&frame, &mut message));
            Message::Binary(Bytes::from(message))
        }
        Form::Json => {
            let mut message = String::new();
            frames.for_each(|frame| lane::encode_json(&frame, &mut message));
            Message::Text(message.into())
        }
    }
}

/// Says why, and ends the connection.
pub(super) async fn close(socket: &mut WebSocketStream<impl Stream>, form: Form, bye: Bye) {
    let farewell = encode(std::iter::once(Frame::Bye(bye)), form);
    let all = async {
        socket.send(farewell).await?;
        socket.close(None).await?;
        // What is still on its way must be read, or the other end never sees the farewell.
        while let Some(Ok(_)) = socket.next().await {}
        Ok::<(), tokio_tungstenite::tungstenite::Error>(())
    };
    let _ = timeout(FAREWELL, all).await;
}
