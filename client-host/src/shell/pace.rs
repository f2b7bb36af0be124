//! How long guests may hold the page's one thread.
//!
//! Guests run in bursts. A burst begins in the task in which it became necessary (so that a short ping is answered with no
//! detour) and may use `BURST_MS` of it; what is left runs in tasks of its own, `BURST_MS` each, with the browser's turn in
//! between. Fuel is what the engine can be told, so each step's fuel is set from what earlier steps took.

/// Milliseconds of one burst. The promise is 8; the rest is for what cannot be foreseen.
pub(crate) const BURST_MS: f64 = 4.5;

/// Milliseconds one step aims at: small beside a burst, large beside the resolution of a page's clock (0.1 ms).
const STEP_MS: f64 = 1.5;

/// Fuel a millisecond before anything was measured: a slow telephone's, so that the first slice is never too long.
const FIRST_RATE: f64 = 30_000.0;

/// Less fuel than this says nothing about the rate: the clock is too coarse.
const TELLING_FUEL: u64 = 20_000;

/// Fuel of a step at least: below it the cost of stopping shows.
const LEAST_FUEL: u64 = 10_000;

/// How fast the rate may grow with one step; what is too fast is learned at the cost of a long slice.
const GROWTH: f64 = 1.5;

/// What guests took so far.
pub(crate) struct Pace {
    /// Fuel a millisecond.
    rate: f64,
    /// When this burst began.
    began: Option<f64>,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self { rate: FIRST_RATE, began: None }
    }

    /// Whether guests may run now, in the task that is running.
    pub(crate) fn may_run(&self, now: f64) -> bool {
        self.began.is_none_or(|began| now - began < BURST_MS)
    }

    /// A burst begins, if none has.
    pub(crate) fn begin(&mut self, now: f64) {
        self.began.get_or_insert(now);
    }

    /// The browser had its turn.
    pub(crate) fn yielded(&mut self) {
        self.began = None;
    }

    /// Fuel for the next step.
    pub(crate) fn fuel(&self, now: f64) -> u64 {
        let left = self.began.map_or(BURST_MS, |began| BURST_MS - (now - began));
        let ms = left.clamp(0.0, STEP_MS);
        ((self.rate * ms) as u64).max(LEAST_FUEL)
    }

    /// A step took so long.
    pub(crate) fn took(&mut self, fuel: u64, ms: f64) {
        if fuel < TELLING_FUEL {
            return;
        }
        // A step the clock saw as no time at all was at least this fast.
        let seen = fuel as f64 / ms.max(0.1);
        self.rate = if seen < self.rate { seen } else { seen.min(self.rate * GROWTH) };
    }
}

#[cfg(test)]
mod tests {
    use super::{BURST_MS, Pace};

    #[test]
    fn it_slows_at_once_and_grows_by_steps() {
        let mut pace = Pace::new();
        let first = pace.fuel(0.0);
        pace.took(1_000_000, 1.0);
        let grown = pace.fuel(0.0);
        assert!(grown > first && grown < first * 2);
        pace.took(100_000, 100.0);
        assert!(pace.fuel(0.0) < first);
    }

    #[test]
    fn a_burst_ends_and_begins_anew_after_the_browsers_turn() {
        let mut pace = Pace::new();
        pace.begin(10.0);
        assert!(pace.may_run(10.0 + BURST_MS / 2.0));
        assert!(!pace.may_run(10.0 + BURST_MS));
        pace.yielded();
        assert!(pace.may_run(100.0));
    }
}
