//! The task of one lane: knock, greet, then frames in both directions until one end says `Bye` or falls silent.
//!
//! All of its time is tokio's, so tests turn the clock. Waves that wait together share a message, and the socket is flushed once for all of them.

#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use starlane_protocol::Wave;
use starlane_protocol::lane::{self, Bye, ByeCode, Form, Frame, FrameError, Reader};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::knock::{self, Entered};
use super::lane::Lane;
use super::lanes::bye;
use super::wire::{Carrier, Wire};
use crate::clock;
use crate::mesh::Mesh;
use crate::remote::{Counted, Remote};
use crate::switchboard::Routes;
pub(super) use write::FLUSH_BYTES;

/// How often the relay says that it is still there.
pub(super) const BEAT: Duration = Duration::from_secs(25);

/// Time between two beats of ours at least, so that two ends that answer each other cannot chatter. A star that asks for
/// a beat within it has one of ours on its way: it asks only when it has heard nothing for longer than this.
const BEAT_GAP: Duration = Duration::from_secs(1);

/// After how long without a word a star is gone: two beats and some.
const SILENCE: Duration = Duration::from_secs(70);

/// How long a new lane may take to knock.
const KNOCK: Duration = Duration::from_secs(10);

/// Messages that are read before what they caused is written.
const READ_BATCH: usize = 64;

/// Waves that are handed on together at most, give or take a message.
const WAVE_BATCH: usize = 256;

/// Serves one lane from its first message to its last. It is counted as waiting until it was let in.
pub(super) async fn serve(
    mesh: Arc<Mesh>,
    mut wire: Wire<impl Carrier>,
    form: Form,
    remote: Remote,
    waiting: Option<Counted>,
) {
    match admit(&mesh, &mut wire, form, remote).await {
        Err(bye) => write::close(&mut wire, form, bye).await,
        Ok(None) => {}
        Ok(Some((entered, rest))) => {
            drop(waiting);
            let (lane, id) = (entered.lane.clone(), entered.id.clone());
            // However this task ends, the lane is taken out of the table.
            let _leaving = Leaving { mesh: mesh.clone(), lane: lane.clone(), id };
            let mut session = Session::new(mesh, entered, wire, form);
            let end = session.run(rest).await;
            if let End::Bye(bye) = end {
                tracing::debug!(star = %lane.star, code = bye.code.word(), reason = %bye.reason, "a lane is closed");
                session.wire.set_in_hand(true);
                write::close(&mut session.wire, form, bye).await;
            }
        }
    }
}

struct Leaving {
    mesh: Arc<Mesh>,
    lane: Arc<Lane>,
    id: String,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.mesh.lanes.leave(&self.id, &self.lane);
        self.mesh.lane_lost(&self.lane);
    }
}

/// How a lane ended.
enum End {
    /// The other end has closed it, or it broke.
    Gone,
    /// This end closes it.
    Bye(Bye),
}

impl From<Bye> for End {
    fn from(bye: Bye) -> Self {
        End::Bye(bye)
    }
}

/// Waits for the knock; gives also the frames that came with it.
async fn admit(
    mesh: &Mesh,
    wire: &mut Wire<impl Carrier>,
    form: Form,
    remote: Remote,
) -> Result<Option<(Entered, Vec<Frame>)>, Bye> {
    let first = tokio::select! {
        first = timeout(KNOCK, wire.next()) => first,
        () = mesh.closed() => return Err(bye(ByeCode::Closing, "the relay is being closed")),
    };
    let message = match first {
        Err(_) => return Err(bye(ByeCode::Silent, "nobody knocked within 10 s")),
        Ok(None) => return Ok(None),
        Ok(Some(message)) => message,
    };
    let mut frames = match received(message, form, &mut Reader::default()) {
        Ok(frames) => frames.into_iter(),
        Err(End::Gone) => return Ok(None),
        Err(End::Bye(bye)) => return Err(bye),
    };
    let Some(Frame::Knock(knock)) = frames.next() else {
        return Err(bye(ByeCode::BadOrder, "the first frame of a lane is a knock"));
    };
    Ok(Some((knock::enter(mesh, &knock, form, remote)?, frames.collect())))
}

/// The frames of a message.
fn received(message: Result<Message, Error>, form: Form, reader: &mut Reader) -> Result<Vec<Frame>, End> {
    let wrong = |error: FrameError| {
        let code = match error {
            FrameError::TooLarge | FrameError::TooMany => ByeCode::FrameTooLarge,
            FrameError::Wave(_) => ByeCode::BadWave,
            _ => ByeCode::BadFrame,
        };
        End::Bye(Bye { code, reason: error.to_string() })
    };
    match (message, form) {
        (Ok(Message::Binary(bytes)), Form::Cbor) => reader.decode(&bytes).map_err(wrong),
        (Ok(Message::Text(text)), Form::Json) => lane::decode_json(&text).map_err(wrong),
        (Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)), _) => Ok(Vec::new()),
        (Ok(Message::Close(_)), _) => Err(End::Gone),
        (Ok(_), _) => Err(bye(ByeCode::BadFrame, "binary messages belong to CBOR, text messages to JSON").into()),
        (Err(Error::Capacity(_)), _) => {
            Err(bye(ByeCode::FrameTooLarge, "the message is larger than a lane allows").into())
        }
        (Err(Error::Utf8(_) | Error::Protocol(_)), _) => Err(bye(ByeCode::BadFrame, "not a WebSocket message").into()),
        (Err(_), _) => Err(End::Gone),
    }
}

struct Session<S> {
    mesh: Arc<Mesh>,
    lane: Arc<Lane>,
    wire: Wire<S>,
    form: Form,
    reader: Reader,
    routes: Routes,
    /// Waves that came and were not handed on yet.
    arrived: Vec<Box<Wave>>,
    /// The place of the last wave that came.
    seen: u64,
    heard: Instant,
    /// When the last beat of ours was sent, or the lane began.
    beaten: Instant,
    /// When the token ends; far away without one.
    expires: Instant,
    greet: Option<Frame>,
}

impl<S: Carrier> Session<S> {
    fn new(mesh: Arc<Mesh>, entered: Entered, wire: Wire<S>, form: Form) -> Self {
        let Entered { lane, expires, greet, .. } = entered;
        let now = Instant::now();
        let expires = ends(expires);
        let (reader, routes, arrived) = (Reader::default(), Routes::default(), Vec::new());
        let greet = Some(greet);
        lane.write_by(&wire.direct());
        let (seen, heard, beaten) = (0, now, now);
        Self { mesh, lane, wire, form, reader, routes, arrived, seen, heard, beaten, expires, greet }
    }

    async fn run(&mut self, first: Vec<Frame>) -> End {
        if let Err(end) = self.greet(first).await {
            return end;
        }
        let lane = self.lane.clone();
        let mesh = self.mesh.clone();
        let mut closed = std::pin::pin!(mesh.closed());
        let mut alarm = std::pin::pin!(sleep_until(self.next_time()));
        loop {
            let step = tokio::select! {
                message = self.wire.next() => self.read(message).await,
                () = lane.queue.changed() => self.write().await,
                () = alarm.as_mut() => self.time().map(|()| alarm.as_mut().reset(self.next_time())),
                () = closed.as_mut() => Err(bye(ByeCode::Closing, "the relay is being closed").into()),
            };
            if let Err(end) = step {
                return end;
            }
            // What is heard only puts the alarm off; a newer token may bring it forward.
            if self.expires < alarm.deadline() {
                alarm.as_mut().reset(self.next_time());
            }
        }
    }

    async fn greet(&mut self, first: Vec<Frame>) -> Result<(), End> {
        if let Some(greet) = self.greet.take() {
            self.write_first(greet).await?;
        }
        let taken = first.into_iter().try_for_each(|frame| self.frame(frame));
        self.hand_on();
        taken
    }

    /// Takes in a message and those that are there already.
    async fn read(&mut self, message: Option<Result<Message, Error>>) -> Result<(), End> {
        let taken = self.take_in(message);
        self.hand_on();
        taken
    }

    fn take_in(&mut self, message: Option<Result<Message, Error>>) -> Result<(), End> {
        self.take(message)?;
        // What is read is taken: the last turn leaves nothing in hand.
        for _ in 1..READ_BATCH {
            if self.arrived.len() >= WAVE_BATCH {
                return Ok(());
            }
            match self.wire.next().now_or_never() {
                Some(more) => self.take(more)?,
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// Takes in one message.
    fn take(&mut self, message: Option<Result<Message, Error>>) -> Result<(), End> {
        let Some(message) = message else { return Err(End::Gone) };
        let frames = received(message, self.form, &mut self.reader)?;
        self.heard = Instant::now();
        self.arrived.reserve(frames.len());
        frames.into_iter().try_for_each(|frame| self.frame(frame))
    }

    /// Hands on what has arrived.
    fn hand_on(&mut self) {
        if !self.arrived.is_empty() {
            self.mesh.from_lane(&self.lane, &mut self.routes, std::mem::take(&mut self.arrived));
        }
    }

    fn frame(&mut self, frame: Frame) -> Result<(), End> {
        match frame {
            Frame::Wave(seq, wave) => self.wave(seq, wave),
            Frame::Auth(token) => self.auth(&token),
            Frame::Bye(_) => Err(End::Gone),
            Frame::Beat => {
                self.beat_back();
                Ok(())
            }
            // Nothing is resumed and no credit is kept in this version.
            Frame::Ack(_) | Frame::Credit(_) => Ok(()),
            Frame::Knock(_) | Frame::Greet(_) | Frame::Install(_) => {
                Err(bye(ByeCode::BadOrder, "this frame has no place here").into())
            }
        }
    }

    fn wave(&mut self, seq: u64, wave: Box<Wave>) -> Result<(), End> {
        if seq != self.seen + 1 {
            let reason = format!("wave {seq} came after wave {}", self.seen);
            return Err(Bye { code: ByeCode::BadOrder, reason }.into());
        }
        self.seen = seq;
        if !wave.from.is_within(&self.lane.star) {
            let reason = format!("a wave over the lane of `{}` says that it is from `{}`", self.lane.star, wave.from);
            return Err(Bye { code: ByeCode::ForgedFrom, reason }.into());
        }
        self.arrived.push(wave);
        Ok(())
    }

    fn auth(&mut self, token: &str) -> Result<(), End> {
        let visitor = knock::visitor(&self.mesh, Some(token))?;
        if visitor.agent != self.lane.agent {
            return Err(bye(ByeCode::BadToken, "a lane keeps its agent: this token is somebody else's").into());
        }
        self.expires = ends(visitor.expires);
        Ok(())
    }

    fn next_time(&self) -> Instant {
        (self.beaten + BEAT).min(self.heard + SILENCE).min(self.expires)
    }

    fn time(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if now >= self.expires {
            return Err(bye(ByeCode::TokenExpired, "the token's time is over").into());
        }
        if now >= self.heard + SILENCE {
            return Err(bye(ByeCode::Silent, "nothing was heard for 70 s").into());
        }
        if now >= self.beaten + BEAT {
            self.beat();
        }
        Ok(())
    }

    fn beat(&mut self) {
        self.beaten = Instant::now();
        self.lane.tell(Frame::Beat);
    }

    /// The star beats: that answers ours, or ours answers it.
    fn beat_back(&mut self) {
        if self.beaten.elapsed() >= BEAT_GAP {
            self.beat();
        }
    }
}

/// When a token ends on the steady clock.
fn ends(expires: Option<u64>) -> Instant {
    /// Farther than any process lives, and near enough for every clock.
    const NEVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    let left = expires.map_or(NEVER, |at| Duration::from_secs(at.saturating_sub(clock::unix_seconds())));
    Instant::now() + left
}
