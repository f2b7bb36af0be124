//! What every test and bench is told: where the checkout and the relay's program are, and whether it soaks.

use std::ffi::OsString;

use crate::build::relay;
use crate::root::root;
use crate::soak;

/// The variables, for a relay of the tests' profile or of the release profile.
pub(crate) fn environment(release: bool) -> Vec<(&'static str, OsString)> {
    let mut told: Vec<(&str, OsString)> =
        vec![("STARLANE_BIN", relay::program(release).into()), ("STARLANE_ROOT", root().into())];
    told.extend(soak::environment().map(|(name, value)| (name, value.into())));
    told
}
