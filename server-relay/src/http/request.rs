//! A request, with its body still to come.

use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use hyper::upgrade::OnUpgrade;
use starlane_protocol::Code;
use warp::http::header::{ACCEPT, AUTHORIZATION, HeaderName};
use warp::http::{HeaderMap, Method};

use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::remote::{Place, Remote};
use crate::token::Visitor;

/// How long the next part of a body may take: a slow line sends something within it, a stuck one would hold its place.
const PART: Duration = Duration::from_secs(30);

/// A body as it arrives.
pub(super) type Arriving = Pin<Box<dyn Stream<Item = Result<Bytes, warp::Error>> + Send + Sync>>;

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
        let slow = |_| {
            let message = format!("nothing of the body came for {} s", PART.as_secs());
            Problem::named(Code::Deadline, "body-too-slow", message).hint("Send the request again.")
        };
        let broken = |error: warp::Error| Problem::named(Code::BadWave, "body-cut-off", error.to_string());
        tokio::time::timeout(PART, self.body.next()).await.map_err(slow)?.transpose().map_err(broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for_without_end() {
        let mut request = Request {
            method: Method::PUT,
            path: "/".into(),
            query: String::new(),
            headers: HeaderMap::new(),
            remote: Remote::Here,
            place: None,
            upgrade: None,
            body: Box::pin(futures_util::stream::pending()),
        };
        assert_eq!(request.whole(1).await.unwrap_err().code, "body-too-slow");
    }
}
