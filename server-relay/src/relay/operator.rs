//! The operator: who may do everything, by a token that lies in the data folder and a link for the console.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use starlane_protocol::Point;

use super::RelayError;
use crate::keys::write_private;
use crate::mesh::Mesh;
use crate::steward;
use crate::token::TOKEN_SECONDS;

/// How often the operator's token is made anew: long before it ends.
pub(super) const RENEW: Duration = Duration::from_secs(12 * 60 * 60);

/// Writes where the relay is and a fresh token, for the `starlane` command; gives the token.
pub(super) fn note(mesh: &Mesh, data: &Path) -> Result<String, RelayError> {
    let failed = |what: String| RelayError::Operator(what);
    let token = mesh.tokens.make(&user(mesh)?, TOKEN_SECONDS).map_err(|error| failed(error.to_string()))?;
    let note = json!({ "url": mesh.url(), "token": token }).to_string();
    write_private(&data.join("operator.json"), note.as_bytes())
        .map_err(|error| RelayError::Data(data.to_owned(), error))?;
    Ok(token)
}

/// A link that signs the operator in, once.
pub(super) async fn link(mesh: &Mesh) -> Result<String, RelayError> {
    let link = steward::sign_in_link(mesh, &user(mesh)?).await;
    link.map_err(|problem| RelayError::Operator(problem.message))
}

fn user(mesh: &Mesh) -> Result<Point, RelayError> {
    mesh.users.child("operator").map_err(|error| RelayError::Operator(error.to_string()))
}
