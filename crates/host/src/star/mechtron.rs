//! One mechtron as its star sees it: what it is doing, what waits for it, what it has promised.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use litemap::LiteMap;
use starlane_protocol::{MechtronStatus, Point, Wave, WaveId};

use super::MechtronInfo;
use super::commit::Held;
use super::crash::Crashes;
use super::share::{Account, Place};
use super::timers::TimerKey;
use crate::app::MechtronSpec;
use crate::bind::{CompiledBind, Matched};
use crate::engine::{Entry, Instance};
use crate::event::{Millis, Stamp};
use crate::state::State;

/// A mechtron of this star.
pub(super) struct Mechtron {
    /// The application's point for it (and its key): what this star finds it by.
    pub(super) name: Point,
    /// What it is called from outside; in a tab that is below the star's point.
    pub(super) point: Point,
    pub(super) spec: Arc<MechtronSpec>,
    /// Where its state lies: under its name, unless its owner has put it there.
    pub(super) home: Point,
    /// Whether something else is to stand here, and no wave begins before it does.
    pub(super) turning: bool,
    /// What its application holds of the star.
    pub(super) account: Rc<Account>,
    pub(super) phase: Phase,
    pub(super) mailbox: VecDeque<Mail>,
    /// Its state while it has no instance, if it is at hand.
    pub(super) state: Option<State>,
    /// Turns that are done and whose answers wait for commits, the oldest first.
    pub(super) held: VecDeque<Held>,
    pub(super) watchers: LiteMap<Point, Millis>,
    pub(super) crashes: Crashes,
    /// Calls begun, `init` included; names the call in hand.
    pub(super) turn: u64,
    /// Waves begun.
    pub(super) waves: u64,
    pub(super) fuel: u64,
    pub(super) used_at: Millis,
    /// Whether it stands in the queue of those that can go on.
    pub(super) queued: bool,
    /// Whether its instance is of an older generation and ends with the turn in hand.
    pub(super) stale: bool,
    /// Whether something is known to be stored for it.
    pub(super) stored: bool,
    /// Which code its state is made for, as far as it is known.
    pub(super) stamp: Option<Stamp>,
    /// Whether it begins no wave because the next generation changes it.
    pub(super) stopped: bool,
    /// Whether it is the next generation's, made ready beside the present one and not found by its point.
    pub(super) is_next: bool,
}

/// What a mechtron is doing.
pub(super) enum Phase {
    /// It has no instance.
    Asleep,
    /// Its state or its code is on the way.
    Waking,
    /// It has an instance and no wave in hand.
    Idle(Box<Awake>),
    /// A call is running or suspended.
    Busy(Box<Awake>),
}

/// An instance, and the call in hand; between two calls, what was left by the last.
pub(super) struct Awake {
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
    /// The timer for the deadline, if one is set.
    pub(super) timer: Option<TimerKey>,
    /// Whether the wave in hand began in this star.
    pub(super) local: bool,
    /// The route that the wave in hand was held to.
    pub(super) route: u16,
}

/// A wave that waits.
pub(super) struct Mail {
    pub(super) wave: Box<Wave>,
    /// Whether it began in this star.
    pub(super) local: bool,
    pub(super) deadline: Millis,
    /// The bind that it was held to, and what that gave.
    pub(super) bind: Arc<CompiledBind>,
    pub(super) matched: Matched,
    /// Its place among all that wait in the star.
    pub(super) _place: Place,
}

impl Awake {
    /// An instance that has had no call yet.
    pub(super) fn new(instance: Box<dyn Instance>) -> Self {
        Self {
            instance,
            entry: Entry::Init,
            begun: false,
            blocked: false,
            waits_for: None,
            fuel_left: 0,
            needs: 0,
            burnt: 0,
            deadline: Millis::default(),
            timer: None,
            local: false,
            route: 0,
        }
    }

    /// Takes a new call in hand.
    pub(super) fn begin(&mut self, entry: Entry, fuel: u64, deadline: Millis) {
        (self.entry, self.fuel_left, self.deadline) = (entry, fuel, deadline);
        (self.begun, self.blocked, self.waits_for) = (false, false, None);
        (self.needs, self.burnt, self.timer) = (0, 0, None);
        (self.local, self.route) = (false, 0);
    }
}

impl Mechtron {
    /// Whether nothing would be lost if the star forgot it: a key that has no state, that nobody waits for or watches.
    pub(super) fn leaves_nothing(&mut self, now: Millis) -> bool {
        self.watchers.retain(|_, until| *until > now);
        self.spec.keyed.is_keyed()
            && matches!(self.phase, Phase::Asleep)
            && !self.stored
            && self.state.as_ref().is_none_or(State::is_empty)
            && self.mailbox.is_empty()
            && self.held.is_empty()
            && self.watchers.is_empty()
            && self.crashes.are_over(now)
    }

    pub(super) fn new(name: Point, point: Point, spec: Arc<MechtronSpec>, account: Rc<Account>) -> Self {
        Self {
            home: spec.home(&name),
            turning: false,
            name,
            point,
            spec,
            account,
            phase: Phase::Asleep,
            mailbox: VecDeque::new(),
            state: None,
            held: VecDeque::new(),
            watchers: LiteMap::new(),
            crashes: Crashes::default(),
            turn: 0,
            waves: 0,
            fuel: 0,
            used_at: Millis::default(),
            queued: false,
            stale: false,
            stored: false,
            stamp: None,
            stopped: false,
            is_next: false,
        }
    }

    /// The call in hand, if there is one.
    pub(super) fn busy(&mut self) -> Option<&mut Awake> {
        match &mut self.phase {
            Phase::Busy(busy) => Some(busy),
            _ => None,
        }
    }

    /// How it is doing.
    pub(super) fn info(&mut self, now: Millis) -> MechtronInfo {
        let state = self.state.as_ref().map_or(0, State::bytes) as u64;
        let stopped = self.crashes.pause(now).is_some();
        let (status, memory) = match &mut self.phase {
            Phase::Asleep if stopped => (MechtronStatus::Stopped, state),
            Phase::Asleep => (MechtronStatus::Asleep, state),
            Phase::Waking => (MechtronStatus::Waking, state),
            Phase::Idle(awake) => (MechtronStatus::Idle, awake.instance.guest().memory()),
            Phase::Busy(busy) => {
                let status = if busy.waits_for.is_some() { MechtronStatus::Waiting } else { MechtronStatus::Running };
                (status, busy.instance.guest().memory())
            }
        };
        MechtronInfo { point: self.point.clone(), status, waves: self.waves, fuel: self.fuel, memory }
    }
}
