//! Grants: who may do what. They only allow; without one the answer is no.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Agent, Method, MethodError, Pattern, PatternError, Point};

/// One line of permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Whom it is given to.
    pub to: Grantee,
    /// What it allows.
    pub may: Vec<May>,
    /// Where: every point that fits.
    pub on: Pattern,
    /// For `call`: which methods; none named means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<MethodPattern>,
}

impl Grant {
    /// Whether this line lets `agent` do `may` with `method` at `point`.
    pub fn allows(&self, agent: &Agent, may: May, point: &Point, method: Option<&Method>) -> bool {
        let methods = self.methods.is_empty() || method.is_some_and(|m| self.methods.iter().any(|p| p.matches(m)));
        self.may.contains(&may) && methods && self.to.covers(agent) && self.on.matches(point)
    }
}

/// What a grant can allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum May {
    /// Send waves.
    Call,
    /// Read what is listed there: logs, the mesh.
    Read,
    /// Publish bundles.
    Publish,
    /// Install and remove applications.
    Install,
    /// Everything administrative.
    Admin,
    /// Put a mechtron of another bundle behind what stands for a user.
    Override,
}

/// Whom a grant is given to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grantee {
    /// Everybody, signed in or not.
    Anyone,
    /// Every signed-in user.
    SignedIn,
    /// Every agent whose point fits.
    Pattern(Pattern),
}

impl Grantee {
    /// Whether the agent is among those meant.
    pub fn covers(&self, agent: &Agent) -> bool {
        match self {
            Grantee::Anyone => true,
            Grantee::SignedIn => agent.is_user(),
            Grantee::Pattern(pattern) => agent.point().is_some_and(|point| pattern.matches(point)),
        }
    }
}

impl FromStr for Grantee {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        match text {
            "anyone" => Ok(Grantee::Anyone),
            "signed-in" => Ok(Grantee::SignedIn),
            pattern => pattern.parse().map(Grantee::Pattern),
        }
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Grantee::Anyone => f.write_str("anyone"),
            Grantee::SignedIn => f.write_str("signed-in"),
            Grantee::Pattern(pattern) => fmt::Display::fmt(pattern, f),
        }
    }
}

crate::text::as_text!(Grantee, "grantee");

/// A method, or all of a family: `Ext<Greet>`, `Ext<*>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MethodPattern {
    /// This method only.
    One(Method),
    /// Every method that begins so (`Ext<`).
    Family(&'static str),
}

impl MethodPattern {
    /// Whether the method fits.
    pub fn matches(&self, method: &Method) -> bool {
        match self {
            MethodPattern::One(one) => one == method,
            MethodPattern::Family(family) => method.as_str().starts_with(family),
        }
    }
}

impl FromStr for MethodPattern {
    type Err = MethodError;

    fn from_str(text: &str) -> Result<Self, MethodError> {
        match text {
            "Http<*>" => Ok(Self::Family("Http<")),
            "Ext<*>" => Ok(Self::Family("Ext<")),
            "Cmd<*>" => Ok(Self::Family("Cmd<")),
            one => one.parse().map(Self::One),
        }
    }
}

impl fmt::Display for MethodPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MethodPattern::One(method) => fmt::Display::fmt(method, f),
            MethodPattern::Family(family) => write!(f, "{family}*>"),
        }
    }
}

crate::text::as_text!(MethodPattern, "method pattern");
