//! The steward: commands to the relay itself. They are waves, so they come over a lane and by HTTP alike.
//!
//! Every command is judged by the right it needs, never by whether its sender may call something.

mod apps;
mod list;
mod logs;
mod overrides;
mod settings;
mod tokens;
mod trust;
mod upgrade;

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use starlane_bundle::owner;
use starlane_host::admit::admit_command;
use starlane_protocol::{Agent, Body, Code, Headers, May, Point, Wave, WaveKind};

pub(crate) use apps::forget;
pub(crate) use list::listing;
pub(crate) use tokens::{sign_in, sign_in_link};
pub(crate) use trust::{renew, told};

use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::switchboard::Law;

/// Whether a wave is a command to the relay.
pub(crate) fn takes(wave: &Wave) -> bool {
    const COMMANDS: &[&str] = &[
        "Cmd<List>",
        "Cmd<Install>",
        "Cmd<Upgrade>",
        "Cmd<Swap>",
        "Cmd<Override>",
        "Cmd<Remove>",
        "Cmd<Get>",
        "Cmd<Set>",
        "Cmd<Token>",
        "Cmd<Trust>",
        "Cmd<Logs>",
    ];
    let below_a_star = || wave.to.segments().nth(1) == Some("stars");
    let method = wave.method.as_ref().map(|method| method.as_str());
    wave.kind == WaveKind::Ping && method.is_some_and(|method| COMMANDS.contains(&method)) && !below_a_star()
}

/// Carries out a command; gives its answer.
pub(crate) async fn answer(mesh: &Arc<Mesh>, wave: &Wave) -> Wave {
    let result = match wave.method.as_ref().map(|method| method.name()) {
        Some("List") => list::command(mesh, wave).await,
        Some("Install") => apps::install(mesh, wave).await,
        Some("Upgrade") => upgrade::upgrade(mesh, wave).await,
        Some("Swap") => upgrade::swap(mesh, wave).await,
        Some("Override") => overrides::command(mesh, wave).await,
        Some("Remove") => apps::remove(mesh, wave).await,
        Some("Get") => settings::get(mesh, wave),
        Some("Set") => settings::set(mesh, wave).await,
        Some("Token") => tokens::command(mesh, wave).await,
        Some("Trust") => trust::command(mesh, wave).await,
        Some("Logs") => logs::command(mesh, wave),
        _ => Err(Problem::new(Code::NotFound, "there is no such command")),
    };
    match result {
        Ok(value) => wave.pong(Agent::Anonymous, 200, Headers::default(), Body::json(value.to_string())),
        Err(problem) => problem.pong(wave),
    }
}

/// Judges a command. A user's own series are the user's, without any grant.
pub(crate) fn judge(mesh: &Mesh, agent: &Agent, may: May, on: &Point) -> Result<(), Problem> {
    if owner(on).is_some() && agent.point() == owner(on).as_ref() {
        return Ok(());
    }
    let picture = mesh.registry.now();
    let verdict = admit_command(agent, may, on, &Law { picture: &picture, lanes: &mesh.lanes });
    verdict.map_err(|refusal| match agent {
        // Whoever is nobody may be somebody: signing in is what helps.
        Agent::Anonymous => Problem::new(Code::SignIn, refusal.message),
        Agent::Point(_) => refusal.into(),
    })
}

/// Whether what stands at a point stands for this user.
fn owns(mesh: &Mesh, agent: &Agent, point: &Point) -> bool {
    let picture = mesh.registry.now();
    let owner = picture.app_of(point).and_then(|one| one.app.owner(point));
    agent.is_user() && owner.as_ref() == agent.point()
}

/// The body of a command; nothing stands for an empty object.
fn body<T: DeserializeOwned>(wave: &Wave) -> Result<T, Problem> {
    let bytes: &[u8] = if wave.body.bytes.is_empty() { b"{}" } else { &wave.body.bytes };
    serde_json::from_slice(bytes).map_err(|error| Problem::new(Code::BadBody, error.to_string()))
}

/// What a command answers.
type Answered = Result<Value, Problem>;
