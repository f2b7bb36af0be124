//! What a first visit downloads: the client, all in, is at most 1.3 times a bare build of its engine.

use anyhow::{Result, bail};

use crate::build::gzip;
use crate::files;
use crate::root::at;

/// A bare wasmi built the same way, gzip, in bytes.
const BARE: usize = 309_000;

/// The aim: 1.3 × bare.
const BUDGET: usize = BARE * 13 / 10;

pub(super) fn check(_: bool) -> Result<()> {
    let mut total = 0;
    for name in ["client-host/dist/starlane.wasm", "client-host/dist/starlane.mjs"] {
        total += gzip(&files::read(&at(name))?)?;
    }
    if total > BUDGET {
        bail!(
            "the client is {total} bytes (gzip, wasm and face), its budget {BUDGET}: see what grew with `twiggy` or `cargo bloat`"
        );
    }
    Ok(())
}
