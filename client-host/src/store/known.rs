//! What a tab knows of a relay from earlier: enough to start without it.

use starlane_bundle::{Digest, PublicKey};
use starlane_protocol::{Agent, Point};

/// What a relay said when it greeted last.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// The text that is kept: root key, space and agent, a line each. None of them can hold a line break.
    pub(crate) fn to_text(&self) -> String {
        [self.root.to_string(), self.space.clone(), self.agent.to_string()].join("\n")
    }

    /// What was kept.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let (root, space, agent) = (lines.next()?, lines.next()?, lines.next()?);
        Some(Self { root: root.parse().ok()?, space: space.into(), agent: agent.parse().ok()? })
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

#[cfg(test)]
mod tests {
    use super::Known;

    #[test]
    fn what_is_kept_comes_back() {
        let digits = "0f".repeat(32);
        for agent in ["anonymous", "localhost:users:ada"] {
            let text = format!("{digits}\nlocalhost\n{agent}");
            assert_eq!(Known::from_text(&text).unwrap().to_text(), text);
        }
        assert_eq!(Known::from_text("{}"), None);
    }
}
