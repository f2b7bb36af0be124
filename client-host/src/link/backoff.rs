//! Back-off with full jitter: a random time between nothing and a bound that doubles with each failure.

/// Milliseconds the first attempt waits at most.
const FIRST_MS: f64 = 250.0;

/// Milliseconds any attempt waits at most: a relay that is back is found within half a minute.
const LONGEST_MS: f64 = 30_000.0;

/// How often something failed in a row.
#[derive(Default)]
pub(super) struct Backoff {
    failures: i32,
}

impl Backoff {
    /// Milliseconds until the next attempt; `random` is from 0 to 1.
    pub(super) fn next(&mut self, random: f64) -> u32 {
        let bound = (FIRST_MS * 2_f64.powi(self.failures.min(16))).min(LONGEST_MS);
        self.failures = self.failures.saturating_add(1);
        (bound * random) as u32
    }

    /// It worked, or there is reason to believe it will.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;

    #[test]
    fn the_bound_doubles_to_half_a_minute() {
        let mut backoff = Backoff::default();
        let bounds: Vec<u32> = (0..10).map(|_| backoff.next(1.0)).collect();
        assert_eq!(bounds, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        backoff.reset();
        assert_eq!(backoff.next(0.5), 125);
    }
}
