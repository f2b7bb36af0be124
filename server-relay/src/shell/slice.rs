//! Slices: how much fuel a star may burn before it looks at its inbox again, set from what the last slices took.

use std::time::{Duration, Instant};

use starlane_host::star::Star;

/// What a slice should take. A wave for another mechtron waits for the slice under way twice: when it comes, and when what it has
/// led to is stored.
const SLICE: Duration = Duration::from_millis(1);

/// The fuel of the first slice, and bounds of all: a slice of less is mostly bookkeeping.
const FIRST_FUEL: u64 = 200_000;
const LEAST_FUEL: u64 = 20_000;
const MOST_FUEL: u64 = 100_000_000;

/// The fuel of the next slice.
pub(super) struct Slice {
    fuel: u64,
}

impl Default for Slice {
    fn default() -> Self {
        Self { fuel: FIRST_FUEL }
    }
}

impl Slice {
    /// Runs one slice.
    pub(super) fn run(&mut self, star: &mut Star) {
        let start = Instant::now();
        let ran = star.run(self.fuel);
        // A slice that ended early says little about speed.
        if ran.fuel * 2 >= self.fuel {
            self.measured(ran.fuel, start.elapsed());
        }
    }

    fn measured(&mut self, fuel: u64, took: Duration) {
        let took = took.as_micros().max(1);
        let wanted = u128::from(fuel) * SLICE.as_micros() / took;
        let wanted = u64::try_from(wanted).unwrap_or(MOST_FUEL);
        self.fuel = ((self.fuel + wanted) / 2).clamp(LEAST_FUEL, MOST_FUEL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_slice_is_set_from_what_the_last_took() {
        let mut slice = Slice::default();
        for _ in 0..30 {
            slice.measured(slice.fuel, Duration::from_micros(slice.fuel / 200));
        }
        // 200 fuel a microsecond: 1 ms are 200,000.
        assert!((180_000..220_000).contains(&slice.fuel), "{}", slice.fuel);
        for _ in 0..30 {
            slice.measured(slice.fuel, Duration::from_secs(10));
        }
        assert_eq!(slice.fuel, LEAST_FUEL);
    }
}
