//! Memory: a bound for each instance, and one for all guests of a star.

use crate::pool::Share;

/// Which bound refused a growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The mechtron's own memory limit.
    Memory,
    /// The table limit.
    Table,
    /// The star's total.
    Star,
}

/// Entries of a module's tables at most: a language's function table has some thousand.
const TABLE_ENTRIES: usize = 65_536;

/// Bytes one table entry takes in the interpreter.
const TABLE_ENTRY_BYTES: u64 = 16;

/// Counts what one instance holds; gives it back when dropped.
#[derive(Debug)]
pub(crate) struct Limiter {
    budget: Share,
    memory_limit: u64,
    held: u64,
    /// What the last growth took, in case it fails after all.
    last: u64,
    /// Bytes of state and of files that are counted too.
    state: u64,
    denied: Option<Denied>,
}

impl Limiter {
    pub(crate) fn new(budget: Share, memory_limit: u64) -> Self {
        Self { budget, memory_limit, held: 0, last: 0, state: 0, denied: None }
    }

    /// A limiter of the same bounds that counts from nothing, for another instance.
    pub(crate) fn fresh(&self) -> Self {
        Self::new(self.budget.clone(), self.memory_limit)
    }

    /// Bytes the instance holds.
    pub(crate) fn held(&self) -> u64 {
        self.held
    }

    /// Bytes by which the instance's memory may still grow.
    pub(crate) fn room(&self) -> u64 {
        self.memory_limit.saturating_sub(self.held)
    }

    /// Counts the state, which lies in memory while there is an instance, and the files of the turn in hand. They are bounded
    /// by limits of their own, so they are never refused here; others find less room.
    pub(crate) fn count_state(&mut self, bytes: u64) {
        self.budget.give_back(self.state);
        self.budget.take_anyway(bytes);
        self.state = bytes;
    }

    /// The growth that was allowed last did not come about.
    pub(crate) fn grow_failed(&mut self) {
        let last = std::mem::take(&mut self.last);
        self.held -= last;
        self.budget.give_back(last);
    }

    /// The bound that refused last, if one did.
    pub(crate) fn denied(&self) -> Option<Denied> {
        self.denied
    }

    /// Whether a memory may grow to so many bytes.
    pub(crate) fn memory(&mut self, current: usize, desired: usize) -> bool {
        if desired as u64 > self.memory_limit {
            self.denied = Some(Denied::Memory);
            return false;
        }
        self.take(desired.saturating_sub(current) as u64)
    }

    /// Whether a table may grow to so many entries.
    pub(crate) fn table(&mut self, current: usize, desired: usize) -> bool {
        if desired > TABLE_ENTRIES {
            self.denied = Some(Denied::Table);
            return false;
        }
        self.take(desired.saturating_sub(current) as u64 * TABLE_ENTRY_BYTES)
    }

    fn take(&mut self, bytes: u64) -> bool {
        let fits = self.budget.take(bytes);
        if fits {
            self.held += bytes;
            self.last = bytes;
        } else {
            self.denied = Some(Denied::Star);
        }
        fits
    }
}

impl Drop for Limiter {
    fn drop(&mut self) {
        self.budget.give_back(self.held + self.state);
    }
}
