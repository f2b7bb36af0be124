//! Pages by a mechtron: the request becomes a ping, its pong is the answer.
//!
//! A mechtron never sees cookies or tokens, and cannot set what belongs to the origin as a whole.

use std::sync::Arc;

use serde::Deserialize;
use starlane_host::admit::Via;
use starlane_host::app::MechtronSpec;
use starlane_host::star::OVERRIDE;
use starlane_protocol::document::Placement;
use starlane_protocol::limits::BODY_BYTES;
use starlane_protocol::{Agent, Body, Code, Headers, Point, Wave, WaveId, WaveKind};
use warp::http::HeaderMap;
use warp::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName};

use super::answer::Answer;
use super::request::Request;
use crate::keys::random;
use crate::mesh::Mesh;
use crate::names::readable;
use crate::problem::Problem;

/// Methods a mechtron can be asked with over HTTP, and their names in the mesh.
const METHODS: [(&str, &str); 6] = [
    ("GET", "Http<Get>"),
    ("HEAD", "Http<Get>"),
    ("POST", "Http<Post>"),
    ("PUT", "Http<Put>"),
    ("PATCH", "Http<Patch>"),
    ("DELETE", "Http<Delete>"),
];

/// Headers of a request that are the visitor's and the connection's own.
const KEPT_FROM_MECHTRONS: [&str; 13] = [
    "cookie",
    "authorization",
    "proxy-authorization",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
    "content-type",
    "proxy-connection",
    "starlane-code",
];

/// Headers of a reply that are the origin's and the connection's own.
const KEPT_FROM_VISITORS: [&str; 12] = [
    "set-cookie",
    "service-worker-allowed",
    "clear-site-data",
    "strict-transport-security",
    "connection",
    "keep-alive",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
    "content-type",
    "www-authenticate",
];

/// What a reply of an owner's own code may say about itself. The origin is the application's: nothing passes that a browser
/// keeps for the origin, reports by, or asks its user for.
const PASSED_OF_OVERRIDES: [&str; 9] = [
    "content-disposition",
    "content-encoding",
    "content-language",
    "etag",
    "last-modified",
    "location",
    "retry-after",
    "vary",
    OVERRIDE,
];

/// How a browser treats what an owner's own code renders: as a page of no origin.
const SANDBOX: &str = "sandbox allow-scripts allow-forms";

/// Answers a request that a line of `[http]` leads to a mechtron.
pub(super) async fn answer(
    mesh: &Arc<Mesh>,
    request: &mut Request,
    to: &Point,
    agent: Agent,
) -> Result<Answer, Problem> {
    let is_in_browsers = |spec: &Arc<MechtronSpec>| spec.placement == Placement::Browser;
    if mesh.registry.now().mechtron(to).is_some_and(is_in_browsers) {
        return Err(Problem::new(
            Code::BrowserOnly,
            format!("`{to}` runs in its visitors' browsers, and answers there"),
        ));
    }
    let method = METHODS.iter().find(|(name, _)| *name == request.method.as_str());
    let Some((_, method)) = method else {
        return Err(Problem::wrong_method(request.method.as_str(), "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
    };
    let method = method.parse().map_err(|_| Problem::new(Code::Internal, "a method has no name"))?;
    let id = random().map(WaveId).map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    let from = sender(mesh, &agent)?;
    let mut ping = Wave::new(id, WaveKind::Ping, from, agent, to.clone(), method);
    (ping.path, ping.query) = (request.path.as_str().into(), request.query.as_str().into());
    ping.headers = headers(&request.headers);
    let bytes = request.whole(BODY_BYTES).await?;
    if !bytes.is_empty() {
        ping.body = Body::new(request.header(&CONTENT_TYPE).unwrap_or_default(), bytes.to_vec());
    }
    ping.check().map_err(starlane_protocol::Refusal::from)?;
    let pong = mesh.ask(ping, Via::HttpLine, request.remote).await;
    if pong.code().is_some() { Err(refused(mesh, request, to, &pong)) } else { Ok(reply(&pong)) }
}

/// Who a wave that came by HTTP is from: its user, or the relay for somebody who is nobody.
pub(super) fn sender(mesh: &Mesh, agent: &Agent) -> Result<Point, Problem> {
    let relay = || mesh.stars.child("relay").map_err(|error| Problem::new(Code::Internal, error.to_string()));
    agent.point().cloned().map_or_else(relay, Ok)
}

fn headers(of: &HeaderMap) -> Headers {
    let mut headers = Headers::default();
    for (name, value) in of {
        if let Ok(value) = value.to_str()
            && !KEPT_FROM_MECHTRONS.contains(&name.as_str())
        {
            // What is over the bounds of a wave is left out.
            let _ = headers.push(name.as_str(), value);
        }
    }
    headers
}

fn reply(pong: &Wave) -> Answer {
    let status = pong.status.unwrap_or(500);
    // What is below 200 would be read as a part of the connection, not as an answer.
    let mut answer = Answer::new(if status < 200 { 502 } else { status });
    let is_override = pong.headers.get(OVERRIDE).is_some();
    for (name, value) in pong.headers.iter() {
        let kept = match is_override {
            true => !PASSED_OF_OVERRIDES.contains(&name) && !name.starts_with("starlane-"),
            false => KEPT_FROM_VISITORS.contains(&name) || name.starts_with("access-control-"),
        };
        if let (false, Ok(name)) = (kept, HeaderName::from_bytes(name.as_bytes())) {
            answer = answer.header(name, value);
        }
    }
    if is_override {
        answer = answer.header(CONTENT_SECURITY_POLICY, SANDBOX).header(CACHE_CONTROL, kept_by_browsers(pong));
    }
    if !pong.body.media.is_empty() {
        answer = answer.header(CONTENT_TYPE, media(pong));
    }
    if matches!(status, 204 | 304) { answer } else { answer.body(pong.body.bytes.to_vec()) }
}

/// What a browser keeps of what an owner's own code renders is asked for anew each time: once it is taken back, nobody sees it
/// any more.
fn kept_by_browsers(pong: &Wave) -> &'static str {
    let said = pong.headers.get("cache-control").unwrap_or_default();
    if said.contains("no-store") { "no-store" } else { "no-cache" }
}

/// The type of a reply's body. Browsers read a text that names no charset as Latin-1; guests write UTF-8.
fn media(pong: &Wave) -> String {
    let media = pong.body.media.to_ascii_lowercase();
    let unsaid = media.starts_with("text/") && !media.contains("charset");
    match unsaid && std::str::from_utf8(&pong.body.bytes).is_ok() {
        true => format!("{}; charset=utf-8", pong.body.media),
        false => pong.body.media.to_string(),
    }
}

#[derive(Deserialize)]
struct Told {
    message: String,
    hint: String,
}

/// What the mesh itself said instead of the mechtron.
fn refused(mesh: &Mesh, request: &Request, to: &Point, pong: &Wave) -> Problem {
    let code = pong.code().and_then(Code::from_word).unwrap_or(Code::Internal);
    let mut problem = Problem::new(code, format!("`{to}` did not answer"));
    if let Ok(told) = serde_json::from_slice::<Told>(&pong.body.bytes) {
        problem.message = readable(&told.message);
        problem.hint = told.hint.into();
    }
    if code == Code::Deadline {
        problem.status = 504;
    }
    if code == Code::WrongMethod {
        problem.allow = Some(allowed(mesh, request, to));
    }
    problem
}

/// The methods that the mechtron's bind names for this path.
pub(super) fn allowed(mesh: &Mesh, request: &Request, to: &Point) -> String {
    let picture = mesh.registry.now();
    let routes = picture.mechtron(to).map(|spec| spec.bind.document.routes.as_slice()).unwrap_or_default();
    let fits = |name: &str| {
        routes.iter().any(|route| route.method.as_str() == name && route.path.matches(&request.path).is_some())
    };
    let methods = METHODS.iter().filter(|(_, name)| fits(name)).map(|(method, _)| *method);
    methods.chain(["OPTIONS"]).collect::<Vec<_>>().join(", ")
}
