//! The clock of a server: steady milliseconds for deadlines, UTC for people and guests.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use starlane_host::event::{Event, Millis};

/// A clock that never goes back. Its zero is the moment the relay was opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// Steady milliseconds.
    pub(crate) fn now(&self) -> Millis {
        Millis(u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// The event that tells a star what time it is.
    pub(crate) fn event(&self) -> Event {
        Event::Time { now: self.now(), unix_ms: unix_ms() }
    }
}

/// Milliseconds since 1970 UTC.
pub(crate) fn unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Seconds since 1970 UTC.
pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
