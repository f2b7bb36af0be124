//! `Cmd<Get>` and `Cmd<Set>`: values of applications, settings of the space.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use starlane_bundle::InstallRecord;
use starlane_protocol::{Code, May, Point, Wave};

use super::{Answered, body, judge};
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::registry::{configure, no_app};
use crate::upgrade;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// New values by name; `null` takes the default again.
    set: Map<String, Value>,
}

pub(super) fn get(mesh: &Mesh, wave: &Wave) -> Answered {
    let point = &wave.to;
    if *point == mesh.space {
        judge(mesh, &wave.agent, May::Admin, point)?;
        return Ok(space(mesh));
    }
    is_app(point)?;
    judge(mesh, &wave.agent, May::Read, point)?;
    let picture = mesh.registry.now();
    let one = picture.apps.get(point).ok_or_else(|| no_app(point))?;
    Ok(configure::told(one, &picture))
}

pub(super) async fn set(mesh: &Arc<Mesh>, wave: &Wave) -> Answered {
    let point = &wave.to;
    if *point == mesh.space {
        judge(mesh, &wave.agent, May::Admin, point)?;
        let Wanted { set } = body(wave)?;
        mesh.registry.set_space(&set, &mesh.notary()).await?;
        tracing::info!(%point, names = ?set.keys().collect::<Vec<_>>(), "set");
        return Ok(space(mesh));
    }
    is_app(point)?;
    judge(mesh, &wave.agent, May::Install, point)?;
    let Wanted { set } = body(wave)?;
    let want = |there: Option<&InstallRecord>| configure::wanted(point, there, &mesh.registry.now(), &set);
    let (Ok(one) | Err(one)) = upgrade::change(mesh, point, want, false).await?;
    tracing::info!(%point, names = ?set.keys().collect::<Vec<_>>(), generation = one.app.generation, "set");
    Ok(configure::told(&one, &mesh.registry.now()))
}

fn space(mesh: &Mesh) -> Value {
    json!({ "space": mesh.space, "settings": mesh.registry.now().settings.to_json() })
}

fn is_app(point: &Point) -> Result<(), Problem> {
    if point.segments().count() == 2 && point.path().is_none() {
        return Ok(());
    }
    let what = format!("`{point}` has no settings: an application has, and the space");
    Err(Problem::new(Code::NoRoute, what)
        .hint("A mechtron's config is told by its application's: `starlane get <app>`."))
}
