//! Origins: from which pages a lane may be opened, and something written.
//!
//! A request without `Origin` does not come from a page. A relay that listens on loopback only lists the loopback origins.

use std::net::IpAddr;

use starlane_protocol::Code;
use warp::http::header::ORIGIN;

use super::host;
use super::request::Request;
use crate::mesh::Mesh;
use crate::problem::Problem;

/// Refuses a request of a page whose origin is not known.
pub(crate) fn check(mesh: &Mesh, request: &Request) -> Result<(), Problem> {
    let Some(origin) = request.headers.get(ORIGIN) else { return Ok(()) };
    if origin.to_str().is_ok_and(|origin| is_known(mesh, origin)) {
        return Ok(());
    }
    let what = format!("pages of {} may not do this here", String::from_utf8_lossy(origin.as_bytes()));
    Err(Problem::named(Code::Forbidden, "unknown-origin", what).hint(
        "Serve the page from an application of this relay, or list its origin: `starlane set <space> origins=…`.",
    ))
}

/// Whether an origin is the relay's own, an application's, or listed.
pub(super) fn is_known(mesh: &Mesh, origin: &str) -> bool {
    let picture = mesh.registry.now();
    if mesh.origins.iter().chain(&picture.settings.origins).any(|listed| listed.as_str() == origin) {
        return true;
    }
    let Some(authority) = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) else {
        return false;
    };
    let name = host::name(authority);
    if mesh.address.ip().is_loopback() && is_loopback(&name) {
        return true;
    }
    is_ours(mesh, &name)
}

fn is_ours(mesh: &Mesh, name: &str) -> bool {
    let app = || name.strip_suffix(mesh.space.as_str()).and_then(|rest| rest.strip_suffix('.'));
    let installed = |label: &str| mesh.space.child(label).is_ok_and(|app| mesh.registry.now().apps.contains_key(&app));
    name == mesh.space.as_str()
        || name == mesh.own_host()
        || name == mesh.address.ip().to_string()
        || app().is_some_and(installed)
}

fn is_loopback(name: &str) -> bool {
    let ip = name.trim_matches(['[', ']']).parse::<IpAddr>();
    name == "localhost" || name.ends_with(".localhost") || ip.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_has_many_names() {
        for name in ["localhost", "chat.localhost", "127.0.0.1", "127.1.2.3", "[::1]"] {
            assert!(is_loopback(name), "{name}");
        }
        for name in ["notlocalhost", "localhost.example.com", "10.0.0.1", "[::2]", ""] {
            assert!(!is_loopback(name), "{name}");
        }
    }
}
