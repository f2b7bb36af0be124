//! The engine alone, made for speed and shrunk as the client is: what the client's size, start and pings stand beside.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::row::{Aim, Row};
use crate::build::{WasmOpt, gzip, shrink};
use crate::files;
use crate::root::{at, target};
use crate::run::{cargo, succeed};
use crate::setup::WASM;
use crate::step::always;

const PACKAGE: &str = "starlane-bench-bare";
/// Its profile: it does not change with the client's.
const PROFILE: &str = "bare";
/// The client's size beside it, at most.
const AIM: f64 = 1.3;

/// Builds it; gives its file.
pub(super) fn build() -> Result<PathBuf> {
    let made = target().join("bench/bare.wasm");
    always("bare engine", || {
        succeed(cargo().args(["build", "-p", PACKAGE, "--target", WASM, "--profile", PROFILE]))?;
        files::folder(&target().join("bench"))?;
        let compiled = target().join(WASM).join(PROFILE).join(format!("{}.wasm", PACKAGE.replace('-', "_")));
        files::copy(&compiled, &made)?;
        shrink(&made, WasmOpt::default())
    })?;
    Ok(made)
}

/// The row of what a first visit downloads.
pub(super) fn size(bare: &Path) -> Result<Row> {
    let mut client = 0;
    for name in ["client-host/dist/starlane.wasm", "client-host/dist/starlane.mjs"] {
        client += gzip(&files::read(&at(name))?)?;
    }
    let bare = gzip(&files::read(bare)?)?;
    Ok(Row {
        name: "size".into(),
        what: "the client, gzip, all in".into(),
        beside: "bare wasmi build".into(),
        unit: "×".into(),
        ratios: vec![client as f64 / bare as f64],
        aim: Some(Aim::AtMost(AIM)),
        note: format!("{} KB beside {} KB", client / 1_000, bare / 1_000),
    })
}
