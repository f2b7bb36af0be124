//! Crash loops: five traps within a minute stop a mechtron for a while, longer each time.

use std::collections::VecDeque;

use crate::event::Millis;

/// Traps within the window that stop a mechtron.
const TRAPS: usize = 5;
/// Milliseconds of the window.
const WINDOW_MS: u64 = 60_000;
/// Milliseconds of the first pause; each further one is twice as long.
const FIRST_PAUSE_MS: u64 = 1_000;
/// Milliseconds of the longest pause.
const LONGEST_PAUSE_MS: u64 = 60_000;

/// The traps of one mechtron.
#[derive(Debug, Default)]
pub(super) struct Crashes {
    recent: VecDeque<Millis>,
    pauses: u32,
    until: Option<Millis>,
}

impl Crashes {
    /// Notes a trap; whether the mechtron is stopped by it.
    pub(super) fn note(&mut self, now: Millis) -> bool {
        self.recent.retain(|at| now.since(*at) < WINDOW_MS);
        self.recent.push_back(now);
        if self.recent.len() < TRAPS {
            return false;
        }
        let pause = FIRST_PAUSE_MS << self.pauses.min(16);
        self.until = Some(now.plus(pause.min(LONGEST_PAUSE_MS)));
        self.pauses += 1;
        // One more trap after the pause stops it again.
        self.recent.pop_front();
        true
    }

    /// How many of the last 60 s are noted, five at most.
    pub(super) fn recent(&self) -> usize {
        self.recent.len()
    }

    /// Milliseconds until it may run again, if it is stopped.
    pub(super) fn pause(&self, now: Millis) -> Option<u64> {
        let left = self.until?.since(now);
        (left > 0).then_some(left)
    }

    /// Whether no trap counts any more.
    pub(super) fn are_over(&self, now: Millis) -> bool {
        self.recent.back().is_none_or(|last| now.since(*last) >= WINDOW_MS) && self.pause(now).is_none()
    }

    /// Notes a turn that ended well; a while without traps ends the growth of the pauses.
    pub(super) fn well(&mut self, now: Millis) {
        if self.pauses > 0 && self.are_over(now) {
            *self = Self::default();
        }
    }
}
