//! `Cmd<Logs>`: the newest lines about a point and what is below it.

use serde::Deserialize;
use serde_json::json;
use starlane_protocol::{May, Wave};

use super::{Answered, body, judge, owns};
use crate::log::LINES_AT_ONCE;
use crate::mesh::Mesh;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    after: Option<u64>,
    limit: Option<usize>,
}

pub(super) fn command(mesh: &Mesh, wave: &Wave) -> Answered {
    // What stands for a user is that user's, and so is its log.
    if !owns(mesh, &wave.agent, &wave.to) {
        judge(mesh, &wave.agent, May::Read, &wave.to)?;
    }
    let Wanted { after, limit } = body(wave)?;
    Ok(json!({ "lines": mesh.log.read(&wave.to, after, limit.unwrap_or(LINES_AT_ONCE)) }))
}
