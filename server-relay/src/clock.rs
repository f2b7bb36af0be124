//! The clock of a server: steady milliseconds for deadlines, UTC for people and guests.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use starlane_host::event::{Event, Millis};
use tokio::sync::watch;
use tokio::time::Interval;

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

/// How often a relay looks at the clock for records that are to be renewed: a machine that slept may find itself days later.
const LOOK: Duration = Duration::from_secs(60 * 60);

/// What time it is for all that holds until a date: the system's clock, or one that a program turns.
#[derive(Debug, Clone, Default)]
pub struct WallClock(Option<Arc<watch::Sender<u64>>>);

impl WallClock {
    /// A clock that stands still at this time, in milliseconds since 1970 UTC, until it is turned.
    pub fn turned(unix_ms: u64) -> Self {
        Self(Some(Arc::new(watch::Sender::new(unix_ms))))
    }

    /// Turns a clock that stands still to another time. The system's clock goes its own way.
    pub fn turn(&self, unix_ms: u64) {
        if let Some(clock) = &self.0 {
            clock.send_replace(unix_ms);
        }
    }

    /// Milliseconds since 1970 UTC.
    pub fn unix_ms(&self) -> u64 {
        match &self.0 {
            Some(clock) => *clock.borrow(),
            None => u64::try_from(unix_ms()).unwrap_or_default(),
        }
    }

    /// The moments at which it is looked at anew.
    pub(crate) fn looks(&self) -> Looks {
        match &self.0 {
            Some(clock) => Looks::Turned(clock.subscribe()),
            None => Looks::Every(tokio::time::interval(LOOK)),
        }
    }
}

/// The moments at which a clock is looked at anew.
pub(crate) enum Looks {
    Every(Interval),
    Turned(watch::Receiver<u64>),
}

impl Looks {
    /// Waits for the next one; `None` when there is none any more.
    pub(crate) async fn next(&mut self) -> Option<()> {
        match self {
            Looks::Every(interval) => drop(interval.tick().await),
            Looks::Turned(turned) => turned.changed().await.ok()?,
        }
        Some(())
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
