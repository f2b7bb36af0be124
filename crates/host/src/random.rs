//! Random bytes from a seed: SHA-256 over the seed and a counter. The same seed gives the same bytes everywhere.

use starlane_bundle::Digest;
use starlane_protocol::WaveId;

/// Bytes of one digest.
const BLOCK: usize = 32;

/// A stream of random bytes that depends on nothing but its seed.
#[derive(Clone)]
pub(crate) struct Random {
    seed: [u8; 32],
    counter: u64,
    block: [u8; BLOCK],
    used: usize,
}

impl Random {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self { seed, counter: 0, block: [0; BLOCK], used: BLOCK }
    }

    /// Fills the bytes.
    pub(crate) fn fill(&mut self, mut to: &mut [u8]) {
        while !to.is_empty() {
            if self.used == BLOCK {
                self.refill();
            }
            let length = to.len().min(BLOCK - self.used);
            let (now, later) = to.split_at_mut(length);
            now.copy_from_slice(&self.block[self.used..self.used + length]);
            self.used += length;
            to = later;
        }
    }

    /// A new wave's id.
    pub(crate) fn wave_id(&mut self) -> WaveId {
        let mut id = [0; 16];
        self.fill(&mut id);
        WaveId(id)
    }

    /// A stream of its own, as for a new instance.
    pub(crate) fn fork(&mut self) -> Random {
        let mut seed = [0; 32];
        self.fill(&mut seed);
        Random::new(seed)
    }

    fn refill(&mut self) {
        let mut input = [0; 40];
        input[..32].copy_from_slice(&self.seed);
        input[32..].copy_from_slice(&self.counter.to_le_bytes());
        self.block = Digest::of(&input).0;
        self.counter += 1;
        self.used = 0;
    }
}
