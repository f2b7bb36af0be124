//! TypeScript's types hold, in the client's face and in the console.

use anyhow::Result;

use crate::run::{npm_program, output};

pub(super) fn check(_: bool) -> Result<()> {
    for project in ["client-host", "www"] {
        output(npm_program("tsc").args(["-p", project, "--noEmit"]))?;
    }
    Ok(())
}
