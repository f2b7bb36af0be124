//! Binds as authors write them, and what they become.
//!
//! An author's schema is open unless the route is `closed`; what is published says so in its own words (RFC 8927:
//! `additionalProperties`), and follows the RFC to the letter from there on.

use schemars::JsonSchema;
use serde::Deserialize;
use starlane_host::bind::{BindFault, CompiledBind};
use starlane_protocol::Method;
use starlane_protocol::document::{Bind, Content, Names, PathTemplate, Route, SchemaDocument, names};

use super::documents::{Sources, Step};
use super::{Fault, fault};

/// `binds/*.toml`: what a mechtron can be asked, and what it answers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BindSource {
    /// The routes; the first that fits is taken.
    #[serde(default)]
    route: Vec<RouteSource>,
}

/// One thing a mechtron can be asked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RouteSource {
    /// The method: `Http<Get>`, `Ext<Greet>`.
    method: Method,
    /// The path; `/` when it is not written. `{name}` stands for one whole part, a last `*` for any rest.
    #[serde(default)]
    path: PathTemplate,
    /// Schemas of the named parts of the path.
    #[serde(default, with = "names")]
    #[schemars(with = "std::collections::BTreeMap<String, SchemaDocument>")]
    param: Names<SchemaDocument>,
    /// The schema of the query: an object.
    query: Option<SchemaDocument>,
    /// The body it takes; anything when it is not written.
    body: Option<Content>,
    /// The body it answers with; anything when it is not written.
    reply: Option<Content>,
    /// Whether objects hold what is named and nothing else.
    #[serde(default)]
    closed: bool,
}

impl From<BindSource> for Bind {
    fn from(source: BindSource) -> Self {
        Self { routes: source.route.into_iter().map(RouteSource::compiled).collect() }
    }
}

impl RouteSource {
    fn compiled(self) -> Route {
        let Self { method, path, param, query, body, reply, closed } = self;
        let mut route = Route { method, path, param, query, body, reply };
        if !closed {
            let contents = [&mut route.body, &mut route.reply].into_iter().flatten();
            let schemas = contents.filter_map(|content| content.schema.as_mut()).chain(&mut route.query);
            schemas.for_each(|schema| starlane_schema::open(&mut schema.0));
        }
        route
    }
}

/// Every mistake in the schemas of a bind, where it stands in its document.
pub(super) fn check(path: &str, bind: &Bind, sources: &Sources) -> Vec<Fault> {
    let faults = CompiledBind::new(bind).err().unwrap_or_default();
    faults.into_iter().map(|fault| placed(path, fault, sources)).collect()
}

fn placed(path: &str, found: BindFault, sources: &Sources) -> Fault {
    let tokens: Vec<String> = found.place.split('/').skip(1).map(unescaped).collect();
    let mut steps = vec![Step::Key("route")];
    steps.extend(found.route.map(Step::Index));
    steps.extend(tokens.iter().map(|token| Step::Key(token)));
    let fault = Fault::new(fault::BAD_SCHEMA, found.message).in_file(path);
    fault.at(sources.nearest(path, &steps))
}

/// A token of a JSON Pointer as the name it stands for (RFC 6901, section 4).
fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}
