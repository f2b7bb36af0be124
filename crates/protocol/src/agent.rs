//! The agent: who answers for a wave.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use crate::{Point, PointError, PointErrorKind};

/// Who answers for a wave: a user, a mechtron that runs on a server, or nobody in particular.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agent {
    /// Nobody signed in. It is nobody's own user.
    Anonymous,
    /// The user or mechtron with this point.
    Point(Point),
}

/// A text that is neither `anonymous` nor a point without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentError(PointError);

impl AgentError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        "bad-agent"
    }
}

impl fmt::Display for AgentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an agent is `anonymous` or a point without a path: {}", self.0)
    }
}

impl Error for AgentError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl Agent {
    /// The point, unless nobody is signed in.
    pub fn point(&self) -> Option<&Point> {
        match self {
            Agent::Anonymous => None,
            Agent::Point(point) => Some(point),
        }
    }

    /// Whether it is a signed-in user: `<space>:users:<id>`.
    pub fn is_user(&self) -> bool {
        self.point().is_some_and(|point| {
            point.path().is_none() && point.segments().nth(1) == Some("users") && point.segments().count() == 3
        })
    }
}

impl FromStr for Agent {
    type Err = AgentError;

    fn from_str(text: &str) -> Result<Self, AgentError> {
        match text {
            "anonymous" => Ok(Agent::Anonymous),
            text => match text.parse::<Point>() {
                Ok(point) if point.path().is_some() => {
                    Err(AgentError(PointError::new(PointErrorKind::BadPath, point.stem().len())))
                }
                Ok(point) => Ok(Agent::Point(point)),
                Err(error) => Err(AgentError(error)),
            },
        }
    }
}

impl fmt::Display for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Agent::Anonymous => f.write_str("anonymous"),
            Agent::Point(point) => fmt::Display::fmt(point, f),
        }
    }
}

crate::text::as_text!(Agent, "agent");
