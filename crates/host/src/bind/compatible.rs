//! Compatible: each old route is still there, each request the old bind took is taken, each reply the new one may give
//! was allowed. Members that no schema names are left aside, as long as an object that was open stays open.
//!
//! A request goes to the first route that fits, so an old route is compared with every new one that a request of it may
//! come to, up to the one that takes all the rest.

mod path;
mod text;

use std::fmt;

use starlane_protocol::document::{Bind, Content, Route};
use starlane_schema::{Gap, Schema, Steps, gap_within};

use super::{CompiledBind, RouteSchemas};
use path::Meeting;

/// One thing that a new bind takes away from those who knew the old one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// The old route: `Ext<Greet> /`.
    pub route: String,
    /// What of it: `route`, `path`, `query`, `body` or `reply`.
    pub part: &'static str,
    /// What is not any more, in a sentence.
    pub reason: String,
    /// A request that was taken, or a reply that was not given, where one can be shown.
    pub example: Option<String>,
}

impl Break {
    /// What is not any more, with the example if there is one.
    pub fn told(&self) -> String {
        match &self.example {
            Some(example) => format!("{}; for example `{example}`", self.reason),
            None => self.reason.clone(),
        }
    }
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`, {}: {}", self.route, self.part, self.told())
    }
}

/// How one old route fares under a new bind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteVerdict {
    /// The old route: `Ext<Greet> /`.
    pub route: String,
    /// What it loses; nothing if it is compatible.
    pub breaks: Vec<Break>,
}

/// Breaks of one route that are named.
const BREAKS: usize = 16;

/// Judges every old route, in the order of the old bind. What is past the steps that are left counts as lost.
pub fn compare(old: &CompiledBind, new: &CompiledBind, steps: &Steps) -> Vec<RouteVerdict> {
    let routes = old.document.routes.iter().zip(&old.routes).enumerate();
    let first = |number: usize, route: &Route| reached(&old.document, number, route);
    routes
        .filter(|(number, (route, _))| first(*number, route))
        .map(|(_, (route, schemas))| {
            let mut judge = Judge { route: format!("{} {}", route.method, route.path), breaks: Vec::new(), steps };
            judge.route(route, schemas, new);
            RouteVerdict { route: judge.route, breaks: judge.breaks }
        })
        .collect()
}

/// Whether any request comes to a route of the old bind: none before it takes all of them.
fn reached(bind: &Bind, number: usize, route: &Route) -> bool {
    let mut before = bind.routes[..number].iter().filter(|earlier| earlier.method == route.method);
    !before.any(|earlier| path::meeting(&route.path, &earlier.path) == Meeting::Within)
}

struct Judge<'s> {
    route: String,
    breaks: Vec<Break>,
    steps: &'s Steps,
}

impl Judge<'_> {
    fn breaks(&mut self, part: &'static str, reason: impl Into<String>, example: Option<String>) {
        if self.breaks.len() == BREAKS {
            return;
        }
        self.breaks.push(Break { route: self.route.clone(), part, reason: reason.into(), example });
    }

    fn gap(&mut self, part: &'static str, gap: Option<Gap>) {
        if let Some(gap) = gap {
            self.breaks(part, gap.reason, gap.example);
        }
    }

    fn route(&mut self, old: &Route, schemas: &RouteSchemas, new: &CompiledBind) {
        let candidates = new.document.routes.iter().zip(&new.routes);
        for (route, now) in candidates.filter(|(route, _)| route.method == old.method) {
            let meeting = path::meeting(&old.path, &route.path);
            if meeting == Meeting::Apart {
                continue;
            }
            self.params(old, schemas, route, now);
            text::queries(schemas.query.as_ref(), now.query.as_ref(), self.steps)
                .into_iter()
                .for_each(|(reason, example)| self.breaks("query", reason, example));
            self.body(old.body.as_ref(), schemas.body.as_ref(), route.body.as_ref(), now.body.as_ref());
            self.reply(old.reply.as_ref(), schemas.reply.as_ref(), route.reply.as_ref(), now.reply.as_ref());
            if meeting == Meeting::Within {
                return;
            }
        }
        self.breaks("route", "the new bind does not have it", None);
    }

    fn params(&mut self, old: &Route, schemas: &RouteSchemas, new: &Route, now: &RouteSchemas) {
        fn schema<'r>(schemas: &'r RouteSchemas, name: &str) -> Option<&'r Schema> {
            let found = schemas.params.iter().find(|(named, _)| named == name);
            found.map(|(_, schema)| schema)
        }
        for (part, name) in path::named_parts(&old.path, &new.path) {
            let Some(now) = schema(now, name) else { continue };
            let lost = match part {
                path::Part::Literal(word) => text::word(word, now),
                path::Part::Rest => text::one(None, now, self.steps),
                path::Part::Named(name) => text::one(schema(schemas, name), now, self.steps),
            };
            if let Some((reason, example)) = lost {
                self.breaks("path", format!("`{{{name}}}`: {reason}"), example);
            }
        }
    }

    fn body(&mut self, old: Option<&Content>, schema: Option<&Schema>, new: Option<&Content>, now: Option<&Schema>) {
        let Some(new) = new else { return };
        match old {
            None => self.breaks("body", format!("it was anything, and only {} is taken", new.media), None),
            Some(old) if !old.media.eq_ignore_ascii_case(&new.media) => {
                self.breaks("body", format!("it was {}, and only {} is taken", old.media, new.media), None);
            }
            Some(_) => match (schema, now) {
                (None, Some(_)) => self.breaks("body", "it was not looked into, and has a schema", None),
                _ => self.gap("body", self.narrower(schema, now)),
            },
        }
    }

    fn reply(&mut self, old: Option<&Content>, schema: Option<&Schema>, new: Option<&Content>, now: Option<&Schema>) {
        let Some(old) = old else { return };
        match new {
            None => self.breaks("reply", format!("it was {}, and may be anything", old.media), None),
            Some(new) if !old.media.eq_ignore_ascii_case(&new.media) => {
                self.breaks("reply", format!("it was {}, and is {}", old.media, new.media), None);
            }
            Some(_) if now.is_none() && schema.is_some() => {
                self.breaks("reply", "it had a schema, and has none", None);
            }
            Some(_) => {
                let widened = self.narrower(now, schema);
                self.gap(
                    "reply",
                    widened.map(|gap| Gap { reason: format!("the old bind says: {}", gap.reason), ..gap }),
                );
            }
        }
    }

    /// What `from` takes and `to` does not; a schema that is not there takes anything.
    fn narrower(&self, from: Option<&Schema>, to: Option<&Schema>) -> Option<Gap> {
        gap_within(from?, to?, self.steps)
    }
}
