//! `Cmd<Install>` and `Cmd<Remove>`.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use starlane_bundle::InstallRecord;
use starlane_host::event::Event;
use starlane_host::star::Star;
use starlane_protocol::document::Placement;
use starlane_protocol::lane::Frame;
use starlane_protocol::{Code, May, Point, Wave};
use tokio::sync::oneshot;

use super::{Answered, body, judge};
use crate::http::entrance;
use crate::mesh::Mesh;
use crate::overrides;
use crate::problem::Problem;
use crate::registry::{self, Installation};
use crate::shell::{Inbox, Item};
use crate::upgrade;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    bundle: Point,
    /// Whether callers may lose what the present bundle takes and gives.
    #[serde(default)]
    breaking: bool,
}

/// Installs a bundle at the point the command is for.
pub(super) async fn install(mesh: &Arc<Mesh>, wave: &Wave) -> Answered {
    judge(mesh, &wave.agent, May::Install, &wave.to)?;
    let Wanted { bundle, breaking } = body(wave)?;
    let want = |there: Option<&InstallRecord>| Ok(registry::Wanted::bundle(bundle, there));
    let changed = upgrade::change(mesh, &wave.to, want, breaking).await?;
    let is_there = changed.is_err();
    let (Ok(installed) | Err(installed)) = changed;
    let app = &installed.app;
    let mut told = json!({
        "app": app.point, "bundle": app.bundle, "digest": app.digest, "generation": app.generation,
        "path": entrance(app),
    });
    if is_there {
        told["unchanged"] = json!(true);
        return Ok(told);
    }
    tracing::info!(app = %app.point, bundle = %app.bundle, generation = app.generation, "installed");
    Ok(told)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Removal {
    /// What becomes of state; as long as nobody says so, nothing that keeps some is removed.
    state: Option<State>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// It is lost.
    Lose,
    /// The next application at this point gets it.
    Keep,
}

/// Removes an application with all its state, a bundle, or what one mechtron keeps.
pub(super) async fn remove(mesh: &Arc<Mesh>, wave: &Wave) -> Answered {
    let point = &wave.to;
    judge(mesh, &wave.agent, May::Install, point)?;
    let Removal { state } = body(wave)?;
    let segments: Vec<&str> = point.segments().collect();
    if *point == mesh.space {
        let what = format!("`{point}` is the space itself: it goes with the relay's data folder");
        return Err(
            Problem::new(Code::BadBody, what).hint("Name an application, a bundle, or a mechtron with its key.")
        );
    }
    let is_bundle = matches!(segments[..], [_, "repo", _, _] | [_, "users", _, "repo", _, _]);
    if state.is_none() && !is_bundle {
        has_no_state(mesh, point).await?;
    }
    match segments[..] {
        _ if is_bundle => remove_bundle(mesh, point).await?,
        [_, _] => remove_app(mesh, point, state == Some(State::Keep)).await?,
        _ if state == Some(State::Keep) => {
            let what = "what is removed of a mechtron is its state: it cannot be kept";
            let hint = format!(
                "Without `--keep-state` it is removed; `starlane rm {} --keep-state` removes the application and keeps what all of it keeps.",
                app_of(point)
            );
            return Err(Problem::new(Code::BadBody, what).hint(hint));
        }
        _ => remove_mechtron(mesh, point).await?,
    }
    tracing::info!(%point, "removed");
    Ok(json!({ "removed": point, "kept": state == Some(State::Keep) }))
}

/// The point of the application that a mechtron's point is below.
fn app_of(point: &Point) -> String {
    point.segments().take(2).collect::<Vec<_>>().join(":")
}

async fn remove_bundle(mesh: &Arc<Mesh>, bundle: &Point) -> Result<(), Problem> {
    if let Some(app) = mesh.upgrades.may_come_back(bundle) {
        let what = format!("the version of `{app}` after `{bundle}` is on trial, and may have to go back to it");
        return Err(Problem::new(Code::Conflict, what).hint("Try again when its trial is over: 30 seconds at most."));
    }
    mesh.registry.remove_bundle(bundle, &mesh.store, &mesh.blobs).await
}

async fn has_no_state(mesh: &Mesh, point: &Point) -> Result<(), Problem> {
    let size = mesh.store.size(point).await?;
    if size.keys == 0 {
        return Ok(());
    }
    let what = format!("`{point}` keeps state: {size}");
    Err(Problem::named(Code::Conflict, "has-state", what).hint(
        "Say what becomes of it: `starlane rm --yes` loses it, `--keep-state` keeps an application's for the next one at its point.",
    ))
}

async fn remove_app(mesh: &Arc<Mesh>, app: &Point, keep_state: bool) -> Result<(), Problem> {
    let _turn = mesh.upgrades.turn_for_command(app).await?;
    if !mesh.registry.now().apps.contains_key(app) && mesh.store.is_kept(app).await? && !keep_state {
        // Only what an application that was removed before has left.
        mesh.store.forget(app).await?;
        return Ok(mesh.store.keep(app, false).await?);
    }
    let grants = mesh.registry.now().grants.clone();
    let change = mesh.registry.remove_app(app, keep_state, &mesh.notary()).await?;
    let (was, told) = &change.what;
    overrides::tell(mesh);
    mesh.upgrades.forget(app);
    tell(mesh, was, Frame::Install(told.clone()), &grants);
    let lost = (!keep_state).then_some(app);
    let remove = Event::Remove { app: app.clone(), halted: None };
    let gone: Vec<_> = mesh.inboxes.iter().map(|inbox| forget(inbox, lost, remove.clone())).collect();
    for done in gone {
        settled(done).await?;
    }
    Ok(())
}

async fn remove_mechtron(mesh: &Arc<Mesh>, point: &Point) -> Result<(), Problem> {
    // What an upgrade has in hand is not removed under it.
    let app = mesh.registry.now().app_of(point).map(|one| one.app.point.clone());
    let _turn = match &app {
        Some(app) => Some(mesh.upgrades.turn_for_command(app).await?),
        None => None,
    };
    let picture = mesh.registry.now();
    let spec = picture.mechtron(point).filter(|spec| spec.placement == Placement::Server);
    if spec.is_none() || point.path().is_some() {
        let what = format!("`{point}` is neither an application, nor a bundle, nor a mechtron of the relay");
        return Err(
            Problem::new(Code::NoRoute, what).hint("A keyed mechtron is removed by its key, as `…:room:tea-time`.")
        );
    }
    let owner = Star::owner(point, u32::try_from(mesh.own.len()).unwrap_or(1));
    let Some(inbox) = mesh.inboxes.get(owner as usize) else {
        return Err(Problem::new(Code::Internal, "its star is not there"));
    };
    settled(forget(inbox, Some(point), Event::Drop(point.clone()))).await
}

/// Told when a state is deleted.
pub(crate) type Forgotten = oneshot::Receiver<Result<(), String>>;

/// Deletes a state, if one is lost, when everything before is stored; then lets its star know.
pub(crate) fn forget(inbox: &Inbox, lost: Option<&Point>, event: Event) -> Forgotten {
    let (done, gone) = oneshot::channel();
    inbox.item(Item::Forget { lost: lost.cloned(), event, done });
    gone
}

pub(super) async fn settled(gone: Forgotten) -> Result<(), Problem> {
    let result = gone.await.unwrap_or_else(|_| Err("the relay is being closed".into()));
    result.map_err(|what| Problem::new(Code::StoreFailed, what))
}

/// Tells every lane whose agent may call anything of the application.
pub(super) fn tell(mesh: &Mesh, one: &Installation, frame: Frame, grants: &[starlane_protocol::Grant]) {
    mesh.lanes.tell(&frame, |lane| one.is_for(&lane.agent, grants));
}
