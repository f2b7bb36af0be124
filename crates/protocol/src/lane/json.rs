//! Frames in JSON: `{"wave": {"seq": 1, "wave": {…}}}`, one object a line.
//!
//! Ids are hex, integers stay below 2^53, a body is text, or base64 with `"enc": "base64"` when it is not UTF-8 or
//! mostly control characters.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::message::Message;
use super::{Bye, Frame, FrameError, Greet, Installed, Knock};
use crate::limits::{JSON_MESSAGE_BYTES, WAIT_LOW_MS};
use crate::{Agent, Body, Headers, Method, Point, Wave, WaveId, WaveKind};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FrameText {
    Knock(Knock),
    Greet(Greet),
    Wave { seq: u64, wave: Box<WaveText> },
    Ack { seq: u64 },
    Credit { bytes: u64 },
    Auth { token: String },
    Install(Installed),
    Beat {},
    Bye(Bye),
}

#[derive(Serialize, Deserialize)]
struct WaveText {
    id: WaveId,
    kind: WaveKind,
    from: Point,
    to: Point,
    agent: Agent,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<Method>,
    #[serde(default = "root_path")]
    path: Arc<str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    query: Arc<str>,
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    headers: Headers,
    #[serde(default, rename = "type", skip_serializing_if = "str::is_empty")]
    media: Arc<str>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enc: Option<Encoding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default = "default_wait")]
    wait: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    chain: Vec<WaveId>,
    #[serde(default)]
    hops: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trace: Option<Arc<str>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    Base64,
}

fn root_path() -> Arc<str> {
    "/".into()
}

fn default_wait() -> u32 {
    WAIT_LOW_MS
}

pub(super) fn encode(frame: &Frame, message: &mut String) {
    // Every frame has a JSON form: its maps have string keys and its numbers are integers.
    let text = serde_json::to_string(&to_text(frame)).unwrap_or_default();
    message.push_str(&text);
    message.push('\n');
}

pub(super) fn decode(message: &str) -> Result<Vec<Frame>, FrameError> {
    if message.len() > JSON_MESSAGE_BYTES {
        return Err(FrameError::TooLarge);
    }
    let mut frames = Message::default();
    for line in message.lines().filter(|line| !line.trim().is_empty()) {
        frames.room()?;
        let text: FrameText = serde_json::from_str(line).map_err(|error| FrameError::Garbage(error.to_string()))?;
        frames.push(from_text(text)?)?;
    }
    Ok(frames.into_frames())
}

fn to_text(frame: &Frame) -> FrameText {
    match frame.clone() {
        Frame::Knock(knock) => FrameText::Knock(knock),
        Frame::Greet(greet) => FrameText::Greet(greet),
        Frame::Wave(seq, wave) => FrameText::Wave { seq, wave: Box::new(wave_to_text(*wave)) },
        Frame::Ack(seq) => FrameText::Ack { seq },
        Frame::Credit(bytes) => FrameText::Credit { bytes },
        Frame::Auth(token) => FrameText::Auth { token },
        Frame::Install(install) => FrameText::Install(install),
        Frame::Beat => FrameText::Beat {},
        Frame::Bye(bye) => FrameText::Bye(bye),
    }
}

fn from_text(text: FrameText) -> Result<Frame, FrameError> {
    Ok(match text {
        FrameText::Knock(knock) => Frame::Knock(knock),
        FrameText::Greet(greet) => Frame::Greet(greet),
        FrameText::Wave { seq, wave } => Frame::Wave(seq, Box::new(wave_from_text(*wave)?)),
        FrameText::Ack { seq } => Frame::Ack(seq),
        FrameText::Credit { bytes } => Frame::Credit(bytes),
        FrameText::Auth { token } => Frame::Auth(token),
        FrameText::Install(install) => Frame::Install(install),
        FrameText::Beat {} => Frame::Beat,
        FrameText::Bye(bye) => Frame::Bye(bye),
    })
}

/// How many times its own size a text may have in JSON before base64 is taken: a whole body of escaped control
/// characters (`\u0000`, six bytes for one) would not fit a message.
const ESCAPED_AT_MOST: usize = 2;

/// Whether a text stays small when JSON escapes it.
fn is_plain(text: &str) -> bool {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0x00..=0x1f => 6,
        _ => 1,
    };
    text.bytes().map(escaped).sum::<usize>() <= ESCAPED_AT_MOST * text.len()
}

fn body_to_text(bytes: &[u8]) -> (String, Option<Encoding>) {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_plain(text) => (text.to_owned(), None),
        _ => (STANDARD.encode(bytes), Some(Encoding::Base64)),
    }
}

fn wave_to_text(wave: Wave) -> WaveText {
    let (body, enc) = body_to_text(&wave.body.bytes);
    let Wave { id, kind, from, to, agent, method, path, query, headers, body: whole, status, wait, chain, hops, trace } =
        wave;
    let media = whole.media;
    WaveText {
        id,
        kind,
        from,
        to,
        agent,
        method,
        path,
        query,
        headers,
        media,
        body,
        enc,
        status,
        wait,
        chain,
        hops,
        trace,
    }
}

fn wave_from_text(text: WaveText) -> Result<Wave, FrameError> {
    let bytes = match text.enc {
        None => text.body.into_bytes(),
        Some(Encoding::Base64) => {
            STANDARD.decode(&text.body).map_err(|error| FrameError::Garbage(format!("body: {error}")))?
        }
    };
    let WaveText {
        id,
        kind,
        from,
        to,
        agent,
        method,
        path,
        query,
        headers,
        media,
        status,
        wait,
        chain,
        hops,
        trace,
        ..
    } = text;
    let body = Body { media, bytes: bytes.into() };
    Ok(Wave { id, kind, from, to, agent, method, path, query, headers, body, status, wait, chain, hops, trace })
}

/// Bytes as base64 text (RFC 4648, 4).
pub(super) mod base64_bytes {
    use super::{Deserialize, Engine, STANDARD};

    pub(crate) fn serialize<S: serde::Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        STANDARD.decode(text.as_bytes()).map_err(serde::de::Error::custom)
    }
}

/// Optional bytes as base64 text.
pub(super) mod base64_option {
    use super::{Deserialize, Engine, STANDARD};

    pub(crate) fn serialize<S: serde::Serializer>(bytes: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => to.serialize_str(&STANDARD.encode(bytes)),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| STANDARD.decode(text).map_err(serde::de::Error::custom)).transpose()
    }
}
