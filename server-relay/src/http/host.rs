//! Whose host a request is for.

use std::net::IpAddr;
use std::sync::Arc;

use starlane_protocol::{Code, Point};
use warp::http::header::HOST;

use super::request::Request;
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::registry::{Installation, Picture};

/// Whose host it is.
pub(super) enum Site {
    /// The relay's own: `starlane.<space>`, or an IP address.
    Own,
    /// The space's, as long as no application was given it: what is not reserved leads to the relay's own.
    Space,
    /// An application's.
    App(Arc<Installation>),
}

/// Finds out whose host a request is for. A host that is nobody's gets nothing: a name that somebody else points at this
/// machine must not reach it.
pub(super) fn site(mesh: &Mesh, picture: &Picture, request: &Request) -> Result<Site, Problem> {
    let host = name(request.header(&HOST).unwrap_or_default());
    if host == mesh.own_host() || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return Ok(Site::Own);
    }
    if host == mesh.space.as_str() {
        let app = picture.settings.http.as_ref().and_then(|app| picture.apps.get(app));
        return Ok(app.map_or(Site::Space, |app| Site::App(app.clone())));
    }
    let label = host.strip_suffix(mesh.space.as_str()).and_then(|rest| rest.strip_suffix('.'));
    let app: Option<Point> = label.filter(|label| !label.contains('.')).and_then(|label| mesh.space.child(label).ok());
    let app = app.ok_or_else(|| {
        Problem::named(Code::NoRoute, "unknown-host", format!("`{host}` is not a host of this relay"))
            .status(421)
            .hint(format!("The console is at {}.", mesh.console()))
    })?;
    picture.apps.get(&app).cloned().map(Site::App).ok_or_else(|| {
        Problem::named(Code::NoRoute, "no-app", format!("no application is installed at `{app}`"))
            .hint(format!("Publish a folder with `starlane publish`, then `starlane install {app} <bundle>`."))
    })
}

/// A host's name without its port, in lower case. What stands behind the name and is no port leaves nobody's name.
pub(super) fn name(host: &str) -> String {
    let end = match host.rfind(']') {
        Some(bracket) => bracket + 1,
        None => host.find(':').unwrap_or(host.len()),
    };
    let (name, port) = host.split_at(end);
    let digits = port.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    if !port.is_empty() && !digits {
        return String::new();
    }
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_no_port_and_lower_case() {
        for (host, wanted) in [
            ("Chat.localhost:7827", "chat.localhost"),
            ("[::1]:80", "[::1]"),
            ("127.0.0.1", "127.0.0.1"),
            ("localhost.", "localhost"),
            ("[::1]evil.com", ""),
            ("localhost:80@evil.com", ""),
            ("", ""),
        ] {
            assert_eq!(name(host), wanted);
        }
    }
}
