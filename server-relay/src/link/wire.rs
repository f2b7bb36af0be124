//! The WebSocket of a lane, shared by its task and by whoever has an answer for it.
//!
//! The task reads, and writes whatever has to be waited for. Who hands over waves while nothing waits writes them at once,
//! without waking the task. Everything is written in the order of the queue: it is taken out of it under this lock only,
//! and while the task has something in hand nobody else writes.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use starlane_protocol::lane::{self, Bye, Form, Frame};
use starlane_protocol::limits::MESSAGE_FRAMES;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};

use super::queue::{Outgoing, Queue};

/// Bytes of waves that share a message.
const MESSAGE_BYTES: usize = 64 * 1_024;

/// Bytes of a wave with little in it, about: what is set aside for each.
const FRAME_BYTES: usize = 256;

/// How often to let others run before falling asleep over the lock: whoever has it is about to leave a system call, and to
/// be put to sleep and woken costs more than that call.
const YIELDS: usize = 4;

/// What carries a lane's bytes.
pub(super) trait Carrier: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Carrier for S {}

/// A way to write to a lane at once.
pub(super) trait Direct: Send + Sync {
    /// Writes what waits; whether nothing is left for the lane's task to do.
    fn write(&self, queue: &Queue) -> bool;
}

/// The WebSocket of one lane.
pub(super) struct Wire<S>(Arc<Mutex<Inner<S>>>);

struct Inner<S> {
    socket: WebSocketStream<S>,
    form: Form,
    /// The place of the last wave that was sent.
    sent: u64,
    /// Whether the task has something in hand that is to be written first.
    in_hand: bool,
}

impl<S: Carrier> Wire<S> {
    /// A wire in the hands of its task: the greeting comes first.
    pub(super) fn new(socket: WebSocketStream<S>, form: Form) -> Self {
        Self(Arc::new(Mutex::new(Inner { socket, form, sent: 0, in_hand: true })))
    }

    /// What others write by.
    pub(super) fn direct(&self) -> Arc<dyn Direct> {
        self.0.clone()
    }

    /// Says whether the task has something in hand.
    pub(super) fn set_in_hand(&self, in_hand: bool) {
        lock(&self.0).in_hand = in_hand;
    }

    /// The next message of what waits, if anything does, or why the lane ends.
    pub(super) fn next_message(&self, queue: &Queue) -> Result<Option<Message>, Bye> {
        let mut inner = lock(&self.0);
        let batch = queue.take(MESSAGE_BYTES, MESSAGE_FRAMES)?;
        Ok((!batch.is_empty()).then(|| inner.message(batch)))
    }
}

impl<S> Inner<S> {
    fn message(&mut self, batch: Vec<Outgoing>) -> Message {
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
}

impl<S: Carrier> Direct for Mutex<Inner<S>> {
    fn write(&self, queue: &Queue) -> bool {
        // Its task reads or writes at this moment: it goes on with this, too.
        let Ok(mut inner) = self.try_lock() else { return false };
        // Whatever has to be waited for is the task's: it is woken by whoever gets `false`.
        let context = &mut Context::from_waker(Waker::noop());
        if inner.in_hand || !matches!(inner.socket.poll_ready_unpin(context), Poll::Ready(Ok(()))) {
            return false;
        }
        let Ok(batch) = queue.take(MESSAGE_BYTES, MESSAGE_FRAMES) else { return false };
        if batch.is_empty() {
            return true;
        }
        let message = inner.message(batch);
        let begun = inner.socket.start_send_unpin(message);
        let written = begun.is_ok() && matches!(inner.socket.poll_flush_unpin(context), Poll::Ready(Ok(())));
        written && queue.is_empty()
    }
}

impl<S: Carrier> Stream for Wire<S> {
    type Item = Result<Message, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        lock(&self.0).socket.poll_next_unpin(context)
    }
}

impl<S: Carrier> Sink<Message> for Wire<S> {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        lock(&self.0).socket.poll_ready_unpin(context)
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
        lock(&self.0).socket.start_send_unpin(message)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        lock(&self.0).socket.poll_flush_unpin(context)
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        lock(&self.0).socket.poll_close_unpin(context)
    }
}

fn lock<S>(inner: &Mutex<Inner<S>>) -> MutexGuard<'_, Inner<S>> {
    for _ in 0..YIELDS {
        if let Ok(inner) = inner.try_lock() {
            return inner;
        }
        std::thread::yield_now();
    }
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One message of these frames.
pub(super) fn encode(frames: impl Iterator<Item = Frame>, form: Form) -> Message {
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
