//! Pings that were delivered to the page and not answered yet. Each is answered once, under its ticket; one whose sender
//! has given up is forgotten.

use std::collections::BTreeMap;

use starlane_protocol::Wave;

/// Delivered pings by their tickets.
#[derive(Default)]
pub(crate) struct Pings {
    last: u32,
    open: BTreeMap<u32, (f64, Wave)>,
}

impl Pings {
    /// Keeps a ping; gives its ticket, never 0.
    pub(crate) fn keep(&mut self, now: f64, ping: Wave) -> u32 {
        self.open.retain(|_, (until, _)| *until > now);
        self.last = self.last.checked_add(1).unwrap_or(1);
        self.open.insert(self.last, (now + f64::from(ping.wait), ping));
        self.last
    }

    /// The ping with this ticket, unless it was taken already.
    pub(crate) fn take(&mut self, ticket: u32) -> Option<Wave> {
        self.open.remove(&ticket).map(|(_, ping)| ping)
    }
}
