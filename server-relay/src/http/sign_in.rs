//! `POST /starlane/sign-in`: a one-time code for a token.

use serde::Deserialize;
use starlane_protocol::Code;

use super::answer::Answer;
use super::request::Request;
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::steward;

/// Bytes of the request at most; it is one short field.
const REQUEST_BYTES: usize = 1_024;

#[derive(Deserialize)]
struct SignIn {
    code: String,
}

pub(super) async fn answer(mesh: &Mesh, request: &mut Request) -> Result<Answer, Problem> {
    request.only("POST")?;
    let body = request.whole(REQUEST_BYTES).await?;
    let sign_in: SignIn =
        serde_json::from_slice(&body).map_err(|error| Problem::new(Code::BadBody, error.to_string()))?;
    mesh.brake.attempt(request.remote)?;
    let signed_in = steward::sign_in(mesh, &sign_in.code).await;
    if !signed_in.as_ref().is_err_and(|problem| problem.status == Code::SignIn.status()) {
        mesh.brake.right(request.remote);
    }
    Ok(Answer::json(200, signed_in?.to_string()))
}
