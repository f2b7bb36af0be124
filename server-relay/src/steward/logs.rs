//! `Cmd<Logs>`: the newest lines about a point and what is below it.

use serde::Deserialize;
use serde_json::json;
use starlane_protocol::{May, Point, Wave};

use super::{Answered, body, judge, owns};
use crate::log::LINES_AT_ONCE;
use crate::mesh::Mesh;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    after: Option<u64>,
    limit: Option<usize>,
}

/// Whether anything stands at a point or below it that may have a log: of keys, whether they may be some.
fn stands(mesh: &Mesh, point: &Point) -> bool {
    let (picture, name) = (mesh.registry.now(), point.segments().nth(2));
    let mechtrons = picture.app_of(point).map(|one| &one.app.mechtrons);
    let is_of_app = mechtrons.is_some_and(|mechtrons| name.is_none_or(|name| mechtrons.contains_key(name)));
    let is_reserved = [&mesh.stars, &mesh.users].into_iter().any(|reserved| point.is_within(reserved));
    is_of_app || is_reserved || *point == mesh.space || picture.bundles.keys().any(|bundle| bundle.is_within(point))
}

pub(super) fn command(mesh: &Mesh, wave: &Wave) -> Answered {
    // What stands for a user is that user's, and so is its log.
    if !owns(mesh, &wave.agent, &wave.to) {
        judge(mesh, &wave.agent, May::Read, &wave.to)?;
    }
    let Wanted { after, limit } = body(wave)?;
    let lines = mesh.log.read(&wave.to, after, limit.unwrap_or(LINES_AT_ONCE));
    Ok(json!({ "lines": lines, "stands": stands(mesh, &wave.to) }))
}
