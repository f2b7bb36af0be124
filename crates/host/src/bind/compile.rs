//! Compiling a bind: every schema is one, and stands where it can be used.

use std::fmt;

use starlane_protocol::document::{Bind, Content, Route, SchemaDocument};
use starlane_schema::limits::MISTAKES;
use starlane_schema::{Form, Node, Schema, is_scalar};

use super::{CompiledBind, RouteSchemas};

/// Routes of one bind: each wave is compared with every one of them.
const ROUTES: usize = 256;

/// One mistake in a bind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindFault {
    /// The route's number, from 0; none if it is about the whole bind.
    pub route: Option<usize>,
    /// The place below the route, as a JSON Pointer (RFC 6901): `/body/schema/properties/name/type`.
    pub place: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for BindFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.route {
            Some(route) => write!(f, "route {} at `{}`: {}", route + 1, self.place, self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl CompiledBind {
    /// Compiles a bind.
    ///
    /// # Errors
    /// Every mistake; one at least.
    pub fn new(document: &Bind) -> Result<Self, Vec<BindFault>> {
        if document.routes.len() > ROUTES {
            let message = format!("a bind has {ROUTES} routes at most");
            return Err(vec![BindFault { route: None, place: String::new(), message }]);
        }
        let mut faults = Vec::new();
        let routes = document.routes.iter().enumerate();
        let routes = routes.map(|(number, route)| Compiler { number, faults: &mut faults }.route(route)).collect();
        match faults.is_empty() {
            true => Ok(Self { document: document.clone(), routes }),
            false => Err(faults),
        }
    }
}

struct Compiler<'f> {
    number: usize,
    faults: &'f mut Vec<BindFault>,
}

impl Compiler<'_> {
    fn wrong(&mut self, place: String, message: impl Into<String>) {
        if self.faults.len() == MISTAKES {
            return;
        }
        self.faults.push(BindFault { route: Some(self.number), place, message: message.into() });
    }

    fn route(&mut self, route: &Route) -> RouteSchemas {
        RouteSchemas {
            params: self.params(route),
            query: route.query.as_ref().and_then(|query| self.query(query)),
            body: route.body.as_ref().and_then(|body| self.content(body, "/body")),
            reply: route.reply.as_ref().and_then(|reply| self.content(reply, "/reply")),
        }
    }

    fn schema(&mut self, document: &SchemaDocument, place: &str) -> Option<Schema> {
        match Schema::compile(&document.0) {
            Ok(schema) => Some(schema),
            Err(errors) => {
                errors.into_iter().for_each(|error| self.wrong(format!("{place}{}", error.place), error.message));
                None
            }
        }
    }

    fn params(&mut self, route: &Route) -> Vec<(String, Schema)> {
        let mut params = Vec::new();
        for (name, document) in &route.param {
            let place = format!("/param/{name}");
            if !route.path.names().any(|named| named == name) {
                self.wrong(place, format!("the path `{}` has no part `{{{name}}}`", route.path));
                continue;
            }
            let Some(schema) = self.schema(document, &place) else { continue };
            match is_scalar(&schema, schema.root()) {
                true => params.push((name.clone(), schema)),
                false => self.wrong(place, "a part of a path is one text: `type` or `enum`, not nullable"),
            }
        }
        params
    }

    fn query(&mut self, document: &SchemaDocument) -> Option<Schema> {
        let schema = self.schema(document, "/query")?;
        let Form::Properties(properties) = &schema.root().form else {
            self.wrong("/query".into(), "a query is an object: `properties` or `optionalProperties`");
            return None;
        };
        let texts = |node: &Node| match &node.form {
            Form::Elements(inner) => !node.nullable && is_scalar(&schema, inner),
            _ => is_scalar(&schema, node),
        };
        let wrong: Vec<_> = properties.members.iter().filter(|member| !texts(&member.node)).collect();
        for member in &wrong {
            let keyword = if member.required { "properties" } else { "optionalProperties" };
            let message = "a value of a query is one text, or `elements` of them; not nullable";
            let name = member.name.replace('~', "~0").replace('/', "~1");
            self.wrong(format!("/query/{keyword}/{name}"), message);
        }
        wrong.is_empty().then_some(()).map(|()| schema.clone())
    }

    fn content(&mut self, content: &Content, place: &str) -> Option<Schema> {
        let document = content.schema.as_ref()?;
        if Format::of(&content.media).is_none() {
            let message = format!("`{}` has no schema: only JSON and CBOR have one", content.media);
            self.wrong(format!("{place}/schema"), message);
            return None;
        }
        self.schema(document, &format!("{place}/schema"))
    }
}

/// How a body under a schema is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Cbor,
}

impl Format {
    /// The form of a content type: its name, or what its structured suffix says (RFC 6839).
    pub(super) fn of(media: &str) -> Option<Self> {
        let sub = media.split_once('/')?.1.to_ascii_lowercase();
        match sub.rsplit('+').next() {
            Some("json") => Some(Format::Json),
            Some("cbor") => Some(Format::Cbor),
            _ => None,
        }
    }
}
