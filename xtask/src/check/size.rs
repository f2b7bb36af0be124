//! What a first visit downloads: the client, all in, never grows beyond its budget.

use anyhow::{Result, bail};

use crate::build::gzip;
use crate::files;
use crate::root::at;

/// A bare wasmi, made for speed as it was when the aim was set, gzip, in bytes.
const BARE: usize = 309_000;

/// What the client may have, gzip, in bytes: what it has come down to, so that it never grows unseen. The aim is 1.3 × bare, and
/// the README says by how much it is missed.
const BUDGET: usize = 612_000;

pub(super) fn check(_: bool) -> Result<()> {
    let mut total = 0;
    for name in ["client-host/dist/starlane.wasm", "client-host/dist/starlane.mjs"] {
        total += gzip(&files::read(&at(name))?)?;
    }
    if total > BUDGET {
        bail!(
            "the client is {total} bytes (gzip, wasm and face), its budget {BUDGET}, a bare engine {BARE}: see what grew with `twiggy`"
        );
    }
    Ok(())
}
