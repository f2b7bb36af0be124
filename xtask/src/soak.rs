//! The long proofs in full: the same tests, told by `STARLANE_SOAK` to use large counts and by `STARLANE_SEED` where to start.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use clap::Args;

use crate::test;

/// Set for tests when they are to run in full.
const SOAK: &str = "STARLANE_SOAK";

/// The seed of all randomness in tests.
const SEED: &str = "STARLANE_SEED";

/// This process soaks, from this seed.
static SOAKING: OnceLock<u64> = OnceLock::new();

/// How the soak runs.
#[derive(Args, Clone, Default)]
#[group(id = "soak-options")]
pub(crate) struct Options {
    /// The seed of an earlier run, to repeat it
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    tests: test::Options,
}

/// `cargo xtask soak`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let seed = *SOAKING.get_or_init(|| options.seed.unwrap_or_else(fresh_seed));
    println!("seed {seed} (repeat by `cargo xtask soak --seed {seed}`)");
    test::run(&options.tests.with_ignored())
}

/// Is this a soak?
pub(crate) fn is_on() -> bool {
    SOAKING.get().is_some()
}

/// The seed of this soak; 0 when there is none.
pub(crate) fn seed() -> u64 {
    SOAKING.get().copied().unwrap_or_default()
}

/// What tests are told of a soak; nothing when there is none.
pub(crate) fn environment() -> impl Iterator<Item = (&'static str, String)> {
    SOAKING.get().into_iter().flat_map(|seed| [(SOAK, "1".into()), (SEED, seed.to_string())])
}

fn fresh_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(now.subsec_nanos()) ^ now.as_secs()
}
