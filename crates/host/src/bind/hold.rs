//! Holding waves and answers to their route.

use std::borrow::Cow;

use starlane_protocol::document::{Content, Route, RouteMiss};
use starlane_protocol::{Body, Code, Method, MethodFamily, Point, Refusal, Wave, essence};
use starlane_schema::{Form, Properties, Schema, Unreadable, Value, from_text, read_cbor, read_json};

use super::compile::Format;
use super::{CompiledBind, Matched, RouteSchemas};
use crate::abi::percent_decode;

/// From this status on an answer is an error, and says what it likes.
const FIRST_ERROR: u16 = 400;

/// Routes of which a refusal tells.
const ROUTES_TOLD: usize = 8;

impl CompiledBind {
    /// Holds a wave to its route.
    ///
    /// # Errors
    /// `not-found`, `wrong-method`, `wrong-type`, `schema-mismatch`, `bad-body`, `too-large`.
    pub fn hold(&self, wave: &Wave) -> Result<Matched, Refusal> {
        let point = &wave.to;
        let method = wave.method.as_ref();
        let method = method.ok_or_else(|| Refusal::new(Code::BadWave, "a ping and a signal have a method"))?;
        if method.family() == MethodFamily::Cmd {
            return Err(Refusal::new(Code::WrongMethod, format!("{point} knows no command {method}")));
        }
        let found = self.document.find(method, &wave.path).map_err(|miss| self.missed(miss, method, wave))?;
        let schemas = &self.routes[found.index];
        let judge = Judge { point, method, route: found.route };
        let decode = |text: &str| String::from_utf8_lossy(&percent_decode(text, false)).into_owned();
        let params: Vec<_> = found.params.iter().map(|(name, value)| ((*name).to_owned(), decode(value))).collect();
        judge.params(schemas, &params)?;
        judge.query(schemas, &wave.query)?;
        judge.body(found.route.body.as_ref(), schemas.body.as_ref(), &wave.body)?;
        // A bind has a few hundred routes at most.
        Ok(Matched { route: u16::try_from(found.index).unwrap_or(u16::MAX), params })
    }

    /// Tells that a wave has no route, and which others there are. A visitor of a page is not told what else it is asked.
    fn missed(&self, miss: RouteMiss, method: &Method, wave: &Wave) -> Refusal {
        let code = if miss == RouteMiss::Path { Code::NotFound } else { Code::WrongMethod };
        let (point, path) = (&wave.to, &wave.path);
        if method.family() == MethodFamily::Http {
            return Refusal::new(
                code,
                match miss {
                    RouteMiss::Path => format!("{point} has no route for {path}"),
                    RouteMiss::Method => format!("{point} does not take {method} at {path}"),
                },
            );
        }
        let alike = self.document.routes.iter().filter(|route| route.method.family() == method.family());
        let mut taken: Vec<String> = alike.map(|route| format!("{} {}", route.method, route.path)).collect();
        let more = if taken.len() > ROUTES_TOLD { ", …" } else { "" };
        taken.truncate(ROUTES_TOLD);
        let told = match taken.as_slice() {
            [] => format!("it takes no {:?}<…> at all", method.family()),
            some => format!("it takes: {}{more}", some.join(", ")),
        };
        Refusal::new(code, format!("{point} has no route for {method} {path}; {told}"))
    }

    /// Holds the answer to a wave, its content type and bytes, to the route that the wave was held to.
    ///
    /// # Errors
    /// `bad-reply`, with what the route promises.
    pub fn hold_reply(
        &self,
        route: u16,
        wave: &Wave,
        status: u16,
        (media, bytes): (&str, &[u8]),
    ) -> Result<(), Refusal> {
        let number = usize::from(route);
        let (Some(route), Some(schemas)) = (self.document.routes.get(number), self.routes.get(number)) else {
            return Ok(());
        };
        let Some(reply) = route.reply.as_ref().filter(|_| status < FIRST_ERROR) else { return Ok(()) };
        let essence = essence(media);
        let told = |what: String| {
            let promise = format!("`{} {}` of {}: the reply {what}", route.method, route.path, wave.to);
            Refusal::new(Code::BadReply, promise)
        };
        if !reply.media.eq_ignore_ascii_case(essence) {
            return Err(told(format!("is `{}`, and its bind promises {}", essence, reply.media)));
        }
        let Some(schema) = &schemas.reply else { return Ok(()) };
        let value = read(&reply.media, bytes).map_err(|why| told(format!("cannot be read: {why}")))?;
        schema.check(&value).map_err(|mismatch| told(format!("is not what its bind promises: {mismatch}")))
    }
}

/// What refusals name.
struct Judge<'w> {
    point: &'w Point,
    method: &'w Method,
    route: &'w Route,
}

impl Judge<'_> {
    fn refuse(&self, code: Code, what: impl std::fmt::Display) -> Refusal {
        Refusal::new(code, format!("`{} {}` of {}: {what}", self.method, self.route.path, self.point))
    }

    fn params(&self, schemas: &RouteSchemas, params: &[(String, String)]) -> Result<(), Refusal> {
        for (name, schema) in &schemas.params {
            let Some((_, text)) = params.iter().find(|(named, _)| named == name) else { continue };
            let value = from_text(schema, schema.root(), text);
            schema.check(&value).map_err(|mismatch| {
                self.refuse(Code::SchemaMismatch, mismatch.of(&format!("`{{{name}}}` of the path")))
            })?;
        }
        Ok(())
    }

    fn query(&self, schemas: &RouteSchemas, query: &str) -> Result<(), Refusal> {
        let Some(schema) = &schemas.query else { return Ok(()) };
        let Form::Properties(properties) = &schema.root().form else { return Ok(()) };
        let value = Value::Object(members(schema, properties, query));
        schema.check(&value).map_err(|mismatch| self.refuse(Code::SchemaMismatch, mismatch.of("the query")))
    }

    fn body(&self, content: Option<&Content>, schema: Option<&Schema>, body: &Body) -> Result<(), Refusal> {
        let Some(content) = content else { return Ok(()) };
        if !content.media.eq_ignore_ascii_case(body.essence()) {
            let given = match body.essence() {
                "" => "and there is no body".to_owned(),
                other => format!("not `{other}`"),
            };
            let message = format!("{} of {} takes {}, {given}", self.method, self.point, content.media);
            return Err(Refusal::new(Code::WrongType, message));
        }
        let Some(schema) = schema else { return Ok(()) };
        let value = read(&content.media, &body.bytes).map_err(|why| {
            let code = match why {
                Unreadable::TooLarge | Unreadable::TooDeep | Unreadable::TooMany => Code::TooLarge,
                _ => Code::BadBody,
            };
            self.refuse(code, why)
        })?;
        schema.check(&value).map_err(|mismatch| self.refuse(Code::SchemaMismatch, mismatch.of("the body")))
    }
}

fn read<'b>(media: &str, bytes: &'b [u8]) -> Result<Value<'b>, Unreadable> {
    match Format::of(media) {
        Some(Format::Cbor) => read_cbor(bytes),
        _ => read_json(bytes),
    }
}

type Members = Vec<(Cow<'static, str>, Value<'static>)>;

/// A query as an object. A name that stands more than once is an array, as is one whose schema asks for an array.
fn members(schema: &Schema, properties: &Properties, query: &str) -> Members {
    let mut texts: Vec<(String, Vec<String>)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text: &str| String::from_utf8_lossy(&percent_decode(text, true)).into_owned();
        let (name, text) = (decode(name), decode(text));
        match texts.iter_mut().find(|(named, _)| *named == name) {
            Some((_, more)) => more.push(text),
            None => texts.push((name, vec![text])),
        }
    }
    texts.into_iter().map(|(name, texts)| (Cow::Owned(name.clone()), value(schema, properties, &name, texts))).collect()
}

fn value(schema: &Schema, properties: &Properties, name: &str, texts: Vec<String>) -> Value<'static> {
    let node = properties.member(name).map(|member| &member.node);
    let (element, is_array) = match node.map(|node| &node.form) {
        Some(Form::Elements(inner)) => (Some(inner.as_ref()), true),
        _ => (node, texts.len() > 1),
    };
    let mut values: Vec<_> = texts
        .into_iter()
        .map(|text| match element.map(|node| from_text(schema, node, &text)) {
            Some(Value::Number(number)) => Value::Number(number),
            Some(Value::Boolean(value)) => Value::Boolean(value),
            _ => Value::Text(text.into()),
        })
        .collect();
    match values.pop() {
        Some(only) if !is_array && values.is_empty() => only,
        last => {
            values.extend(last);
            Value::Array(values)
        }
    }
}
