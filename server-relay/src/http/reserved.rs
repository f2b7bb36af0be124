//! What is below `/starlane/`: on every host the client's files, lanes, signing in and `healthz`; on an application's
//! host its own bundle; on the relay's own everything.

use std::sync::Arc;

use serde_json::json;
use starlane_protocol::{Code, May};

use super::answer::Answer;
use super::host::Site;
use super::request::Request;
use super::{bundles, client, sign_in, waves};
use crate::link;
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::steward;

pub(super) async fn answer(mesh: &Arc<Mesh>, request: &mut Request, site: &Site) -> Result<Answer, Problem> {
    let path = request.path.strip_prefix("/starlane/").unwrap_or_default().to_owned();
    let (first, rest) = path.split_once('/').unwrap_or((&path, ""));
    match (first, rest) {
        ("lane", "") => {
            request.only("GET")?;
            link::upgrade(mesh, request)
        }
        ("starlane.js" | "starlane.js.sri", "") => client::client(first, request),
        ("client", name) => client::client(name, request),
        ("healthz", "") => healthz(mesh, request),
        ("sign-in", "") => sign_in::answer(mesh, request).await,
        ("bundles", name) => bundles::bundle(mesh, request, name, site).await,
        ("blobs", name) => bundles::blob(mesh, request, name, site).await,
        _ => own(mesh, request, site, &path).await,
    }
}

async fn own(mesh: &Arc<Mesh>, request: &mut Request, site: &Site, path: &str) -> Result<Answer, Problem> {
    match (site, path) {
        (Site::Space, _) => Ok(Answer::redirect(307, &format!("{}{path}", mesh.console()))),
        (Site::App(_), _) => {
            let hint = format!("The console is at {}.", mesh.console());
            Err(Problem::new(Code::NotFound, "an application's host has no such thing below /starlane/").hint(hint))
        }
        (Site::Own, "waves") => waves::answer(mesh, request).await,
        (Site::Own, "mesh.json") => {
            request.only("GET, HEAD")?;
            steward::judge(mesh, &request.visitor(mesh)?.agent, May::Read, &mesh.space)?;
            Ok(Answer::json(200, steward::listing(mesh, request.query == "state").await?.to_string()))
        }
        (Site::Own, _) if request.path == "/starlane" => Ok(Answer::redirect(308, "/starlane/")),
        (Site::Own, name) => client::console(name, request),
    }
}

fn healthz(mesh: &Mesh, request: &Request) -> Result<Answer, Problem> {
    request.only("GET, HEAD")?;
    let health = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION"), "space": mesh.space });
    Ok(Answer::json(200, health.to_string()))
}
