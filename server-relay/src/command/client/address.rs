//! The address of a relay.

use std::fmt;
use std::str::FromStr;

use ureq::http::Uri;

use crate::command::failure::Failure;

/// Where a relay listens when nothing else is said.
pub(crate) const PORT: u16 = 7827;

/// `http://host:port`, with the names of this machine written as its loopback address: they need no look-up then, and
/// a relay knows its bare address as its own host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    host: String,
    port: u16,
}

impl Address {
    /// The address of something below `/starlane/`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{self}/starlane/{path}")
    }

    /// Whether it is this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.host.starts_with("127.") || self.host == "[::1]"
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Default for Address {
    fn default() -> Self {
        Self { host: "127.0.0.1".into(), port: PORT }
    }
}

impl FromStr for Address {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let wrong = |what: &str| {
            Failure::misuse("bad-relay-address", format!("`{text}` is no address of a relay: {what}"))
                .hint("one looks like http://localhost:7827")
        };
        let uri: Uri = text.parse().map_err(|_| wrong("it cannot be read"))?;
        match uri.scheme_str() {
            Some("http" | "ws") => {}
            Some("https" | "wss") => return Err(wrong("this command speaks plain HTTP only")),
            _ => return Err(wrong("it begins with http://")),
        }
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| wrong("it names no host"))?;
        let host = host.to_ascii_lowercase();
        let local = host == "localhost" || host.ends_with(".localhost");
        Ok(Self { host: if local { "127.0.0.1".into() } else { host }, port: uri.port_u16().unwrap_or(80) })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}:{}", self.host, self.port)
    }
}
