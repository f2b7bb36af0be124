//! A lane as the rest of the relay sees it: who is at its end, and a queue.

use std::sync::{Arc, OnceLock, Weak};
use std::time::Instant;

use starlane_bundle::Digest;
use starlane_protocol::lane::{Bye, ByeCode, Frame};
use starlane_protocol::{Agent, Point, Wave};

use super::queue::{Outgoing, Queue};
use super::wire::Direct;
use crate::remote::Remote;
use crate::switchboard::{Account, LaneOpen};

/// An open lane.
pub(crate) struct Lane {
    /// Its number; none comes twice.
    pub(crate) id: u64,
    /// The point of the star at its other end.
    pub(crate) star: Point,
    /// Who answers for what comes over it.
    pub(crate) agent: Agent,
    /// Where it comes from.
    pub(crate) remote: Remote,
    /// Whose pings those of its star are.
    pub(crate) account: Arc<Account>,
    /// How many of them are open.
    pub(crate) open: LaneOpen,
    /// Since when it is open.
    pub(crate) since: Instant,
    /// The digest of what proves that a later knock comes from the same star.
    pub(super) secret: Digest,
    pub(super) queue: Queue,
    /// The WebSocket, while its task lives.
    pub(super) direct: OnceLock<Weak<dyn Direct>>,
}

impl Lane {
    /// Sends a wave. A lane that does not take what is sent to it is closed.
    pub(crate) fn send(&self, wave: Box<Wave>) {
        self.push(Outgoing::Wave(wave, Instant::now()));
    }

    /// Sends several waves, in their order: at once when the socket takes them, else by the lane's task.
    pub(crate) fn send_all(&self, waves: Vec<Box<Wave>>) {
        let now = Instant::now();
        if !self.queue.push(waves.into_iter().map(|wave| Outgoing::Wave(wave, now))) {
            return;
        }
        let direct = self.direct.get().and_then(Weak::upgrade);
        if !direct.is_some_and(|direct| direct.write(&self.queue)) {
            self.queue.wake();
        }
    }

    fn push(&self, outgoing: Outgoing) {
        if self.queue.push([outgoing]) {
            self.queue.wake();
        }
    }

    /// Lets waves be written without the lane's task. The first way counts.
    pub(super) fn write_by(&self, direct: &Arc<dyn Direct>) {
        self.direct.get_or_init(|| Arc::downgrade(direct));
    }

    /// Sends another frame.
    pub(crate) fn tell(&self, frame: Frame) {
        self.push(Outgoing::Frame(frame));
    }

    /// Closes the lane.
    pub(crate) fn close(&self, code: ByeCode, reason: &str) {
        self.queue.end(Bye { code, reason: reason.to_owned() });
    }
}
