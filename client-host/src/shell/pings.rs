//! Pings that were delivered to the page and not answered yet. Each is answered once, under its ticket; one whose sender
//! has given up is forgotten.

use starlane_protocol::Wave;

struct Delivered {
    ticket: u32,
    until: f64,
    ping: Wave,
}

/// Delivered pings. There are few at a time.
#[derive(Default)]
pub(crate) struct Pings {
    last: u32,
    open: Vec<Delivered>,
}

impl Pings {
    /// Keeps a ping; gives its ticket, never 0.
    pub(crate) fn keep(&mut self, now: f64, ping: Wave) -> u32 {
        self.open.retain(|delivered| delivered.until > now);
        self.last = self.last.checked_add(1).unwrap_or(1);
        self.open.push(Delivered { ticket: self.last, until: now + f64::from(ping.wait), ping });
        self.last
    }

    /// The ping with this ticket, unless it was taken already.
    pub(crate) fn take(&mut self, ticket: u32) -> Option<Wave> {
        let at = self.open.iter().position(|delivered| delivered.ticket == ticket)?;
        Some(self.open.swap_remove(at).ping)
    }
}
