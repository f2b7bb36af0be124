//! What an instance carries with it: who it is, its state, and the turn it is in.

use std::collections::VecDeque;
use std::sync::Arc;

use litemap::LiteMap;
use starlane_bundle::Digest;
use starlane_protocol::{Point, Wave, WaveId};

use super::import::{Call, Import};
use super::message::{Message, Said};
use crate::app::MechtronSpec;
use crate::event::LogLevel;
use crate::limiter::Limiter;
use crate::random::Random;
use crate::state::State;

/// Answers of a turn that are kept to find a trap again.
const PAST_ANSWERS: usize = 16;
/// Bytes of an answer that is kept so.
const PAST_ANSWER_BYTES: usize = 64 * 1_024;

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
    pub(crate) said: Said,
    /// Whether it has read a file: what it knows of it may be out of date once the bundle is another.
    pub(crate) has_read_files: bool,
}

/// One call of a guest: what it was given and what it has done so far.
#[derive(Default)]
pub(crate) struct Turn {
    /// The wave in hand; none in `mechtron_init` and `mechtron_migrate`.
    pub(crate) wave: Option<Box<Wave>>,
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
    pub(crate) pong: Option<Box<Wave>>,
    pub(crate) log: Vec<(LogLevel, String)>,
    pub(crate) log_lines: u32,
    /// Files read in this turn.
    pub(crate) files: LiteMap<Digest, Arc<[u8]>>,
    /// Answers taken before that, as far as they are kept to find a trap again.
    pub(crate) past: VecDeque<Box<Wave>>,
    /// What the suspended call waits for.
    pub(crate) blocked: Option<Blocked>,
    /// Whether `mechtron_migrate` runs.
    pub(crate) migrating: bool,
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
    /// The state, for this call: it is still that of the instance before.
    State(Import, Call),
}

impl Guest {
    /// Bytes the instance and its state hold.
    pub(crate) fn memory(&self) -> u64 {
        self.limiter.held() + self.state.bytes() as u64
    }
}

impl Turn {
    /// Makes room for the next turn. What was allocated stays: the next one is about as large.
    pub(crate) fn clear(&mut self) {
        let Self { wave, params, building, reply, signals, asks, open, next_token, pong, log, .. } = self;
        (*wave, *reply, *pong, *next_token) = (None, None, None, 0);
        building.clear();
        params.clear();
        signals.clear();
        asks.clear();
        open.clear();
        log.clear();
        let Self { log_lines, files, past, blocked, migrating, .. } = self;
        (*log_lines, *blocked, *migrating) = (0, None, false);
        files.clear();
        past.clear();
    }

    /// Puts the answer in hand to the past ones, where there is room for it.
    pub(crate) fn retire_pong(&mut self) {
        if let Some(pong) = self.pong.take()
            && self.past.len() < PAST_ANSWERS
            && pong.weight() <= PAST_ANSWER_BYTES
        {
            self.past.push_back(pong);
        }
    }

    /// Bytes of the files that were read so far. They stay at hand until the turn ends.
    pub(crate) fn file_bytes(&self) -> u64 {
        self.files.values().map(|bytes| bytes.len() as u64).sum()
    }
}
