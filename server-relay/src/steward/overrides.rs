//! `Cmd<Override>`: a mechtron of another bundle is put behind a point that stands for a user, or taken back.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use starlane_host::app::home_of;
use starlane_host::event::Event;
use starlane_host::inspect::inspect;
use starlane_protocol::{Code, May, Point, Wave};

use super::apps::{State, forget, settled};
use super::{Answered, body, judge, owns};
use crate::mesh::Mesh;
use crate::overrides;
use crate::problem::Problem;
use crate::registry::Own;
use crate::store::{OverrideRow, Wish};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// What is put there.
    bundle: Option<Point>,
    /// Which of the bundle's mechtrons.
    mechtron: Option<String>,
    /// Whether what is there is taken back.
    #[serde(default)]
    off: bool,
    /// What becomes of what was kept by what stood there before.
    state: Option<State>,
}

/// By the user it stands for, or by whoever has the right `override` on it.
pub(super) async fn command(mesh: &Arc<Mesh>, wave: &Wave) -> Answered {
    let point = &wave.to;
    if !owns(mesh, &wave.agent, point) {
        judge(mesh, &wave.agent, May::Override, point)?;
    }
    let Wanted { bundle, mechtron, off, state } = body(wave)?;
    match (bundle, off) {
        (Some(bundle), false) => {
            // Whoever puts code there that is not theirs must be one who may look at it.
            judge(mesh, &wave.agent, May::Read, &bundle)?;
            put(mesh, point, (bundle, mechtron), state).await
        }
        (None, true) if mechtron.is_none() => take_back(mesh, point, state).await,
        _ => Err(Problem::new(Code::BadBody, "it names a `bundle`, or says `off`: one of the two")),
    }
}

async fn put(
    mesh: &Arc<Mesh>,
    point: &Point,
    (bundle, mechtron): (Point, Option<String>),
    state: Option<State>,
) -> Answered {
    let _turn = turn(mesh, point).await?;
    let row = OverrideRow { point: point.clone(), number: 0, bundle, mechtron, wish: Wish::Wanted };
    let spec = mesh.registry.try_override(&row)?;
    has_user(mesh, point).await?;
    fits(mesh, &spec).await?;
    let there = there(mesh, point);
    let is_other = there.as_ref().is_some_and(|own| own.row.bundle.parent() != row.bundle.parent());
    if is_other {
        leave_state(mesh, point, state).await?;
    }
    let (bundle, number) = (row.bundle.clone(), mesh.registry.put_override(row, &mesh.store).await?);
    overrides::tell(mesh);
    tracing::info!(%point, %bundle, number, "overridden");
    Ok(json!({ "point": point, "bundle": bundle, "digest": spec.digest, "number": number }))
}

async fn take_back(mesh: &Arc<Mesh>, point: &Point, state: Option<State>) -> Answered {
    let _turn = turn(mesh, point).await?;
    let Some(own) = there(mesh, point) else {
        let what = format!("nothing was put behind `{point}`");
        return Err(Problem::named(Code::NoRoute, "no-override", what).hint("`starlane ls` shows what there is."));
    };
    let was = (own.row.wish != Wish::TakenBack).then(|| own.row.bundle.clone());
    if was.is_some() {
        let row = OverrideRow { wish: Wish::TakenBack, ..own.row.clone() };
        mesh.registry.put_override(row, &mesh.store).await?;
        overrides::tell(mesh);
    }
    if state == Some(State::Lose) {
        lose(mesh, point).await?;
    }
    tracing::info!(%point, "taken back");
    Ok(json!({ "point": point, "off": true, "was": was }))
}

fn there(mesh: &Mesh, point: &Point) -> Option<Arc<Own>> {
    mesh.registry.now().overrides.get(point).cloned()
}

/// Waits until no other change of the point's application is under way.
async fn turn(mesh: &Mesh, point: &Point) -> Result<tokio::sync::OwnedMutexGuard<()>, Problem> {
    let picture = mesh.registry.now();
    let one = picture.app_of(point).filter(|one| one.app.mechtron(point).is_some() && point.path().is_none());
    let one = one.ok_or_else(|| {
        Problem::new(Code::NoRoute, format!("no mechtron stands at `{point}`"))
            .hint("What is overridden is one key, like `localhost:site:profile:ada`.")
    })?;
    mesh.upgrades.turn_for_command(&one.app.point).await
}

/// What nobody owns yet is left as it is: whoever comes by that name later shall find nobody else's code there.
async fn has_user(mesh: &Mesh, point: &Point) -> Result<(), Problem> {
    let owner = mesh.registry.now().app_of(point).and_then(|one| one.app.owner(point));
    match owner {
        Some(owner) if !mesh.store.has_user(&owner).await? => {
            Err(Problem::named(Code::NoRoute, "no-user", format!("there is no user `{owner}`"))
                .hint("`starlane token <user>` makes one."))
        }
        _ => Ok(()),
    }
}

/// Whether the module is one that can begin under the limits of the application.
async fn fits(mesh: &Mesh, spec: &starlane_host::app::MechtronSpec) -> Result<(), Problem> {
    let (bytes, memory) = (mesh.blobs.read(&spec.wasm.sha256).await?, spec.limits.memory.0);
    let looked = tokio::task::spawn_blocking(move || inspect(&bytes, memory)).await;
    let verdict = looked.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    verdict.map_err(|error| {
        let what = format!("`{}`, under the limits that `{}` sets: {error}", spec.bundle, spec.app);
        Problem::named(Code::LimitTooHigh, error.code(), what)
            .hint("Build it for less: see `[limits]` in docs/override.md.")
    })
}

/// What the code of another series has kept is never given to this one.
async fn leave_state(mesh: &Arc<Mesh>, point: &Point, state: Option<State>) -> Result<(), Problem> {
    let size = mesh.store.size(&home_of(point)).await?;
    if size.keys == 0 {
        return Ok(());
    }
    if state != Some(State::Lose) {
        let what = format!("what stood behind `{point}` before is of another series and keeps state: {size}");
        return Err(Problem::named(Code::Conflict, "has-state", what)
            .hint("`starlane override --yes` loses it; a bundle of the same series gets it."));
    }
    if let Some(own) = there(mesh, point).filter(|own| own.row.wish != Wish::TakenBack) {
        let row = OverrideRow { wish: Wish::TakenBack, ..own.row.clone() };
        mesh.registry.put_override(row, &mesh.store).await?;
        overrides::tell(mesh);
    }
    lose(mesh, point).await
}

/// Deletes what the code of an owner has kept; it is not in force any more.
async fn lose(mesh: &Arc<Mesh>, point: &Point) -> Result<(), Problem> {
    let Some(inbox) = overrides::inbox(mesh, point) else { return Ok(()) };
    // A wave that it still has in hand writes nothing after that.
    inbox.answer(Event::Drop(point.clone()));
    let again = Event::Override { point: point.clone(), spec: None };
    settled(forget(inbox, Some(&home_of(point)), again)).await
}
