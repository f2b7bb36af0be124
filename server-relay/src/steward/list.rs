//! `Cmd<List>`: everything there is, as `GET /starlane/mesh.json` gives it too.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use starlane_host::star::MechtronInfo;
use starlane_protocol::{Code, May, Point, Wave};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Answered, body, judge};
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::registry::{Installation, Picture};
use crate::shell::Item;
use crate::store::{Size, Wish};

/// How long a busy star may take to tell; it then is listed without mechtrons.
const PATIENCE: Duration = Duration::from_secs(1);

/// To the space: everything. To a user: what is that user's own.
pub(super) async fn command(mesh: &Arc<Mesh>, wave: &Wave) -> Answered {
    if wave.to.parent().as_ref() == Some(&mesh.users) && wave.to.path().is_none() {
        return own(mesh, wave).await;
    }
    if wave.to != mesh.space {
        return Err(Problem::new(Code::NoRoute, format!("what is listed is the space, `{}`, or a user", mesh.space)));
    }
    judge(mesh, &wave.agent, May::Read, &mesh.space)?;
    let Wanted { state } = body(wave)?;
    listing(mesh, state).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Whether to tell how much each mechtron keeps; it takes as long as there is state.
    #[serde(default)]
    state: bool,
}

/// Mechtrons of which it is told what they keep.
const KEPT: u32 = 1_000;

/// A user's tabs and bundles, and the applications made from them.
async fn own(mesh: &Arc<Mesh>, wave: &Wave) -> Answered {
    let user = &wave.to;
    if wave.agent.point() != Some(user) {
        judge(mesh, &wave.agent, May::Read, user)?;
    }
    let mut picture = Picture::clone(&mesh.registry.now());
    picture.bundles.retain(|bundle, _| bundle.is_within(user));
    let is_own = |point: &Point| picture.app_of(point).and_then(|one| one.app.owner(point)).as_ref() == Some(user);
    let own: Vec<Point> = picture.overrides.keys().filter(|point| is_own(point)).cloned().collect();
    picture.overrides.retain(|point, _| own.contains(point));
    picture.apps.retain(|_, one| one.record.series.is_within(user));
    let tabs = stars(mesh, &[]).into_iter().filter(|star| star["agent"] == json!(user));
    let is_known = mesh.store.users().await?.contains(user);
    Ok(json!({
        "space": mesh.space,
        "stars": tabs.collect::<Vec<_>>(),
        "apps": apps(&picture),
        "mechtrons": [],
        "overrides": overrides(&picture),
        "bundles": picture.bundles.keys().collect::<Vec<_>>(),
        "users": if is_known { vec![user] } else { Vec::new() },
    }))
}

/// The listing itself. Whoever asks is judged before.
pub(crate) async fn listing(mesh: &Arc<Mesh>, state: bool) -> Answered {
    let picture = mesh.registry.now();
    let running = running(mesh).await;
    let mechtrons: Vec<Value> =
        running.iter().flat_map(|(star, infos)| infos.iter().map(|info| mechtron(star, info))).collect();
    let mut told = json!({
        "space": mesh.space,
        "stars": stars(mesh, &running),
        "apps": apps(&picture),
        "mechtrons": mechtrons,
        "overrides": overrides(&picture),
        "bundles": picture.bundles.keys().collect::<Vec<_>>(),
        "users": mesh.store.users().await?,
        "kept": kept(mesh, state).await?,
    });
    if state {
        let mut sizes = mesh.store.sizes(KEPT + 1).await?;
        told["more"] = json!(sizes.len() > KEPT as usize);
        sizes.truncate(KEPT as usize);
        let size = |(point, size): &(String, Size)| json!({ "point": point, "keys": size.keys, "bytes": size.bytes });
        told["state"] = sizes.iter().map(size).collect();
    }
    Ok(told)
}

/// Where state waits for the next application; how much it is takes as long as there is state.
async fn kept(mesh: &Mesh, state: bool) -> Result<Vec<Value>, Problem> {
    let mut told = Vec::new();
    for point in mesh.store.kept().await? {
        let mut one = json!({ "point": point });
        if state {
            let size = mesh.store.size(&point).await?;
            (one["keys"], one["bytes"]) = (json!(size.keys), json!(size.bytes));
        }
        told.push(one);
    }
    Ok(told)
}

/// What each of the relay's own stars runs.
async fn running(mesh: &Mesh) -> Vec<(Point, Vec<MechtronInfo>)> {
    let asked: Vec<_> = mesh
        .inboxes
        .iter()
        .map(|inbox| {
            let (tell, told) = oneshot::channel();
            inbox.item(Item::Inspect(tell));
            told
        })
        .collect();
    let mut running = Vec::new();
    for (star, told) in mesh.own.iter().zip(asked) {
        let infos = timeout(PATIENCE, told).await.ok().and_then(Result::ok).unwrap_or_default();
        running.push((star.clone(), infos));
    }
    running
}

fn stars(mesh: &Mesh, running: &[(Point, Vec<MechtronInfo>)]) -> Vec<Value> {
    let star = |point: &Point, agent: Value, kind, since: Instant, mechtrons: Vec<&Point>| {
        let since = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        json!({ "point": point, "agent": agent, "kind": kind, "since_ms": since, "mechtrons": mechtrons })
    };
    let own = running.iter().map(|(point, infos)| {
        star(point, json!(point), "relay", mesh.since, infos.iter().map(|info| &info.point).collect())
    });
    // What runs in a tab is the tab's own business.
    let tabs = mesh.lanes.all();
    let tabs = tabs.iter().map(|lane| star(&lane.star, json!(lane.agent), "tab", lane.since, Vec::new()));
    own.chain(tabs).collect()
}

fn apps(picture: &Picture) -> Vec<Value> {
    let mechtrons = |one: &starlane_host::app::InstalledApp| -> Vec<Value> {
        let point = |name: &str| format!("{}:{name}", one.point);
        let specs = one.mechtrons.iter();
        specs
            .map(|(name, spec)| {
                let mut told = json!({ "point": point(name), "keyed": spec.keyed, "placement": spec.placement });
                if spec.digest != one.digest {
                    told["version"] = json!(spec.bundle.segments().last());
                }
                told
            })
            .collect()
    };
    let told = |one: &Arc<Installation>| {
        let app = &one.app;
        let mut told = json!({ "point": app.point, "bundle": app.bundle, "generation": app.generation, "mechtrons": mechtrons(app) });
        if let Some(why) = &one.halted {
            told["halted"] = json!(why.code());
        }
        told
    };
    picture.apps.values().map(told).collect()
}

/// What stands behind points, or would if nothing stood against it.
fn overrides(picture: &Picture) -> Vec<Value> {
    let wanted = picture.overrides.values().filter(|own| own.row.wish != Wish::TakenBack);
    let told = wanted.map(|own| {
        let mut told = json!({ "point": own.row.point, "bundle": own.row.bundle, "in_force": own.verdict.is_ok() });
        if let Some(mechtron) = &own.row.mechtron {
            told["mechtron"] = json!(mechtron);
        }
        if let Err(why) = &own.verdict {
            told["why"] = json!(why.message);
        }
        told
    });
    told.collect()
}

fn mechtron(star: &Point, info: &MechtronInfo) -> Value {
    json!({
        "point": info.point,
        "star": star,
        "status": info.status,
        "waves": info.waves,
        "fuel": info.fuel,
        "memory": info.memory,
    })
}
