//! A lane as the rest of the relay sees it: who is at its end, and a queue.

use std::time::Instant;

use starlane_bundle::Digest;
use starlane_protocol::lane::{Bye, ByeCode, Frame};
use starlane_protocol::{Agent, Point, Wave};

use super::queue::{Outgoing, Queue};

/// An open lane.
pub(crate) struct Lane {
    /// Its number; none comes twice.
    pub(crate) id: u64,
    /// The point of the star at its other end.
    pub(crate) star: Point,
    /// Who answers for what comes over it.
    pub(crate) agent: Agent,
    /// Since when it is open.
    pub(crate) since: Instant,
    /// The digest of what proves that a later knock comes from the same star.
    pub(super) secret: Digest,
    pub(super) queue: Queue,
}

impl Lane {
    /// Sends a wave. A lane that does not take what is sent to it is closed.
    pub(crate) fn send(&self, wave: Wave) {
        self.queue.push(Outgoing::Wave(Box::new(wave), Instant::now()));
    }

    /// Sends another frame.
    pub(crate) fn tell(&self, frame: Frame) {
        self.queue.push(Outgoing::Frame(frame));
    }

    /// Closes the lane.
    pub(crate) fn close(&self, code: ByeCode, reason: &str) {
        self.queue.end(Bye { code, reason: reason.to_owned() });
    }
}
