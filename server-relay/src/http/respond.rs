//! From a request to an answer.

use std::sync::Arc;

use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use hyper::upgrade::OnUpgrade;
use starlane_host::app::{HttpRule, HttpTo};
use starlane_protocol::Code;
use starlane_protocol::document::Visitors;
use warp::filters::path::FullPath;
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use warp::http::{HeaderMap, Method, Response};
use warp::{Filter, Reply};

use super::answer::Answer;
use super::body::Arriving;
use super::host::{self, Site};
use super::request::Request;
use super::{cors, files, origin, page, reserved};
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::registry::Installation;
use crate::remote::{Place, Remote};

/// The whole of what the relay serves over a connection from there, as one filter.
pub(crate) fn filter(
    mesh: Arc<Mesh>,
    remote: Remote,
    place: Place,
) -> impl Filter<Extract = (impl Reply,), Error = warp::Rejection> + Clone {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional::<OnUpgrade>())
        .and(warp::body::stream())
        .and(warp::any().map(move || mesh.clone()))
        .then(move |method: Method, path: FullPath, query, headers: HeaderMap, upgrade, body, mesh: Arc<Mesh>| {
            let body = StreamExt::map(body, |part: Result<_, warp::Error>| part.map(|mut part| whole(&mut part)));
            let (path, remote) = (path.as_str().to_owned(), remote.behind(&headers));
            let (place, body) = (Some(place.clone()), Arriving::new(body));
            respond(mesh, Request { method, path, query, headers, remote, place, upgrade, body })
        })
}

fn whole(part: &mut impl Buf) -> Bytes {
    part.copy_to_bytes(part.remaining())
}

async fn respond(mesh: Arc<Mesh>, mut request: Request) -> Response<Bytes> {
    let readers = cors::readers(&mesh, &request);
    let html = request.wants_html();
    let answer = match answer(&mesh, &mut request, &readers).await {
        Ok(answer) => answer,
        Err(problem) => Answer::problem(&problem, html),
    };
    let answer = cors::say(&readers, answer).header(X_CONTENT_TYPE_OPTIONS, "nosniff");
    let answer = if answer.headers.contains_key(REFERRER_POLICY) {
        answer
    } else {
        answer.header(REFERRER_POLICY, "strict-origin-when-cross-origin")
    };
    answer.into_response()
}

async fn answer(mesh: &Arc<Mesh>, request: &mut Request, readers: &cors::Readers) -> Result<Answer, Problem> {
    let site = host::site(mesh, &mesh.registry.now(), request)?;
    if request.method == Method::OPTIONS {
        return Ok(cors::preflight(readers, &allowed(mesh, request, &site)));
    }
    if !request.reads() {
        origin::check(mesh, request)?;
    }
    if is_reserved(request) {
        return reserved::answer(mesh, request, &site).await;
    }
    match site {
        Site::Own if request.path == "/" => Ok(Answer::redirect(302, "/starlane/")),
        Site::Own => Err(Problem::new(Code::NotFound, "the relay's own host has nothing here")
            .hint("The console is at /starlane/; an application is at a host of its own, `<app>.<space>`.")),
        Site::Space => Ok(Answer::redirect(307, &mesh.console())),
        Site::App(one) => match app(mesh, request, &one).await {
            Err(problem) if problem.status == 503 && request.wants_html() => away(mesh, &one, problem).await,
            other => other,
        },
    }
}

fn is_reserved(request: &Request) -> bool {
    request.path == "/starlane" || request.path.starts_with("/starlane/")
}

/// The line of `[http]` that a path leads to, with the key where the path names it.
fn rule(one: &Installation, path: &str) -> Option<HttpRule> {
    let fits = |prefix: &str, open_end| if open_end { path.starts_with(prefix) } else { path == prefix };
    let mut rule = one.app.http.iter().find(|rule| fits(&rule.prefix, rule.open_end)).cloned()?;
    if let HttpTo::Keyed(stem) = &rule.to {
        rule.to = HttpTo::Mechtron(HttpTo::keyed(stem, path.get(rule.prefix.len()..)?)?);
    }
    Some(rule)
}

/// The methods that make sense at a path.
fn allowed(mesh: &Mesh, request: &Request, site: &Site) -> String {
    let rule = match site {
        Site::App(one) if !is_reserved(request) => rule(one, &request.path),
        _ => return "GET, HEAD, POST, PUT, OPTIONS".into(),
    };
    match rule.map(|rule| rule.to) {
        Some(HttpTo::Mechtron(point)) => page::allowed(mesh, request, &point),
        _ => "GET, HEAD, OPTIONS".into(),
    }
}

/// Serves an application by the lines of its `[http]`.
async fn app(mesh: &Arc<Mesh>, request: &mut Request, one: &Installation) -> Result<Answer, Problem> {
    let rule = rule(one, &request.path).ok_or_else(|| {
        Problem::new(Code::NotFound, format!("`{}` serves nothing at {}", one.app.point, request.path))
            .hint("Look at `[http]` in its app.toml.")
    })?;
    let visitor = request.visitor(mesh)?;
    if rule.visitors == Visitors::SignedIn && !visitor.agent.is_user() {
        return Err(Problem::new(Code::SignIn, "this page is for users who are signed in"));
    }
    if let Some(why) = &one.halted {
        return Err(Problem::new(Code::Revoked, format!("nothing of `{}` is served: {why}", one.app.point)));
    }
    match &rule.to {
        HttpTo::Files(target) => files::answer(mesh, request, &one.app, target).await,
        HttpTo::Mechtron(point) | HttpTo::Keyed(point) => page::answer(mesh, request, point, visitor.agent).await,
    }
}

/// The application's own page for where it cannot answer, if it has one and may be shown at all.
async fn away(mesh: &Mesh, one: &Installation, problem: Problem) -> Result<Answer, Problem> {
    let Some(page) = one.app.offline.as_ref().filter(|_| one.halted.is_none()) else { return Err(problem) };
    let Ok(bytes) = mesh.blobs.read(&page.sha256).await else { return Err(problem) };
    let answer = Answer::new(problem.status).header(CONTENT_TYPE, &page.media).header(CACHE_CONTROL, "no-store");
    Ok(answer.header(CODE, &problem.code).body(bytes.to_vec()))
}

/// Headers of ours that nothing else sets.
const CODE: HeaderName = HeaderName::from_static("starlane-code");
pub(super) const SIGNATURE: HeaderName = HeaderName::from_static("starlane-signature");
pub(super) const KEY: HeaderName = HeaderName::from_static("starlane-key");
