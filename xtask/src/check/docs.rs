//! The Rust documentation builds without a warning: no broken link, no bare address.

use anyhow::Result;

use crate::run::{cargo, succeed};

pub(super) fn check(_: bool) -> Result<()> {
    succeed(cargo().args(["doc", "--no-deps", "--workspace"]).env("RUSTDOCFLAGS", "-D warnings"))
}
