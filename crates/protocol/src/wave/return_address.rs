//! Return addresses: what is kept of a ping to answer it when the ping itself is elsewhere.

use std::sync::Arc;

use super::{Body, Headers, Wave, WaveKind, root};
use crate::{Agent, Point, Refusal, WaveId};

/// What an answer takes from its ping.
#[derive(Debug, Clone)]
pub struct ReturnAddress {
    /// The id of both.
    pub id: WaveId,
    /// Who asked.
    pub from: Point,
    /// Who was asked.
    pub to: Point,
    /// Milliseconds the ping had left.
    pub wait: u32,
    /// A `traceparent`, carried as it is.
    pub trace: Option<Arc<str>>,
}

impl ReturnAddress {
    /// That of a ping.
    pub fn of(ping: &Wave) -> Self {
        let (id, from, to, trace) = (ping.id, ping.from.clone(), ping.to.clone(), ping.trace.clone());
        Self { id, from, to, wait: ping.wait, trace }
    }

    /// The answer, sent by who was asked.
    pub fn pong(self, agent: Agent, status: u16, headers: Headers, body: Body) -> Wave {
        Wave {
            id: self.id,
            kind: WaveKind::Pong,
            from: self.to,
            to: self.from,
            agent,
            method: None,
            path: root(),
            query: Arc::default(),
            headers,
            body,
            status: Some(status),
            wait: self.wait,
            chain: Vec::new(),
            hops: 0,
            trace: self.trace,
        }
    }

    /// The mesh's own answer; see [`Wave::refuse`].
    pub fn refuse(self, refusal: &Refusal) -> Wave {
        let headers = Headers::one("starlane-code", refusal.code.word());
        let body = Body::new("application/json", refusal.to_json().into_bytes());
        self.pong(Agent::Anonymous, refusal.code.status(), headers, body)
    }
}
