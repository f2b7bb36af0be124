//! `POST /starlane/waves`: a ping as JSON, its pong as JSON. What the `starlane` command and scripts use.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use starlane_host::admit::Via;
use starlane_protocol::limits::{JSON_MESSAGE_BYTES, WAIT_HIGH_MS, WAIT_LOW_MS};
use starlane_protocol::{Body, Code, Headers, Method, Point, Refusal, Wave, WaveId, WaveKind};

use super::answer::Answer;
use super::page::sender;
use super::request::Request;
use crate::keys::random;
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::token::Visitor;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PingText {
    to: String,
    method: String,
    path: Option<String>,
    query: Option<String>,
    #[serde(default)]
    headers: Headers,
    #[serde(rename = "type")]
    media: Option<String>,
    body: Option<String>,
    enc: Option<Encoding>,
    wait: Option<u32>,
}

#[derive(Serialize)]
struct PongText {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    headers: Headers,
    #[serde(rename = "type")]
    media: String,
    body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    enc: Option<Encoding>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    Base64,
}

pub(super) async fn answer(mesh: &Arc<Mesh>, request: &mut Request) -> Result<Answer, Problem> {
    request.only("POST")?;
    let visitor = request.visitor(mesh)?;
    let body = request.whole(JSON_MESSAGE_BYTES).await?;
    let text: PingText =
        serde_json::from_slice(&body).map_err(|error| Problem::new(Code::BadBody, error.to_string()))?;
    let ping = ping(mesh, text, visitor)?;
    let (from, agent) = (ping.from.clone(), ping.agent.clone());
    let pong = mesh.ask(ping, Via::Lane { star: &from, agent: &agent }, request.remote).await;
    // Every pong has a JSON form: texts and integers.
    Ok(Answer::json(200, serde_json::to_string(&pong_text(pong)).unwrap_or_default()))
}

fn ping(mesh: &Mesh, text: PingText, visitor: Visitor) -> Result<Wave, Problem> {
    let to: Point = text.to.parse().map_err(|error| Problem::new(Code::BadPoint, format!("`{}`: {error}", text.to)))?;
    let method: Method = text.method.parse().map_err(|error: starlane_protocol::MethodError| {
        Problem::named(Code::BadWave, "bad-method", format!("`{}`: {error}", text.method))
    })?;
    let id = random().map(WaveId).map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    let from = sender(mesh, &visitor.agent)?;
    let mut ping = Wave::new(id, WaveKind::Ping, from, visitor.agent, to, method);
    ping.path = text.path.unwrap_or_else(|| "/".into()).into();
    ping.query = text.query.unwrap_or_default().into();
    ping.headers = text.headers;
    ping.wait = text.wait.unwrap_or(WAIT_LOW_MS).min(WAIT_HIGH_MS);
    if let Some(body) = text.body {
        let bytes = match text.enc {
            None => body.into_bytes(),
            Some(Encoding::Base64) => {
                STANDARD.decode(body).map_err(|error| Problem::new(Code::BadBody, format!("body: {error}")))?
            }
        };
        ping.body = Body::new(text.media.as_deref().unwrap_or("text/plain"), bytes);
    }
    ping.check().map_err(Refusal::from)?;
    Ok(ping)
}

fn pong_text(pong: Wave) -> PongText {
    let (body, enc) = match std::str::from_utf8(&pong.body.bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => (STANDARD.encode(&pong.body.bytes), Some(Encoding::Base64)),
    };
    let (code, media) = (pong.code().map(str::to_owned), pong.body.media.to_string());
    PongText { status: pong.status.unwrap_or(500), code, headers: pong.headers, media, body, enc }
}
