//! The console: an ordinary user of the npm package, built by vite.

use anyhow::{Result, bail};

use crate::root::at;
use crate::run::{npm_program, output};
use crate::stamp::Stamp;
use crate::step::{quietly, step};

/// Builds `www/dist`.
pub(crate) fn build() -> Result<()> {
    if !at("www/vite.config.ts").is_file() {
        bail!("www/vite.config.ts is missing: there is no console to build");
    }
    let stamp = Stamp::new("console").reads(["www", "client-host/dist", "package-lock.json"]).makes(["www/dist"]);
    step("console", &stamp, || quietly("vite build", make))
}

fn make() -> Result<()> {
    output(npm_program("vite").arg("build").current_dir(at("www"))).map(drop)
}
