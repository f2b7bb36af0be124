//! The inbox of a star: what others have for it, taken out in one go.
//!
//! Pings and signals are bounded by number and weight. Answers to what the star itself has asked for are not: there are
//! as many of them as it has open requests.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use starlane_host::event::{Commit, Event, Stored};
use starlane_host::star::MechtronInfo;
use starlane_protocol::{Point, Wave};
use tokio::sync::oneshot;

use crate::store::Hears;

/// Pings and signals that may wait for one star.
const WAVES: usize = 16_384;

/// Bytes they may occupy.
const WAVE_BYTES: usize = 64 * 1_024 * 1_024;

/// Something for a star.
pub(crate) enum Item {
    /// A ping or signal, or the answer to a ping of the star's own.
    Wave(Box<Wave>),
    /// An event.
    Event(Event),
    /// Delete a state when everything before is stored, then tell the star.
    Forget {
        /// Whose state: a mechtron's, or all below an application; nobody's if it stays.
        lost: Option<Point>,
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
    /// Puts pings and signals in, in their order; gives back those there is no room for.
    pub(crate) fn waves(&self, waves: Vec<Box<Wave>>) -> Vec<Box<Wave>> {
        let (mut content, now, mut left) = (self.lock(), Instant::now(), Vec::new());
        for wave in waves {
            let weight = wave.weight();
            if content.closed || content.waves >= WAVES || content.bytes + weight > WAVE_BYTES {
                left.push(wave);
                continue;
            }
            content.waves += 1;
            content.bytes += weight;
            content.items.push_back((now, Item::Wave(wave)));
        }
        self.wake(content);
        left
    }

    /// Puts the answer to a ping of the star's own in.
    pub(crate) fn pong(&self, pong: Box<Wave>) {
        self.put(self.lock(), Item::Wave(pong));
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
    pub(crate) fn take(&self, patience: Duration) -> Option<VecDeque<(Instant, Item)>> {
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
        let mut items = std::mem::take(&mut content.items);
        drop(content);
        let now = Instant::now();
        items.iter_mut().for_each(|(came, item)| held(now.saturating_duration_since(*came), item));
        Some(items)
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
        self.wake(content);
    }

    fn wake(&self, mut content: MutexGuard<'_, Content>) {
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
fn held(time: Duration, item: &mut Item) {
    if let Item::Wave(wave) = item {
        let ms = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        wave.wait = wave.wait.saturating_sub(ms);
    }
}

impl Hears for Inbox {
    fn committed(&self, commit: &Commit, result: Result<(), String>) {
        self.answer(Event::Committed { id: commit.id, result });
    }

    fn loaded(&self, mechtron: Point, state: Result<Stored, String>) {
        self.answer(Event::Loaded { mechtron, state });
    }
}

#[cfg(test)]
mod tests {
    use starlane_protocol::{Agent, WaveId, WaveKind};

    use super::*;

    fn wave() -> Box<Wave> {
        let point: Point = "localhost:chat:room".parse().unwrap();
        let method = "Ext<Say>".parse().unwrap();
        Box::new(Wave::new(WaveId([0; 16]), WaveKind::Ping, point.clone(), Agent::Anonymous, point, method))
    }

    #[test]
    fn a_full_inbox_refuses_waves_and_still_takes_answers() {
        let inbox = Inbox::default();
        assert_eq!(inbox.waves(vec![wave(); WAVES + 1]).len(), 1);
        inbox.answer(Event::LaneUp);
        assert_eq!(inbox.take(Duration::ZERO).unwrap().len(), WAVES + 1);
        assert!(inbox.waves(vec![wave()]).is_empty());
    }

    #[test]
    fn time_in_the_inbox_is_taken_off_the_wait() {
        let inbox = Inbox::default();
        inbox.waves(vec![wave()]);
        std::thread::sleep(Duration::from_millis(30));
        let mut items = inbox.take(Duration::ZERO).unwrap();
        let Some((_, Item::Wave(taken))) = items.pop_front() else { panic!("one wave went in") };
        assert!(taken.wait <= wave().wait - 30);
    }

    #[test]
    fn a_closed_inbox_lets_its_star_go() {
        let inbox = Inbox::default();
        inbox.close();
        assert!(inbox.take(Duration::from_secs(60)).is_none());
        assert_eq!(inbox.waves(vec![wave()]).len(), 1);
    }
}
