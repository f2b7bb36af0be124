//! Random bytes from a seed: ChaCha with 12 rounds. The same seed gives the same bytes everywhere.

use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use starlane_protocol::WaveId;

/// A stream of random bytes that depends on nothing but its seed.
pub(crate) struct Random(ChaCha12Rng);

impl Random {
    /// The same stream from here on.
    pub(crate) fn copy(&self) -> Self {
        Self(ChaCha12Rng::deserialize_state(&self.0.serialize_state()))
    }

    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self(ChaCha12Rng::from_seed(seed))
    }

    /// Fills the bytes.
    pub(crate) fn fill(&mut self, to: &mut [u8]) {
        self.0.fill_bytes(to);
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
}
