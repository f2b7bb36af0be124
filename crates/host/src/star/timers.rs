//! Timers: what is due when. Those of the same millisecond go off in the order they were set.

use std::collections::BTreeMap;

use starlane_protocol::WaveId;

use super::Slot;
use crate::event::Millis;

/// What a timer is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Timer {
    /// A ping's time is over.
    Ping(WaveId),
    /// A turn's time is over, if it is still that turn.
    Turn(Slot, u64),
    /// A ping in the shell's hands is forgotten.
    Delivered(WaveId),
    /// What is to be replaced must end the turn it is in now, if it is still that turn.
    Turning(Slot, u64),
    /// What an upgrade stops must stop now; the number is the upgrade's.
    Stop(u64),
    /// A trial is over; the number is the trial's.
    Trial(u64),
    /// Time to put idle mechtrons to sleep.
    Sweep,
}

/// Names one timer, to take it back.
pub(super) type TimerKey = (Millis, u64);

#[derive(Debug, Default)]
pub(super) struct Timers {
    due: BTreeMap<TimerKey, Timer>,
    set: u64,
    sweep: bool,
}

impl Timers {
    pub(super) fn set(&mut self, at: Millis, timer: Timer) -> TimerKey {
        self.set += 1;
        self.sweep |= matches!(timer, Timer::Sweep);
        self.due.insert((at, self.set), timer);
        (at, self.set)
    }

    pub(super) fn unset(&mut self, key: TimerKey) {
        self.due.remove(&key);
    }

    /// When the first goes off.
    pub(super) fn first(&self) -> Option<Millis> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// Whether a sweep is set.
    pub(super) fn has_sweep(&self) -> bool {
        self.sweep
    }

    /// Takes the first, if its time has come.
    pub(super) fn due(&mut self, now: Millis) -> Option<Timer> {
        let first = self.due.first_entry()?;
        if first.key().0 > now {
            return None;
        }
        let timer = first.remove();
        self.sweep &= !matches!(timer, Timer::Sweep);
        Some(timer)
    }
}
