//! What a point can name, and how a mechtron is doing.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What stands behind a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Kind {
    /// A host name everything else lives under.
    Space,
    /// A place for repositories.
    Repo,
    /// All versions of one bundle.
    BundleSeries,
    /// One version: an immutable set of files.
    Bundle,
    /// A file of a bundle.
    Artifact,
    /// An installed application.
    App,
    /// A WebAssembly actor.
    Mechtron,
    /// A place where mechtrons run: a tab or a core of a relay.
    Star,
    /// A person, or a program with a token.
    User,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// How a mechtron is doing at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MechtronStatus {
    /// It has no instance; the next wave wakes it.
    Asleep,
    /// Its state, code or a file is being fetched.
    Waking,
    /// It has an instance and nothing to do.
    Idle,
    /// It has a wave in hand.
    Running,
    /// It waits for an answer.
    Waiting,
    /// It trapped too often and rests until its back-off ends.
    Stopped,
}
