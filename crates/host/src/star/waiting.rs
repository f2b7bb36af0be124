//! What waits in all mailboxes of a star together.
//!
//! A keyed mechtron has a mailbox for each key, so a mailbox's own bound does not bound their sum: one wave that leads to
//! several to other keys, each of which does the same, would fill any memory.

use std::cell::Cell;
use std::rc::Rc;

/// Waves that wait in one star at most.
const WAVES: usize = 16_384;

/// Bytes they may occupy together.
const BYTES: usize = 64 << 20;

/// Counts the waves that wait; each gives its place back when it is taken out.
#[derive(Default)]
pub(super) struct Waiting(Rc<Cell<(usize, usize)>>);

/// The place of one wave that waits.
pub(super) struct Place {
    all: Rc<Cell<(usize, usize)>>,
    bytes: usize,
}

impl Waiting {
    /// A place for a wave of so many bytes, if there is one.
    pub(super) fn place(&self, bytes: usize) -> Option<Place> {
        let (waves, held) = self.0.get();
        if waves >= WAVES || held + bytes > BYTES {
            return None;
        }
        self.0.set((waves + 1, held + bytes));
        Some(Place { all: self.0.clone(), bytes })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (waves, held) = self.all.get();
        self.all.set((waves - 1, held - self.bytes));
    }
}
