//! Clippy has nothing to say: the workspace as it is tested, the guests as they run (on wasm32).

use anyhow::Result;

use crate::root::at;
use crate::run::{cargo, succeed};
use crate::setup::WASM;

pub(super) fn check(_: bool) -> Result<()> {
    succeed(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    let guests = &mut cargo();
    guests.args(["clippy", "--release", "--target", WASM, "--", "-D", "warnings"]);
    succeed(guests.env_remove("CARGO_TARGET_DIR").current_dir(at("guest-examples")))
}
