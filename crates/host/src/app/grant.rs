//! What an application's `[[grant]]`s open: its own points, to users or to anyone.

use std::fmt;

use starlane_protocol::document::{App, AppGrant, Holes};
use starlane_protocol::{Grant, Pattern, Point};

use super::InstallError;

/// Why a grant does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantError {
    /// The key whose value is wrong: `to` or `on`.
    pub key: &'static str,
    /// What is wrong with it, the value named.
    pub what: String,
}

impl fmt::Display for GrantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "grant: {}", self.what)
    }
}

impl std::error::Error for GrantError {}

impl From<GrantError> for InstallError {
    fn from(error: GrantError) -> Self {
        InstallError::Document(error.to_string())
    }
}

/// A grant of an application, its holes filled.
///
/// # Errors
/// The first key whose value opens nothing, or what is not the application's own.
pub fn grant(grant: &AppGrant, app: &App, holes: &Holes<'_>) -> Result<Grant, GrantError> {
    let wrong = |key, what: String| GrantError { key, what };
    let to = grant.to.fill(holes).map_err(|error| wrong("to", format!("to: {error}")))?;
    if !to.contains(':') && !matches!(to.as_str(), "anyone" | "signed-in") {
        let space = holes.app.space();
        let what = format!("to = `{to}`: it is `anyone`, `signed-in`, or a pattern of users like `{space}:users:*`");
        return Err(wrong("to", what));
    }
    let grantee = to.parse().map_err(|error| wrong("to", format!("to = `{to}`: {error}")))?;
    let on = grant.on.fill(holes).map_err(|error| wrong("on", format!("on: {error}")))?;
    if !lies_in(&on, holes.app) {
        let what = format!("on = `{on}`: an application grants what is its own, `${{app}}` and what is below it");
        return Err(wrong("on", what));
    }
    let rest = on.as_str().strip_prefix(holes.app.as_str()).and_then(|rest| rest.strip_prefix(':'));
    let named = rest.and_then(|rest| rest.split(':').next()).filter(|name| !name.contains('*'));
    if let Some(name) = named.filter(|name| !app.mechtrons.contains_key(*name)) {
        return Err(wrong("on", format!("on = `{on}`: the application has no mechtron `{name}`")));
    }
    Ok(Grant { to: grantee, may: grant.may.clone(), on, methods: grant.methods.clone() })
}

/// Whether everything a pattern fits is an application's own: whoever wrote a bundle must not open what belongs to others.
fn lies_in(pattern: &Pattern, app: &Point) -> bool {
    let rest = pattern.as_str().strip_prefix(app.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}
