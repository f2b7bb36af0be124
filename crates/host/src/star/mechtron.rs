//! One mechtron as its star sees it: what it is doing, what waits for it, what it has promised.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use starlane_protocol::{MechtronStatus, Point, Wave, WaveId};

use super::MechtronInfo;
use super::commit::Held;
use super::crash::Crashes;
use crate::app::MechtronSpec;
use crate::engine::{Entry, Instance};
use crate::event::Millis;
use crate::state::State;

/// A mechtron of this star.
pub(super) struct Mechtron {
    /// The application's point for it (and its key): what this star finds it by.
    pub(super) name: Point,
    /// What it is called from outside; in a tab that is below the star's point.
    pub(super) point: Point,
    pub(super) spec: Arc<MechtronSpec>,
    pub(super) phase: Phase,
    pub(super) mailbox: VecDeque<Mail>,
    /// Its state while it has no instance, if it is at hand.
    pub(super) state: Option<State>,
    /// Turns that are done and whose answers wait for commits, the oldest first.
    pub(super) held: VecDeque<Held>,
    pub(super) watchers: BTreeMap<Point, Millis>,
    pub(super) crashes: Crashes,
    /// Turns begun; names the turn in hand.
    pub(super) turn: u64,
    pub(super) fuel: u64,
    pub(super) used_at: Millis,
    /// Whether it stands in the queue of those that can go on.
    pub(super) queued: bool,
    /// Whether its instance is of an older generation and ends with the turn in hand.
    pub(super) stale: bool,
}

/// What a mechtron is doing.
pub(super) enum Phase {
    /// It has no instance.
    Asleep,
    /// Its state or its code is on the way.
    Waking,
    /// It has an instance and no wave in hand.
    Idle(Box<dyn Instance>),
    /// A call is running or suspended.
    Busy(Box<Busy>),
}

/// A call in hand.
pub(super) struct Busy {
    pub(super) instance: Box<dyn Instance>,
    pub(super) entry: Entry,
    pub(super) begun: bool,
    /// Whether it waits for an answer or a file.
    pub(super) blocked: bool,
    /// The ping whose answer it waits for.
    pub(super) waits_for: Option<WaveId>,
    /// Fuel left of the wave's.
    pub(super) fuel_left: u64,
    /// Fuel the next slice needs at least.
    pub(super) needs: u64,
    pub(super) burnt: u64,
    pub(super) deadline: Millis,
    /// Whether a timer is set for the deadline.
    pub(super) timed: bool,
    /// Whether the wave in hand began in this star.
    pub(super) local: bool,
    /// The content type the route promises for the reply.
    pub(super) reply_media: Option<String>,
}

/// A wave that waits.
pub(super) struct Mail {
    pub(super) wave: Wave,
    /// Whether it began in this star.
    pub(super) local: bool,
    pub(super) deadline: Millis,
    pub(super) params: Vec<(String, String)>,
    pub(super) reply_media: Option<String>,
}

impl Mechtron {
    pub(super) fn new(name: Point, point: Point, spec: Arc<MechtronSpec>) -> Self {
        Self {
            name,
            point,
            spec,
            phase: Phase::Asleep,
            mailbox: VecDeque::new(),
            state: None,
            held: VecDeque::new(),
            watchers: BTreeMap::new(),
            crashes: Crashes::default(),
            turn: 0,
            fuel: 0,
            used_at: Millis::default(),
            queued: false,
            stale: false,
        }
    }

    /// The call in hand, if there is one.
    pub(super) fn busy(&mut self) -> Option<&mut Busy> {
        match &mut self.phase {
            Phase::Busy(busy) => Some(busy),
            _ => None,
        }
    }

    pub(super) fn info(&mut self) -> MechtronInfo {
        let state = self.state.as_ref().map_or(0, State::bytes) as u64;
        let (status, memory) = match &mut self.phase {
            Phase::Asleep => (MechtronStatus::Asleep, state),
            Phase::Waking => (MechtronStatus::Waking, state),
            Phase::Idle(instance) => (MechtronStatus::Idle, instance.guest().memory()),
            Phase::Busy(busy) => {
                let status = if busy.waits_for.is_some() { MechtronStatus::Waiting } else { MechtronStatus::Running };
                (status, busy.instance.guest().memory())
            }
        };
        MechtronInfo { point: self.point.clone(), status, waves: self.turn, fuel: self.fuel, memory }
    }
}
