//! Waves: the one envelope of everything that is said in the mesh.
//!
//! A wave is checked by [`Wave::check`] where it enters; afterwards its bounds hold everywhere.

mod body;
mod error;
mod headers;
mod return_address;

use std::fmt;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

pub use body::{Body, essence};
pub use error::WaveError;
pub use headers::{Headers, HeadersError};
pub use return_address::ReturnAddress;

use crate::limits::{BODY_BYTES, CHAIN, HOPS, PATH_BYTES, TRACE_BYTES, TYPE_BYTES, WAIT_HIGH_MS, WAIT_LOW_MS};
use crate::text::has_control;
use crate::{Agent, Method, Point, Refusal, WaveId};

/// What kind of wave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum WaveKind {
    /// Asks, and is answered by one pong; tried once.
    #[n(0)]
    Ping,
    /// Answers the ping whose id it carries.
    #[n(1)]
    Pong,
    /// Tells; no answer, best effort.
    #[n(2)]
    Signal,
}

impl fmt::Display for WaveKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WaveKind::Ping => "ping",
            WaveKind::Pong => "pong",
            WaveKind::Signal => "signal",
        })
    }
}

/// One wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// 16 random bytes; a pong has those of its ping.
    pub id: WaveId,
    /// Ping, pong or signal.
    pub kind: WaveKind,
    /// Who sent it.
    pub from: Point,
    /// Whom it is for.
    pub to: Point,
    /// Who answers for it.
    pub agent: Agent,
    /// What is asked; a pong has none.
    pub method: Option<Method>,
    /// Begins with `/`, holds no `?` or `#`; 8 KiB at most. Carried as it was written: nothing is decoded or normalised.
    pub path: Arc<str>,
    /// What follows `?`, without it; 8 KiB at most.
    pub query: Arc<str>,
    /// Ordered lower-case pairs.
    pub headers: Headers,
    /// Bytes with a content type; 1 MiB at most.
    pub body: Body,
    /// An HTTP number; only a pong has one.
    pub status: Option<u16>,
    /// Milliseconds left before the sender gives up; every holder takes off the time it held the wave.
    pub wait: u32,
    /// The pings that wait for this one, the oldest first.
    pub chain: Vec<WaveId>,
    /// Holders it has passed.
    pub hops: u8,
    /// A `traceparent` (W3C Trace Context), carried as it is.
    pub trace: Option<Arc<str>>,
}

/// The path of most waves, shared by all of them.
fn root() -> Arc<str> {
    static ROOT: LazyLock<Arc<str>> = LazyLock::new(|| "/".into());
    ROOT.clone()
}

impl Wave {
    /// A ping or signal with nothing but its address.
    pub fn new(id: WaveId, kind: WaveKind, from: Point, agent: Agent, to: Point, method: Method) -> Self {
        Self::with_body(id, kind, from, agent, to, method, Body::default())
    }

    /// A ping or signal with an address and a body.
    pub fn with_body(
        id: WaveId,
        kind: WaveKind,
        from: Point,
        agent: Agent,
        to: Point,
        method: Method,
        body: Body,
    ) -> Self {
        Self {
            id,
            kind,
            from,
            to,
            agent,
            method: Some(method),
            path: root(),
            query: Arc::default(),
            headers: Headers::default(),
            body,
            status: None,
            wait: WAIT_LOW_MS,
            chain: Vec::new(),
            hops: 0,
            trace: None,
        }
    }

    /// The answer to this ping, sent by its target.
    pub fn pong(&self, agent: Agent, status: u16, headers: Headers, body: Body) -> Wave {
        ReturnAddress::of(self).pong(agent, status, headers, body)
    }

    /// Turns this ping, which nobody needs any more, into its answer: what both have is not copied.
    pub fn become_pong(&mut self, agent: Agent, status: u16, headers: Headers, body: Body) {
        std::mem::swap(&mut self.from, &mut self.to);
        (self.kind, self.agent, self.method, self.status) = (WaveKind::Pong, agent, None, Some(status));
        (self.headers, self.body) = (headers, body);
        self.hops = 0;
        self.chain.clear();
        if &*self.path != "/" {
            self.path = root();
        }
        if !self.query.is_empty() {
            self.query = Arc::default();
        }
    }

    /// The mesh's own answer to this ping: the refusal's status, its code as header `starlane-code`, and JSON that tells it.
    pub fn refuse(&self, refusal: &Refusal) -> Wave {
        ReturnAddress::of(self).refuse(refusal)
    }

    /// The code word, when the mesh itself made this pong.
    pub fn code(&self) -> Option<&str> {
        self.headers.get("starlane-code")
    }

    /// Bytes this wave occupies, about: what queues and mailboxes count.
    pub fn weight(&self) -> usize {
        512 + self.path.len() + self.query.len() + self.headers.weight() + self.body.bytes.len() + self.chain.len() * 16
    }

    /// Holds the wave to every bound of its form.
    ///
    /// # Errors
    /// The first bound it breaks.
    pub fn check(&self) -> Result<(), WaveError> {
        let pong = self.kind == WaveKind::Pong;
        if pong != self.status.is_some() || self.status.is_some_and(|status| !(100..=599).contains(&status)) {
            return Err(WaveError::Status);
        }
        if pong == self.method.is_some() {
            return Err(WaveError::Method);
        }
        let paths = [&self.path, &self.query].iter().all(|text| text.len() <= PATH_BYTES && !has_control(text));
        if !paths || !self.path.starts_with('/') || self.path.bytes().any(|byte| matches!(byte, b'?' | b'#')) {
            return Err(WaveError::Path);
        }
        if self.body.bytes.len() > BODY_BYTES {
            return Err(WaveError::BodyTooLarge(self.body.bytes.len()));
        }
        if self.body.media.len() > TYPE_BYTES || has_control(&self.body.media) {
            return Err(WaveError::Type);
        }
        if self.chain.len() > CHAIN {
            return Err(WaveError::ChainTooLong);
        }
        if self.hops > HOPS {
            return Err(WaveError::TooManyHops);
        }
        if self.wait > WAIT_HIGH_MS {
            return Err(WaveError::Wait);
        }
        if self.trace.as_ref().is_some_and(|trace| trace.len() > TRACE_BYTES || has_control(trace)) {
            return Err(WaveError::Trace);
        }
        Ok(())
    }
}
