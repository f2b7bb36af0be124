//! Steps: what a piece of work may still cost. Whoever gives schemas to compare must not choose how long that takes.

use std::cell::Cell;

use crate::limits::COMPARING;

/// Steps that are left.
#[derive(Debug)]
pub struct Steps(Cell<u64>);

impl Default for Steps {
    fn default() -> Self {
        Self(Cell::new(COMPARING))
    }
}

impl Steps {
    /// Takes so many steps; `false` once there are not so many left, and from then on.
    pub fn take(&self, steps: usize) -> bool {
        let left = self.0.get().checked_sub(steps as u64);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }
}
