//! Binds in force: routes with their schemas compiled, once for every mechtron that uses them.
//!
//! A wave is held to its route before the mechtron sees it, by the star that runs the mechtron and by nobody else; an
//! answer is held to the same route before it leaves. Both verdicts name the route, the place, what was expected and
//! what was found.

mod compatible;
mod compile;
mod hold;

pub use compatible::{Break, RouteVerdict, compare};
pub use compile::BindFault;
pub use starlane_schema::Steps;

use starlane_protocol::document::{Bind, Route};
use starlane_schema::Schema;

/// A bind with everything it needs to judge a wave.
#[derive(Debug)]
pub struct CompiledBind {
    /// The document, as `Cmd<Bind>` gives it.
    pub document: Bind,
    /// The schemas of its routes, in the same order.
    routes: Vec<RouteSchemas>,
}

impl CompiledBind {
    /// The routes with their schemas, in the order of the document.
    pub fn routes(&self) -> impl Iterator<Item = (&Route, &RouteSchemas)> {
        self.document.routes.iter().zip(&self.routes)
    }
}

/// The schemas of one route.
#[derive(Debug, Default)]
pub struct RouteSchemas {
    /// Those of the named parts of the path; a part without one is any text.
    pub params: Vec<(String, Schema)>,
    /// That of the query: an object.
    pub query: Option<Schema>,
    /// That of the body.
    pub body: Option<Schema>,
    /// That of the reply.
    pub reply: Option<Schema>,
}

/// What a wave that was held to its route goes on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// The number of its route.
    pub route: u16,
    /// The named parts of its path, decoded.
    pub params: Vec<(String, String)>,
}
