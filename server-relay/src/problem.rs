//! Problems: how a refusal is told, over HTTP and in pongs alike: a status, a stable code, what happened, what to do.

use std::borrow::Cow;

use serde::Serialize;
use starlane_bundle::ManifestError;
use starlane_host::app::InstallError;
use starlane_protocol::{Agent, Body, Code, Headers, Refusal, Retry, Wave};

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    /// An HTTP number.
    #[serde(skip)]
    pub(crate) status: u16,
    /// The stable word.
    pub(crate) code: Cow<'static, str>,
    /// What happened, in one sentence.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Cow<'static, str>,
    /// Whether sending again is safe.
    pub(crate) retry: Retry,
    /// Each of several things that stand against it, a sentence each.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(crate) details: Box<[String]>,
    /// The methods that are allowed, when another was used (RFC 9110, 10.2.1).
    #[serde(skip)]
    pub(crate) allow: Option<String>,
}

impl Problem {
    /// A problem with one of the mesh's codes.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self::named(code, code.word(), message)
    }

    /// A problem that is a special case of one of the mesh's codes, with a word of its own.
    pub(crate) fn named(of: Code, word: &'static str, message: impl Into<String>) -> Self {
        let (hint, retry) = (of.hint().into(), of.retry());
        Self {
            status: of.status(),
            code: word.into(),
            message: message.into(),
            hint,
            retry,
            details: Box::default(),
            allow: None,
        }
    }

    /// The same with another hint.
    pub(crate) fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same with each of the things that stand against it.
    pub(crate) fn details(mut self, details: Vec<String>) -> Self {
        self.details = details.into();
        self
    }

    /// The same with another status.
    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// A method that is not allowed here, with those that are.
    pub(crate) fn wrong_method(method: &str, allow: &str) -> Self {
        // The relay itself answers OPTIONS everywhere.
        let allow = if allow.ends_with("OPTIONS") { allow.to_owned() } else { format!("{allow}, OPTIONS") };
        let what = format!("`{method}` is not allowed here; these are: {allow}");
        let hint = "Use one of the methods named.";
        Self { allow: Some(allow), ..Self::new(Code::WrongMethod, what).hint(hint) }
    }

    /// `{code, message, hint, retry}`.
    pub(crate) fn to_json(&self) -> String {
        // Four strings always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The problem as the answer to a ping.
    pub(crate) fn pong(&self, ping: &Wave) -> Wave {
        let mut headers = Headers::default();
        // A code word is a well-formed header value.
        let _ = headers.push("starlane-code", &self.code);
        ping.pong(Agent::Anonymous, self.status, headers, Body::json(self.to_json()))
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.code, refusal.message)
    }
}

impl From<ManifestError> for Problem {
    fn from(error: ManifestError) -> Self {
        Self::named(Code::BadBundle, error.code(), error.to_string())
    }
}

impl From<InstallError> for Problem {
    fn from(error: InstallError) -> Self {
        let problem = Self::named(Code::BadBundle, error.code(), error.to_string());
        match error {
            // It is the point that does not hold, not the bundle.
            InstallError::NotAnApp(_) => problem.hint("Choose another point for the application."),
            InstallError::Config(_) => problem.hint(
                "See what there is with `starlane get <app>`; `starlane set <app> <name>=` takes the default again.",
            ),
            _ => problem,
        }
    }
}
