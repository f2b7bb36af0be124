//! What waits to be written to a lane: bounded in number and weight. Full means that the other end does not read.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use starlane_protocol::Wave;
use starlane_protocol::lane::{Bye, ByeCode, Frame};
use tokio::sync::Notify;

/// Frames that may wait for one lane: what a tab reads in a fraction of a second.
pub(super) const FRAMES: usize = 8_192;

/// Bytes they may occupy: eight of the largest bodies.
pub(super) const BYTES: usize = 8 * 1_024 * 1_024;

/// Bytes a frame without a wave counts.
const FRAME_BYTES: usize = 512;

/// Something to be written.
pub(super) enum Outgoing {
    /// A wave, and since when it waits.
    Wave(Box<Wave>, Instant),
    /// Another frame.
    Frame(Frame),
}

impl Outgoing {
    fn weight(&self) -> usize {
        match self {
            Outgoing::Wave(wave, _) => wave.weight(),
            Outgoing::Frame(_) => FRAME_BYTES,
        }
    }
}

/// The queue of one lane.
#[derive(Default)]
pub(super) struct Queue {
    content: Mutex<Content>,
    /// Something is to be written, or the lane is to end.
    changed: Notify,
    ended: Notify,
}

#[derive(Default)]
struct Content {
    waiting: VecDeque<Outgoing>,
    bytes: usize,
    end: Option<Bye>,
}

impl Queue {
    /// Adds something, in its order; ends the lane when there is no room for all of it. Gives
    /// whether nothing waited before: then it is for the caller to see to it that this is written.
    pub(super) fn push(&self, outgoing: impl IntoIterator<Item = Outgoing>) -> bool {
        let mut content = self.lock();
        if content.end.is_some() {
            return false;
        }
        let was_empty = content.waiting.is_empty();
        for outgoing in outgoing {
            let weight = outgoing.weight();
            if content.waiting.len() >= FRAMES || content.bytes + weight > BYTES {
                drop(content);
                let reason = "what is sent over this lane is not read";
                self.end(Bye { code: ByeCode::TooSlow, reason: reason.into() });
                return false;
            }
            content.bytes += weight;
            content.waiting.push_back(outgoing);
        }
        was_empty
    }

    /// Wakes the lane's task to write what waits.
    pub(super) fn wake(&self) {
        self.changed.notify_one();
    }

    /// Whether nothing waits and the lane goes on.
    pub(super) fn is_empty(&self) -> bool {
        let content = self.lock();
        content.waiting.is_empty() && content.end.is_none()
    }

    /// Ends the lane; the first reason counts. What waits is dropped.
    pub(super) fn end(&self, bye: Bye) {
        let mut content = self.lock();
        content.waiting = VecDeque::new();
        content.bytes = 0;
        content.end.get_or_insert(bye);
        drop(content);
        self.changed.notify_one();
        self.ended.notify_one();
    }

    /// Takes out what waits, in order, of about so many bytes; or why the lane ends.
    pub(super) fn take(&self, bytes: usize, frames: usize) -> Result<Vec<Outgoing>, Bye> {
        let mut content = self.lock();
        if let Some(bye) = &content.end {
            return Err(bye.clone());
        }
        let (mut taken, mut weight) = (Vec::new(), 0);
        while weight < bytes && taken.len() < frames {
            let Some(next) = content.waiting.pop_front() else { break };
            weight += next.weight();
            taken.push(next);
        }
        content.bytes -= weight;
        if content.waiting.is_empty() && content.waiting.capacity() > FRAMES / 8 {
            content.waiting = VecDeque::new();
        }
        Ok(taken)
    }

    /// Waits until something has been added or the lane is to end.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Waits until the lane is to end.
    pub(super) async fn ended(&self) {
        if self.lock().end.is_none() {
            self.ended.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_that_is_full_ends_its_lane() {
        let queue = Queue::default();
        for _ in 0..FRAMES {
            queue.push([Outgoing::Frame(Frame::Beat)]);
        }
        assert_eq!(queue.take(usize::MAX, 1).unwrap().len(), 1);
        queue.push([Outgoing::Frame(Frame::Beat)]);
        queue.push([Outgoing::Frame(Frame::Beat)]);
        let Err(bye) = queue.take(usize::MAX, 1) else { panic!("the lane goes on") };
        assert_eq!(bye.code, ByeCode::TooSlow);
    }

    #[test]
    fn the_first_reason_to_end_counts() {
        let queue = Queue::default();
        queue.end(Bye { code: ByeCode::Replaced, reason: String::new() });
        queue.end(Bye { code: ByeCode::Closing, reason: String::new() });
        let Err(bye) = queue.take(1, 1) else { panic!("the lane goes on") };
        assert_eq!(bye.code, ByeCode::Replaced);
    }
}
