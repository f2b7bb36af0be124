//! A request, with its body still to come.

use bytes::{Bytes, BytesMut};
use hyper::upgrade::OnUpgrade;
use starlane_protocol::Code;
use warp::http::header::{ACCEPT, AUTHORIZATION, HeaderName};
use warp::http::{HeaderMap, Method};

use super::body::Arriving;
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::remote::{Place, Remote};
use crate::token::Visitor;

/// An HTTP request.
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Begins with `/`, as it came.
    pub(crate) path: String,
    /// What follows `?`, without it.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    /// Where it comes from.
    pub(crate) remote: Remote,
    /// The place of its connection.
    pub(crate) place: Option<Place>,
    /// What a WebSocket is made from.
    pub(crate) upgrade: Option<OnUpgrade>,
    pub(super) body: Arriving,
}

impl Request {
    /// A header's value, when it is text.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether it reads and changes nothing.
    pub(crate) fn reads(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS)
    }

    /// Whether a browser wants a page.
    pub(super) fn wants_html(&self) -> bool {
        self.header(&ACCEPT).is_some_and(|accept| accept.contains("text/html"))
    }

    /// Holds it to some methods.
    pub(super) fn only(&self, allow: &str) -> Result<(), Problem> {
        let allowed = allow.split(", ").any(|method| method == self.method.as_str());
        if allowed { Ok(()) } else { Err(Problem::wrong_method(self.method.as_str(), allow)) }
    }

    /// Who it comes from.
    pub(super) fn visitor(&self, mesh: &Mesh) -> Result<Visitor, Problem> {
        let Some(authorization) = self.headers.get(AUTHORIZATION) else { return Ok(Visitor::anonymous()) };
        let token = authorization.to_str().ok().and_then(|value| value.split_once(' '));
        match token {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(mesh.tokens.check(token.trim())?),
            _ => Err(Problem::named(Code::SignIn, "bad-token", "`Authorization` is `Bearer <token>`")),
        }
    }

    /// The whole body, of so many bytes at most.
    pub(super) async fn whole(&mut self, most: usize) -> Result<Bytes, Problem> {
        let mut whole = BytesMut::new();
        while let Some(part) = self.next().await? {
            if whole.len() + part.len() > most {
                return Err(Problem::new(Code::TooLarge, format!("the body has more than {most} bytes")));
            }
            whole.extend_from_slice(&part);
        }
        Ok(whole.freeze())
    }

    /// The next part of the body.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        self.body.next().await
    }
}
