//! From an HTTP request to a lane: sub-protocol, origin, and a WebSocket with bounds of its own.

use std::sync::Arc;

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use starlane_protocol::Code;
use starlane_protocol::lane::Form;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use warp::http::header::{
    CONNECTION, HeaderMap, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};

use super::knock::message_bytes;
use super::session;
use super::session::FLUSH_BYTES;
use super::wire::Wire;
use crate::http::{Answer, Request, origin};
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::remote::{Counted, Remote};

/// The read buffer of an idle lane; the library's default is 128 KiB.
const READ_BUFFER: usize = 4 * 1_024;

/// Answers a request for a lane, and serves the lane.
pub(crate) fn upgrade(mesh: &Arc<Mesh>, request: &mut Request) -> Result<Answer, Problem> {
    let headers = &request.headers;
    let key = headers.get(SEC_WEBSOCKET_KEY).map(|key| derive_accept_key(key.as_bytes()));
    let (Some(key), true) = (key, wants_web_socket(headers)) else { return Err(no_web_socket()) };
    if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(no_web_socket());
    }
    origin::check(mesh, request)?;
    let form = form(headers)?;
    let upgrade = request.upgrade.take().ok_or_else(no_web_socket)?;
    let waiting = mesh.lanes.waiting(request.remote)?;
    let (lane, place) = (serve(mesh.clone(), upgrade, form, request.remote, waiting), request.place.take());
    tokio::spawn(async move {
        lane.await;
        drop(place);
    });
    Ok(Answer::new(101)
        .header(CONNECTION, "upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_ACCEPT, key)
        .header(SEC_WEBSOCKET_PROTOCOL, form.sub_protocol()))
}

async fn serve(mesh: Arc<Mesh>, upgrade: OnUpgrade, form: Form, remote: Remote, waiting: Counted) {
    let socket = match upgrade.await {
        Ok(upgraded) => TokioIo::new(upgraded),
        Err(error) => return tracing::debug!(%error, "a lane was given up before it began"),
    };
    let message = message_bytes(form);
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .max_write_buffer_size(2 * message + 2 * FLUSH_BYTES)
        .max_message_size(Some(message))
        .max_frame_size(Some(message));
    let socket = WebSocketStream::from_raw_socket(socket, Role::Server, Some(config)).await;
    // Kept apart from the task, which is small then for as long as the lane lives.
    session::serve(mesh, Wire::new(socket, form), form, remote, Some(waiting)).await;
}

/// The form both ends know; the relay's preference among those the star offers.
fn form(headers: &HeaderMap) -> Result<Form, Problem> {
    let offered: Vec<&str> = tokens(headers, &SEC_WEBSOCKET_PROTOCOL).collect();
    let known = Form::ALL.into_iter().find(|form| offered.contains(&form.sub_protocol()));
    known.ok_or_else(|| {
        let known = Form::ALL.map(Form::sub_protocol).join(", ");
        let what = format!("a lane speaks one of these sub-protocols: {known}; offered: {}", offered.join(", "));
        Problem::named(Code::BadWave, "unknown-protocol", what).hint("Name one of them in `Sec-WebSocket-Protocol`.")
    })
}

fn wants_web_socket(headers: &HeaderMap) -> bool {
    let has = |name, wanted: &str| tokens(headers, &name).any(|token| token.eq_ignore_ascii_case(wanted));
    has(CONNECTION, "upgrade") && has(UPGRADE, "websocket")
}

/// The comma-separated values of a header.
fn tokens<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

fn no_web_socket() -> Problem {
    Problem::named(Code::BadWave, "not-a-websocket", "a lane is a WebSocket of version 13")
        .status(426)
        .hint("Open it with `new WebSocket(…, [\"starlane.v1\"])`, or let the client library do it.")
}
