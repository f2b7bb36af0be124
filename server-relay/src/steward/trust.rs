//! `Cmd<Trust>`: whose keys may sign a series, and what of it may run no more.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use starlane_bundle::{PublicKey, TrustError};
use starlane_host::event::{Event, LogLevel, LogLine};
use starlane_protocol::lane::Frame;
use starlane_protocol::{Agent, Code, May, Point, Wave};

use super::apps::tell;
use super::{Answered, body, judge};
use crate::mesh::Mesh;
use crate::overrides;
use crate::problem::Problem;
use crate::registry::{Installation, Picture, Shift};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// A key to be trusted.
    #[serde(default)]
    add: Option<PublicKey>,
    /// A key, a digest or a version that is trusted no more.
    #[serde(default)]
    revoke: Option<String>,
}

/// To a series: changes or shows what is trusted of it. To the space: shows every series the agent may change.
pub(super) async fn command(mesh: &Arc<Mesh>, wave: &Wave) -> Answered {
    let wanted: Wanted = body(wave)?;
    let series = &wave.to;
    if *series == mesh.space && wanted.add.is_none() && wanted.revoke.is_none() {
        return Ok(all(mesh, &wave.agent));
    }
    judge(mesh, &wave.agent, May::Admin, series)?;
    let notary = mesh.notary();
    let changed = match wanted {
        Wanted { add: Some(_), revoke: Some(_) } => {
            return Err(Problem::new(Code::BadBody, "one thing at a time: `add` or `revoke`")
                .hint("Send them as two commands."));
        }
        Wanted { add: Some(key), .. } => mesh.registry.trust(series, key, &notary).await?,
        Wanted { revoke: Some(text), .. } => mesh.registry.revoke(series, &text, &notary).await?,
        Wanted { .. } => None,
    };
    if let Some(change) = changed {
        told(mesh, &change.what);
        tracing::info!(%series, agent = %wave.agent, "what is trusted changed");
    }
    let picture = mesh.registry.now();
    picture.series.get(series).map(|one| one.to_json(&picture)).ok_or_else(|| {
        Problem::new(Code::NoRoute, format!("there is no series `{series}`"))
            .hint("Publish in it, or add a key: `starlane trust add`.")
    })
}

fn all(mesh: &Mesh, agent: &Agent) -> Value {
    let picture: Arc<Picture> = mesh.registry.now();
    let may = |series: &Point| judge(mesh, agent, May::Admin, series).is_ok();
    let series = picture.series.iter().filter(|(point, one)| one.says_something(&picture) && may(point));
    let series = series.map(|(_, one)| one.to_json(&picture));
    json!({ "series": series.collect::<Vec<_>>() })
}

/// Renews records that are a day old, and tells of them.
pub(crate) async fn renew(mesh: &Mesh) {
    match mesh.registry.renew(&mesh.notary()).await {
        Ok(change) if change.what.is_empty() => {}
        Ok(change) => {
            told(mesh, &change.what);
            tracing::info!(apps = change.what.len(), "records were renewed");
        }
        Err(problem) => tracing::warn!(code = %problem.code, message = problem.message, "records could not be renewed"),
    }
}

/// Tells lanes of changed records; what may not run any more ends here, what may again begins.
pub(crate) fn told(mesh: &Mesh, shifts: &[Shift]) {
    let grants = &mesh.registry.now().grants;
    for Shift { now, ran } in shifts {
        match (ran, &now.halted) {
            (true, Some(why)) => halt(mesh, now, why),
            (false, None) => {
                mesh.inboxes.iter().for_each(|inbox| inbox.answer(Event::Install(now.app.clone())));
            }
            _ => {}
        }
        tell(mesh, now, Frame::Install(now.told.clone()), grants);
    }
    overrides::tell(mesh);
}

/// Ends what runs of an application; its state stays.
fn halt(mesh: &Mesh, one: &Installation, why: &TrustError) {
    let app = &one.app.point;
    let text = format!("{}: nothing of it runs until another version is installed: {why}", why.code());
    mesh.log.write(LogLine { level: LogLevel::Error, point: app.clone(), text });
    let remove = Event::Remove { app: app.clone(), halted: Some(why.to_string()) };
    mesh.inboxes.iter().for_each(|inbox| inbox.answer(remove.clone()));
}
