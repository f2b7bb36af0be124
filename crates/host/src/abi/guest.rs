//! What an instance carries with it: who it is, its state, and the turn it is in.

use std::collections::VecDeque;
use std::sync::Arc;

use litemap::LiteMap;
use starlane_bundle::Digest;
use starlane_protocol::{Point, Wave, WaveId};

use super::Message;
use crate::app::MechtronSpec;
use crate::event::LogLevel;
use crate::limiter::Limiter;
use crate::random::Random;
use crate::state::State;

/// The host's side of one instance. The engine keeps it and hands it back; only the ABI and the star look inside.
pub struct Guest {
    pub(crate) point: Point,
    pub(crate) spec: Arc<MechtronSpec>,
    pub(crate) state: State,
    pub(crate) limiter: Limiter,
    pub(crate) random: Random,
    /// What `now` answers: set before a turn and after each wait.
    pub(crate) unix_ms: i64,
    pub(crate) turn: Turn,
    /// Fuel that imports cost in this slice beyond what was left of it.
    pub(crate) beyond: u64,
}

/// One call of a guest: what it was given and what it has done so far.
#[derive(Default)]
pub(crate) struct Turn {
    /// The wave in hand; none in `mechtron_init`.
    pub(crate) wave: Option<Wave>,
    /// What the named parts of the route's path stood for, decoded.
    pub(crate) params: Vec<(String, String)>,
    pub(crate) building: Message,
    pub(crate) reply: Option<Message>,
    pub(crate) signals: Vec<SignalOut>,
    /// Pings that leave as soon as the slice ends.
    pub(crate) asks: Vec<AskOut>,
    /// Asks whose answers were not taken yet, by token.
    pub(crate) open: LiteMap<u32, Open>,
    pub(crate) next_token: u32,
    /// The answer the last `wait` brought.
    pub(crate) pong: Option<Wave>,
    pub(crate) log: Vec<(LogLevel, String)>,
    pub(crate) log_lines: u32,
    /// Files read in this turn.
    pub(crate) files: LiteMap<Digest, Arc<[u8]>>,
    /// Answers taken so far, as far as they are kept to find a trap again.
    pub(crate) past: VecDeque<Wave>,
    /// What the suspended call waits for.
    pub(crate) blocked: Option<Blocked>,
}

/// A signal that leaves when the turn is committed.
pub(crate) struct SignalOut {
    /// To every watcher instead of to one point.
    pub(crate) watchers: bool,
    pub(crate) message: Message,
}

/// A ping on its way out.
pub(crate) struct AskOut {
    pub(crate) token: u32,
    pub(crate) wait_ms: u32,
    pub(crate) message: Message,
}

/// An ask whose answer was not taken yet.
pub(crate) enum Open {
    /// No answer yet; the ping's id once it has left.
    Asked(Option<WaveId>),
    /// The answer.
    Answered(Box<Wave>),
}

/// What a suspended call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blocked {
    /// The answer of this ask.
    Pong(u32),
    /// A file, for a `read` with these numbers.
    File { digest: Digest, size: u64, offset: u32, pointer: u32, room: u32 },
}

impl Guest {
    /// Bytes the instance and its state hold.
    pub(crate) fn memory(&self) -> u64 {
        self.limiter.held() + self.state.bytes() as u64
    }
}

impl Turn {
    /// Bytes of the files that were read so far. They stay at hand until the turn ends.
    pub(crate) fn file_bytes(&self) -> u64 {
        self.files.values().map(|bytes| bytes.len() as u64).sum()
    }
}
