//! Pools: what a star has so much of, and the shares of its applications in it.
//!
//! An application that holds more than half of a pool leaves the last quarter of it to the others, if there are others.

use std::cell::Cell;
use std::rc::Rc;

/// So much of something, for all applications of a star together.
#[derive(Debug)]
pub(crate) struct Pool {
    total: u64,
    used: Cell<u64>,
    is_shared: Cell<bool>,
}

/// What one application holds of a pool. Its clones count together.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    pool: Rc<Pool>,
    own: Rc<Cell<u64>>,
}

impl Pool {
    pub(crate) fn new(total: u64) -> Rc<Self> {
        Rc::new(Self { total, used: Cell::new(0), is_shared: Cell::new(false) })
    }

    /// Says whether there is more than one application.
    pub(crate) fn set_shared(&self, is_shared: bool) {
        self.is_shared.set(is_shared);
    }

    /// A share that holds nothing yet.
    pub(crate) fn share(self: &Rc<Self>) -> Share {
        Share { pool: self.clone(), own: Rc::new(Cell::new(0)) }
    }
}

impl Share {
    /// How much may still be taken.
    pub(crate) fn room(&self) -> u64 {
        let Pool { total, used, is_shared } = &*self.pool;
        let up_to = |most: u64, held: &Cell<u64>| most.saturating_sub(held.get());
        let free = up_to(*total, used);
        match is_shared.get() {
            true => up_to(total / 2, &self.own).max(up_to(total - total / 4, used)).min(free),
            false => free,
        }
    }

    /// Takes so much, if there is room for it.
    pub(crate) fn take(&self, amount: u64) -> bool {
        let fits = amount <= self.room();
        if fits {
            self.take_anyway(amount);
        }
        fits
    }

    /// Takes what is bounded otherwise, also past the total.
    pub(crate) fn take_anyway(&self, amount: u64) {
        self.own.set(self.own.get().saturating_add(amount));
        self.pool.used.set(self.pool.used.get().saturating_add(amount));
    }

    pub(crate) fn give_back(&self, amount: u64) {
        self.own.set(self.own.get().saturating_sub(amount));
        self.pool.used.set(self.pool.used.get().saturating_sub(amount));
    }
}

#[cfg(test)]
mod tests {
    use super::Pool;

    #[test]
    fn one_alone_may_have_all() {
        let pool = Pool::new(100);
        let share = pool.share();
        assert!(share.take(100) && !share.take(1));
        share.give_back(40);
        assert_eq!(share.room(), 40);
    }

    #[test]
    fn the_last_quarter_is_for_whoever_has_less_than_half() {
        let pool = Pool::new(100);
        pool.set_shared(true);
        let (greedy, modest) = (pool.share(), pool.share());
        assert!(greedy.take(75) && !greedy.take(1));
        assert_eq!((greedy.room(), modest.room()), (0, 25));
        assert!(modest.take(25) && !modest.take(1));
        greedy.give_back(30);
        assert_eq!((greedy.room(), modest.room()), (5, 25), "below half anybody may go up to it");
    }
}
