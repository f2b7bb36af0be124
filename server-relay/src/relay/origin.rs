//! Origins as browsers write them: scheme, host, and a port that is not the scheme's own.

use std::fmt;
use std::str::FromStr;

use warp::http::Uri;
use warp::http::uri::Authority;

/// From where pages may open lanes and write: `https://example.com`, `http://192.168.1.7:5173`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// As a browser writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OriginError {
    /// It does not begin with `http://` or `https://`.
    Scheme,
    /// What follows is not a host, with or without a port.
    Host,
    /// Something follows the host.
    Path,
    /// The host, or a part of it between dots, is longer than a name can be (RFC 1035, 2.3.4).
    Long,
}

/// Letters of a host's name at most (RFC 1035, 2.3.4: 255 bytes as it is sent).
const HOST_LETTERS: usize = 253;

/// Letters between two dots of a host's name at most (RFC 1035, 2.3.4).
const LABEL_LETTERS: usize = 63;

impl OriginError {
    /// The stable code word.
    pub fn code(self) -> &'static str {
        "bad-origin"
    }
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OriginError::Scheme => "an origin begins with `http://` or `https://`",
            OriginError::Host => "an origin names one host, with or without a port",
            OriginError::Path => "an origin ends with its host or port",
            OriginError::Long => "a host has 253 letters at most, and 63 between two dots",
        })
    }
}

impl std::error::Error for OriginError {}

impl FromStr for Origin {
    type Err = OriginError;

    /// Capitals, a last slash and the scheme's own port are forgiven: browsers leave them out.
    fn from_str(text: &str) -> Result<Self, OriginError> {
        let (scheme, rest) = text.split_once("://").ok_or(OriginError::Scheme)?;
        let own_port = match scheme.to_ascii_lowercase().as_str() {
            "http" => 80,
            "https" => 443,
            _ => return Err(OriginError::Scheme),
        };
        let uri: Uri = text.parse().map_err(|_| OriginError::Host)?;
        if rest.trim_end_matches('/').contains(['/', '?', '#']) || rest.ends_with("//") {
            return Err(OriginError::Path);
        }
        let authority = uri.authority().filter(|authority| is_plain(authority)).ok_or(OriginError::Host)?;
        let is_long = |host: &str| host.len() > HOST_LETTERS || host.split('.').any(|part| part.len() > LABEL_LETTERS);
        if is_long(authority.host()) {
            return Err(OriginError::Long);
        }
        let (scheme, host) = (scheme.to_ascii_lowercase(), authority.host().to_ascii_lowercase());
        Ok(Self(match authority.port_u16().filter(|port| *port != own_port) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        }))
    }
}

/// Whether it is a host's name or number, and a port at most.
fn is_plain(authority: &Authority) -> bool {
    let host = authority.host();
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let named = host.split('.').all(label);
    let number = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let port = authority.as_str().strip_prefix(host).map(|rest| rest.strip_prefix(':').unwrap_or(rest));
    let port_fits = port.is_some_and(|port| port.is_empty() == authority.port_u16().is_none());
    port_fits && !authority.as_str().ends_with(':') && (named || number.is_some_and(is_v6))
}

fn is_v6(text: &str) -> bool {
    text.parse::<std::net::Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (text, wanted) in [
            ("https://example.com", "https://example.com"),
            ("HTTPS://Example.com:443/", "https://example.com"),
            ("http://example.com:443", "http://example.com:443"),
            ("http://192.168.1.7:5173", "http://192.168.1.7:5173"),
            ("http://[::1]:80", "http://[::1]"),
            ("http://my-host", "http://my-host"),
        ] {
            assert_eq!(text.parse::<Origin>().map(|origin| origin.to_string()), Ok(wanted.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused_with_the_reason() {
        for (text, wanted) in [
            ("", OriginError::Scheme),
            ("null", OriginError::Scheme),
            ("*", OriginError::Scheme),
            ("example.com", OriginError::Scheme),
            ("ftp://example.com", OriginError::Scheme),
            ("https://", OriginError::Host),
            ("https://*.example.com", OriginError::Host),
            ("https://example..com", OriginError::Host),
            ("https://me@example.com", OriginError::Host),
            ("https://example.com:", OriginError::Host),
            ("https://example.com:99999", OriginError::Host),
            ("https://[::g]", OriginError::Host),
            ("https://exämple.com", OriginError::Host),
            ("https://example.com/app", OriginError::Path),
            ("https://example.com//", OriginError::Path),
            ("https://example.com?a", OriginError::Path),
        ] {
            assert_eq!(text.parse::<Origin>(), Err(wanted), "{text}");
        }
    }

    #[test]
    fn a_host_is_no_longer_than_a_name_can_be() {
        let origin = |host: &str| format!("https://{host}:8443").parse::<Origin>().map(|_| ());
        let (part, long) = ("a".repeat(63), "a".repeat(64));
        let name = [part.as_str(); 4].join(".");
        assert_eq!((origin(&part), origin(&name[..253])), (Ok(()), Ok(())));
        assert_eq!((origin(&long), origin(&name)), (Err(OriginError::Long), Err(OriginError::Long)));
        assert_eq!(origin(&format!("{long}.example")), Err(OriginError::Long));
    }
}
