//! Binds: what a mechtron can be asked, and what it answers.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Names, SchemaDocument, names};
use crate::Method;

/// `binds/*.toml`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bind {
    /// The routes; the first that fits is taken.
    #[serde(rename = "route", default)]
    pub routes: Vec<Route>,
}

/// One thing a mechtron can be asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path; `/` when it is not written.
    #[serde(default)]
    pub path: PathTemplate,
    /// Schemas of the named parts of the path; a part without one is any text.
    #[serde(default, skip_serializing_if = "Names::is_empty", with = "names")]
    pub param: Names<SchemaDocument>,
    /// The schema of the query, as an object; anything when it is not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<SchemaDocument>,
    /// The body it takes; anything when it is not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Content>,
    /// The body it answers with; anything when it is not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Content>,
}

/// What a body is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The content type, without parameters.
    #[serde(rename = "type")]
    pub media: String,
    /// What is in it; anything when it is not written. Only JSON and CBOR have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<SchemaDocument>,
}

/// `/hello/{name}`: a part in braces fits any one part, a last `*` any rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathTemplate(String);

/// A text that is not a path template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathTemplateError;

impl fmt::Display for PathTemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a path begins with `/`; `{name}` stands for one whole part (no name twice), and a last `*` for any rest",
        )
    }
}

impl Error for PathTemplateError {}

impl PathTemplate {
    /// The template as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names of its parts in braces.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter_map(|part| part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')))
    }

    /// The values of the named parts, as they stand in the path, if the path fits.
    pub fn matches<'p>(&self, path: &'p str) -> Option<Vec<(&str, &'p str)>> {
        if !self.0.contains(['{', '*']) {
            return (self.0 == path).then(Vec::new);
        }
        let mut named = Vec::new();
        let mut parts = path.split('/');
        for part in self.0.split('/') {
            if part == "*" {
                return Some(named);
            }
            let given = parts.next()?;
            match part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name) if !given.is_empty() => named.push((name, given)),
                None if part == given => {}
                _ => return None,
            }
        }
        parts.next().is_none().then_some(named)
    }
}

impl Default for PathTemplate {
    fn default() -> Self {
        Self("/".into())
    }
}

impl FromStr for PathTemplate {
    type Err = PathTemplateError;

    fn from_str(text: &str) -> Result<Self, PathTemplateError> {
        let rest = text.strip_prefix('/').ok_or(PathTemplateError)?;
        let mut named: Vec<&str> = rest.split('/').filter(|part| part.starts_with('{')).collect();
        named.sort_unstable();
        if named.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(PathTemplateError);
        }
        let last = rest.matches('/').count();
        let fits = |(index, part): (usize, &str)| match part.strip_prefix('{') {
            Some(name) => name
                .strip_suffix('}')
                .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))),
            None => {
                part == "*" && index == last
                    || !part.contains(['{', '}', '*', '?', '#']) && !part.contains(char::is_control)
            }
        };
        if rest.split('/').enumerate().all(fits) { Ok(Self(text.into())) } else { Err(PathTemplateError) }
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::text::as_text!(PathTemplate, "path");

/// A route that fits, with what its named parts stood for.
#[derive(Debug)]
pub struct RouteMatch<'b, 'p> {
    /// The route.
    pub route: &'b Route,
    /// Its number in the bind, from 0.
    pub index: usize,
    /// Names and values, as they stand in the path.
    pub params: Vec<(&'b str, &'p str)>,
}

/// Why no route fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteMiss {
    /// No route has this path.
    Path,
    /// A route has this path, with another method.
    Method,
}

impl Bind {
    /// The bind as JSON, as `Cmd<Bind>` gives it.
    pub fn to_json(&self) -> String {
        // Methods, paths and schemas always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The first route for a method and path.
    ///
    /// # Errors
    /// Whether it is the path or the method that no route has.
    pub fn find<'b, 'p>(&'b self, method: &Method, path: &'p str) -> Result<RouteMatch<'b, 'p>, RouteMiss> {
        let mut miss = RouteMiss::Path;
        for (index, route) in self.routes.iter().enumerate() {
            if let Some(params) = route.path.matches(path) {
                if route.method == *method {
                    return Ok(RouteMatch { route, index, params });
                }
                miss = RouteMiss::Method;
            }
        }
        Err(miss)
    }
}
