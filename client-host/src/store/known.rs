//! What a tab knows of a relay from earlier: enough to start without it.

use serde::{Deserialize, Serialize};
use starlane_bundle::{Digest, PublicKey};
use starlane_protocol::{Agent, Point};

/// What a relay said when it greeted last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    /// The public half of the space's root key. (32 bytes, written as a digest is: 64 hex digits.)
    root: Digest,
    /// The space, which this tab's point begins with.
    pub(crate) space: String,
    /// Who answered for this tab.
    pub(crate) agent: Agent,
}

impl Known {
    pub(crate) fn new(root: &PublicKey, point: &Point, agent: &Agent) -> Self {
        Self { root: Digest(*root.as_bytes()), space: point.space().into(), agent: agent.clone() }
    }

    /// The root key, if what was kept is one.
    pub(crate) fn root(&self) -> Option<PublicKey> {
        PublicKey::from_bytes(&self.root.0).ok()
    }

    /// The point a star with this id had there.
    pub(crate) fn star(&self, id: &str) -> Option<Point> {
        format!("{}:stars:{id}", self.space).parse().ok()
    }
}
