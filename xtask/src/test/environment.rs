//! What every test and bench is told: where the checkout, the relay's program and the Zig compiler are, and whether it soaks.

use std::ffi::OsString;

use crate::build::relay;
use crate::root::root;
use crate::setup::zig;
use crate::soak;

/// Cases of a property test, and their seed, in an ordinary run.
const CASES: u32 = 128;
const SEED: u64 = 7;

/// Cases of a property test in a soak.
const MANY_CASES: u32 = 20_000;

/// The variables, for a relay of the tests' profile or of the release profile.
pub(crate) fn environment(release: bool) -> Vec<(&'static str, OsString)> {
    let mut told: Vec<(&str, OsString)> =
        vec![("STARLANE_BIN", relay::program(release).into()), ("STARLANE_ROOT", root().into())];
    told.push(("STARLANE_ZIG", zig::home().into()));
    told.extend(soak::environment().map(|(name, value)| (name, value.into())));
    let (cases, seed) = if soak::is_on() { (MANY_CASES, soak::seed()) } else { (CASES, SEED) };
    told.push(("PROPTEST_CASES", cases.to_string().into()));
    told.push(("PROPTEST_RNG_SEED", seed.to_string().into()));
    // What fails is repeated by its seed; no file is left in the checkout.
    told.push(("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1".into()));
    told
}
