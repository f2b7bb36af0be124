//! The relay, over HTTP.
//!
//! Every call settles: connecting, reading and writing have bounds. A token goes to the relay it is for and nowhere
//! else: the operator's token only to the address that stands beside it, and no redirect is followed.

mod address;

use std::io::Read;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use starlane_bundle::{Digest, SecretKey};
use starlane_protocol::Point;
use ureq::http::Response;
use ureq::{Agent, Body, RequestBuilder, SendBody};

use super::failure::Failure;
use super::operator::Operator;
use super::ping::{Ping, Pong};
pub(super) use address::{Address, PORT};

/// To connect; a relay on this machine or near it answers at once.
const CONNECT: Duration = Duration::from_secs(5);

/// Between two bytes from the relay, and between two bytes it takes. It syncs a file to disk before it answers.
const SILENCE: Duration = Duration::from_secs(60);

/// What an answer may take on top of a ping's own patience.
const GRACE: Duration = Duration::from_secs(10);

/// Bytes of an answer at most: a body of 1 MiB in base64 with its envelope, or a list of a large mesh.
const ANSWER_BYTES: u64 = 64 * 1024 * 1024;

/// A relay and who we are there.
pub(super) struct Client {
    address: Address,
    token: Option<String>,
    agent: Agent,
}

/// The JSON of a refusal.
#[derive(Deserialize)]
struct Refused {
    code: String,
    message: String,
    hint: Option<String>,
    #[serde(default)]
    details: Vec<String>,
}

impl Client {
    /// The relay that was named, else the operator's, else the default one.
    pub(super) fn new(relay: Option<&str>, token: Option<String>, operator: Option<Operator>) -> Result<Self, Failure> {
        let own = operator.as_ref().map(|operator| operator.url.parse::<Address>()).transpose()?;
        let address = match relay {
            Some(relay) => relay.parse()?,
            None => own.clone().unwrap_or_default(),
        };
        let operators = operator.filter(|_| own.as_ref() == Some(&address)).map(|operator| operator.token);
        let token = token.or(operators);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_per_read(Some(SILENCE))
            .timeout_per_write(Some(SILENCE))
            .user_agent(concat!("starlane/", env!("CARGO_PKG_VERSION")));
        // A proxy cannot reach this machine's own loopback.
        let config = if address.is_loopback() { config.proxy(None) } else { config };
        Ok(Self { address, token, agent: config.build().new_agent() })
    }

    /// Where the relay is.
    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// Sends a ping; the pong may tell of a refusal.
    pub(super) fn ping(&self, ping: &Ping) -> Result<Pong, Failure> {
        let patience = Duration::from_millis(ping.patience_ms().into()) + GRACE;
        let request = self.agent.post(self.address.url("waves")).config().timeout_per_read(Some(patience)).build();
        let request = self.signed(request).header("content-type", "application/json");
        let (status, bytes) = self.answer(request.send(ping.to_json()?.to_string()))?;
        match serde_json::from_slice(&bytes) {
            Ok(pong) => Ok(pong),
            Err(_) => Err(self.refused(status, &bytes)),
        }
    }

    /// Gives the mesh a command; the JSON it answers.
    pub(super) fn command(&self, to: &Point, name: &str, body: &Value) -> Result<Value, Failure> {
        let pong = self.ping(&Ping::command(to, name, body)?)?;
        match pong.failure() {
            Some(failure) => Err(failure),
            None => Ok(serde_json::from_str(&pong.body).unwrap_or(Value::Null)),
        }
    }

    /// What is in the mesh, with how much each mechtron keeps if that is wanted.
    pub(super) fn mesh(&self, state: bool) -> Result<Value, Failure> {
        let name = if state { "mesh.json?state" } else { "mesh.json" };
        let (status, bytes) = self.answer(self.signed(self.agent.get(self.address.url(name))).call())?;
        let list = (status == 200).then(|| serde_json::from_slice(&bytes).ok()).flatten();
        list.ok_or_else(|| self.refused(status, &bytes))
    }

    /// The space that the relay serves.
    pub(super) fn space(&self) -> Result<Point, Failure> {
        let bytes = self.done(self.agent.get(self.address.url("healthz")).call())?;
        let health: Option<Value> = serde_json::from_slice(&bytes).ok();
        let space = health.and_then(|health| health["space"].as_str()?.parse().ok());
        space.ok_or_else(|| Failure::new("bad-answer", "the relay does not say which space it serves"))
    }

    /// Whether the relay has this content.
    pub(super) fn has_blob(&self, digest: &Digest) -> Result<bool, Failure> {
        let (status, _) = self.answer(self.signed(self.agent.head(self.blob(digest))).call())?;
        match status {
            200..=299 => Ok(true),
            404 => Ok(false),
            // An answer to HEAD has no body that could say more.
            401 | 403 => Err(Failure::new(
                if status == 401 { "sign-in" } else { "forbidden" },
                "the relay does not let you publish",
            )
            .hint("give a token of a user who may: `starlane token <user>` prints one")),
            _ => Err(self.refused(status, b"")),
        }
    }

    /// Uploads a content; `bytes` is read as it goes.
    pub(super) fn put_blob(&self, digest: &Digest, size: u64, mut bytes: impl Read) -> Result<(), Failure> {
        let request = self.signed(self.agent.put(self.blob(digest)));
        let request =
            request.header("content-type", "application/octet-stream").header("content-length", size.to_string());
        self.done(request.send(SendBody::from_reader(&mut bytes))).map(drop)
    }

    /// Uploads a manifest, signed with a key or left to the relay to sign; what the relay says of it.
    pub(super) fn put_bundle(&self, point: &Point, manifest: &[u8], key: Option<&SecretKey>) -> Result<Value, Failure> {
        let mut request = self.signed(self.agent.put(self.address.url(&format!("bundles/{point}"))));
        if let Some(key) = key {
            let signature = STANDARD.encode(key.sign(manifest).to_bytes());
            request = request.header("starlane-key", key.public().to_string()).header("starlane-signature", signature);
        }
        let bytes = self.done(request.header("content-type", "application/json").send(manifest))?;
        Ok(serde_json::from_slice(&bytes).unwrap_or_else(|_| json!({})))
    }

    fn blob(&self, digest: &Digest) -> String {
        self.address.url(&format!("blobs/{digest}"))
    }

    fn signed<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }

    /// The body of an answer that says it is done.
    fn done(&self, sent: Result<Response<Body>, ureq::Error>) -> Result<Vec<u8>, Failure> {
        match self.answer(sent)? {
            (200..=299, bytes) => Ok(bytes),
            (status, bytes) => Err(self.refused(status, &bytes)),
        }
    }

    /// The status and body of an answer.
    fn answer(&self, sent: Result<Response<Body>, ureq::Error>) -> Result<(u16, Vec<u8>), Failure> {
        let mut response = sent.map_err(|error| self.unreachable(&error))?;
        let status = response.status().as_u16();
        let read = response.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec();
        read.map(|bytes| (status, bytes)).map_err(|error| self.unreachable(&error))
    }

    fn unreachable(&self, error: &ureq::Error) -> Failure {
        let relay = &self.address;
        match error {
            ureq::Error::Timeout(_) => Failure::new("timeout", format!("the relay at {relay} did not answer in time"))
                .hint("look at its log; it may be busy or stopped"),
            _ => Failure::new("relay-unreachable", format!("the relay at {relay} cannot be reached: {error}"))
                .hint("start one with `starlane up`, or name another with --relay"),
        }
    }

    fn refused(&self, status: u16, bytes: &[u8]) -> Failure {
        if let Ok(refused) = serde_json::from_slice::<Refused>(bytes) {
            let failure = Failure::new(refused.code, refused.message).details(&refused.details);
            return match refused.hint {
                Some(hint) => failure.hint(hint),
                None => failure,
            };
        }
        let relay = &self.address;
        Failure::new("not-a-relay", format!("{relay} answered {status}, and not as a relay does"))
            .hint("name the relay's own address with --relay, as `starlane up` prints it")
    }
}
