//! Cross-origin reading: the client's files for every origin; bundles, blobs and signing in for known origins, by bearer
//! token only. Nothing else is readable from another origin.

use warp::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, ORIGIN, VARY,
};

use super::answer::Answer;
use super::origin;
use super::request::Request;
use crate::mesh::Mesh;

/// Seconds a browser may remember what is allowed.
const MAX_AGE: &str = "600";

/// Which origins may read an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Readers {
    /// Only pages of the same origin.
    Same,
    /// Every page.
    All,
    /// Pages of this origin.
    One(String),
}

/// Who may read what is at a path.
pub(super) fn readers(mesh: &Mesh, request: &Request) -> Readers {
    let path = &request.path;
    let below = |folder: &str| path.starts_with(folder);
    if below("/starlane/client/") || path == "/starlane/starlane.js" || path == "/starlane/starlane.js.sri" {
        return Readers::All;
    }
    let shared = below("/starlane/bundles/") || below("/starlane/blobs/") || path == "/starlane/sign-in";
    match request.header(&ORIGIN) {
        Some(origin) if shared && origin::is_known(mesh, origin) => Readers::One(origin.to_owned()),
        _ => Readers::Same,
    }
}

/// Says who may read an answer.
pub(super) fn say(readers: &Readers, answer: Answer) -> Answer {
    match readers {
        Readers::Same => answer,
        Readers::All => answer.header(ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        Readers::One(origin) => answer
            .header(ACCESS_CONTROL_ALLOW_ORIGIN, origin)
            .header(ACCESS_CONTROL_EXPOSE_HEADERS, "etag, starlane-signature")
            .header(VARY, "origin"),
    }
}

/// The answer to OPTIONS, which is always the relay's own.
pub(super) fn preflight(readers: &Readers, allow: &str) -> Answer {
    let answer = Answer::new(204).header(ALLOW, allow);
    if *readers == Readers::Same {
        return answer;
    }
    answer
        .header(ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST")
        .header(ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type")
        .header(ACCESS_CONTROL_MAX_AGE, MAX_AGE)
}
