//! Pings and pongs in the JSON form that `POST /starlane/waves` takes and gives.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use starlane_protocol::limits::WAIT_LOW_MS;
use starlane_protocol::{Code, Method, Point};

use super::failure::Failure;
use crate::names::readable;

/// What is asked.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Ping {
    pub(super) to: String,
    pub(super) method: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) query: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) headers: Vec<(String, String)>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) media: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enc: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) wait: Option<u32>,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub(super) struct Pong {
    /// 100 to 599.
    pub(super) status: u16,
    /// The mesh's own code word, when it was the mesh that refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
    /// Ordered lower-case pairs.
    #[serde(default)]
    pub(super) headers: Vec<(String, String)>,
    /// The content type.
    #[serde(rename = "type", default)]
    pub(super) media: String,
    /// The body, as text.
    #[serde(default)]
    pub(super) body: String,
    /// `base64` when the body is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) enc: Option<String>,
}

/// The body of a refusal.
#[derive(Deserialize)]
struct Told {
    message: String,
    hint: Option<String>,
    #[serde(default)]
    details: Vec<String>,
}

impl Ping {
    /// A ping without a body.
    pub(super) fn new(to: &Point, method: &Method) -> Self {
        Self { to: to.to_string(), method: method.to_string(), ..Self::default() }
    }

    /// A command to the mesh.
    pub(super) fn command(to: &Point, name: &str, body: &Value) -> Result<Self, Failure> {
        let method = format!("Cmd<{name}>")
            .parse()
            .map_err(|_| Failure::new("bad-method", format!("`{name}` is no command")))?;
        let media = Some("application/json".to_owned());
        Ok(Self { media, body: Some(body.to_string()), ..Self::new(to, &method) })
    }

    /// Gives it a body.
    pub(super) fn set_body(&mut self, bytes: Vec<u8>) {
        match String::from_utf8(bytes) {
            Ok(text) => self.body = Some(text),
            Err(error) => {
                self.body = Some(STANDARD.encode(error.as_bytes()));
                self.enc = Some("base64");
            }
        }
    }

    /// How long it waits for its answer.
    pub(super) fn patience_ms(&self) -> u32 {
        self.wait.unwrap_or(WAIT_LOW_MS)
    }

    pub(super) fn to_json(&self) -> Result<Value, Failure> {
        serde_json::to_value(self).map_err(|error| Failure::new("bad-wave", error.to_string()))
    }
}

impl Pong {
    /// The first value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The bytes of the body.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, Failure> {
        match self.enc.as_deref() {
            Some("base64") => {
                STANDARD.decode(&self.body).map_err(|error| Failure::new("bad-answer", error.to_string()))
            }
            _ => Ok(self.body.clone().into_bytes()),
        }
    }

    /// What went wrong, if something did.
    pub(super) fn failure(&self) -> Option<Failure> {
        if self.status < 400 {
            return None;
        }
        let Some(word) = self.code.as_deref().or_else(|| self.header("starlane-code")) else {
            let message = format!("the mechtron answered {}", self.status);
            return Some(Failure::new(format!("status-{}", self.status), message));
        };
        let told: Option<Told> = serde_json::from_str(&self.body).ok();
        let hint = told.as_ref().and_then(|told| told.hint.clone());
        let hint = hint.or_else(|| Code::from_word(word).map(|code| code.hint().to_owned()));
        let failure = match told {
            Some(told) => Failure::new(word, readable(&told.message)).details(&told.details),
            None => Failure::new(word, format!("refused: {word}")),
        };
        Some(match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        })
    }
}
