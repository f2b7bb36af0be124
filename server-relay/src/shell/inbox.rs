//! The inbox of a star: what others have for it, taken out in one go.
//!
//! Pings and signals are bounded by number and weight. Answers to what the star itself has asked for are not: there are
//! as many of them as it has open requests.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use starlane_host::event::{Commit, Event};
use starlane_host::star::MechtronInfo;
use starlane_protocol::{Point, Wave};
use tokio::sync::oneshot;

use crate::store::{Hears, Pairs};

/// Pings and signals that may wait for one star.
const WAVES: usize = 16_384;

/// Bytes they may occupy.
const WAVE_BYTES: usize = 64 * 1_024 * 1_024;

/// Something for a star.
pub(crate) enum Item {
    /// An event.
    Event(Event),
    /// Delete a state, then tell the star.
    Forget {
        /// Whose state: a mechtron's, or all below an application.
        point: Point,
        /// What the star is told afterwards.
        event: Event,
        /// Told when it is done.
        done: oneshot::Sender<Result<(), String>>,
    },
    /// How the mechtrons are doing.
    Inspect(oneshot::Sender<Vec<MechtronInfo>>),
    /// Fall as by a fault of the host, when this says so.
    #[cfg(test)]
    Fall(std::sync::mpsc::Receiver<()>),
}

/// There is no room for another wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InboxFull;

/// The inbox of one star.
#[derive(Default)]
pub(crate) struct Inbox {
    content: Mutex<Content>,
    arrived: Condvar,
}

#[derive(Default)]
struct Content {
    items: VecDeque<(Instant, Item)>,
    waves: usize,
    bytes: usize,
    asleep: bool,
    closed: bool,
}

impl Inbox {
    /// Puts a wave in, if there is room.
    pub(crate) fn wave(&self, wave: Wave) -> Result<(), InboxFull> {
        let mut content = self.lock();
        let weight = wave.weight();
        if content.closed || content.waves >= WAVES || content.bytes + weight > WAVE_BYTES {
            return Err(InboxFull);
        }
        content.waves += 1;
        content.bytes += weight;
        self.put(content, Item::Event(Event::Arrived(wave)));
        Ok(())
    }

    /// Puts an answer in that the star waits for.
    pub(crate) fn answer(&self, event: Event) {
        self.put(self.lock(), Item::Event(event));
    }

    /// Puts something else in.
    pub(crate) fn item(&self, item: Item) {
        self.put(self.lock(), item);
    }

    /// Takes out all there is, after `patience` at most. `None` when the inbox is closed.
    pub(crate) fn take(&self, patience: Duration) -> Option<Vec<Item>> {
        let mut content = self.lock();
        if content.items.is_empty() && !patience.is_zero() && !content.closed {
            content.asleep = true;
            let waited = self.arrived.wait_timeout(content, patience).unwrap_or_else(PoisonError::into_inner);
            content = waited.0;
            content.asleep = false;
        }
        if content.closed {
            return None;
        }
        (content.waves, content.bytes) = (0, 0);
        let items = std::mem::take(&mut content.items);
        drop(content);
        Some(items.into_iter().map(|(came, item)| held(came, item)).collect())
    }

    /// Lets the star's thread end; what has not been taken out is dropped.
    pub(crate) fn close(&self) {
        let mut content = self.lock();
        content.closed = true;
        content.items.clear();
        drop(content);
        self.arrived.notify_one();
    }

    /// Forgets what waits, but for what others want to hear of.
    pub(crate) fn clear(&self) {
        let mut content = self.lock();
        content.items.retain(|(_, item)| matches!(item, Item::Forget { .. } | Item::Inspect(_)));
        (content.waves, content.bytes) = (0, 0);
    }

    fn put(&self, mut content: MutexGuard<'_, Content>, item: Item) {
        if content.closed {
            return;
        }
        content.items.push_back((Instant::now(), item));
        let asleep = std::mem::take(&mut content.asleep);
        drop(content);
        if asleep {
            self.arrived.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the time it lay here off a wave's patience.
fn held(came: Instant, item: Item) -> Item {
    match item {
        Item::Event(Event::Arrived(mut wave)) => {
            let ms = u32::try_from(came.elapsed().as_millis()).unwrap_or(u32::MAX);
            wave.wait = wave.wait.saturating_sub(ms);
            Item::Event(Event::Arrived(wave))
        }
        other => other,
    }
}

impl Hears for Inbox {
    fn committed(&self, commit: &Commit, result: Result<(), String>) {
        self.answer(Event::Committed { id: commit.id, result });
    }

    fn loaded(&self, mechtron: Point, state: Result<Pairs, String>) {
        self.answer(Event::Loaded { mechtron, state });
    }
}

#[cfg(test)]
mod tests {
    use starlane_protocol::{Agent, WaveId, WaveKind};

    use super::*;

    fn wave() -> Wave {
        let point: Point = "localhost:chat:room".parse().unwrap();
        let method = "Ext<Say>".parse().unwrap();
        Wave::new(WaveId([0; 16]), WaveKind::Ping, point.clone(), Agent::Anonymous, point, method)
    }

    #[test]
    fn a_full_inbox_refuses_waves_and_still_takes_answers() {
        let inbox = Inbox::default();
        for _ in 0..WAVES {
            inbox.wave(wave()).unwrap();
        }
        assert_eq!(inbox.wave(wave()), Err(InboxFull));
        inbox.answer(Event::LaneUp);
        assert_eq!(inbox.take(Duration::ZERO).unwrap().len(), WAVES + 1);
        inbox.wave(wave()).unwrap();
    }

    #[test]
    fn time_in_the_inbox_is_taken_off_the_wait() {
        let inbox = Inbox::default();
        inbox.wave(wave()).unwrap();
        std::thread::sleep(Duration::from_millis(30));
        let items = inbox.take(Duration::ZERO).unwrap();
        let [Item::Event(Event::Arrived(taken))] = &items[..] else { panic!("one wave went in") };
        assert!(taken.wait <= wave().wait - 30);
    }

    #[test]
    fn a_closed_inbox_lets_its_star_go() {
        let inbox = Inbox::default();
        inbox.close();
        assert!(inbox.take(Duration::from_secs(60)).is_none());
        assert_eq!(inbox.wave(wave()), Err(InboxFull));
    }
}
