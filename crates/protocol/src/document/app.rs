//! Application documents: what an application is made of.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Serialize};

use super::{Duration, HoledPattern, HoledText, MechtronLimits, Names, Values, config, names};
use crate::{May, MethodPattern};

/// `app.toml`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Values that `starlane set` can change, each with its default; holes like `${config.name}` take them.
    #[serde(default, skip_serializing_if = "Names::is_empty", with = "config")]
    #[cfg_attr(feature = "json-schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    pub config: Values,
    /// The path of a page of the bundle that browsers are shown, with status 503, where the application cannot answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline: Option<String>,
    /// The mechtrons, by the segment they get below the application's point.
    #[serde(default, skip_serializing_if = "Names::is_empty", with = "names")]
    #[cfg_attr(feature = "json-schema", schemars(with = "std::collections::BTreeMap<String, AppMechtron>"))]
    pub mechtrons: Names<AppMechtron>,
    /// What is served where: a literal path, or one that ends in `*`, to a target.
    #[serde(default, skip_serializing_if = "Names::is_empty", with = "names")]
    #[cfg_attr(feature = "json-schema", schemars(with = "std::collections::BTreeMap<String, HttpLine>"))]
    pub http: Names<HttpLine>,
    /// Who may do what.
    #[serde(rename = "grant", default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<AppGrant>,
}

/// One mechtron of an application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AppMechtron {
    /// The path of its document in the bundle.
    pub config: String,
    /// Whether there is one for every key, and what its keys are.
    #[serde(default)]
    pub keyed: Keyed,
    /// Where it runs.
    #[serde(default)]
    pub placement: Placement,
    /// How long it may have nothing to do before it is put to sleep; the star's own measure when it is not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<Duration>,
    /// What becomes of its state when a new version fails on trial after it has migrated the state.
    #[serde(default, skip_serializing_if = "Rollback::is_default")]
    pub rollback: Rollback,
    /// Who may put code of their own behind it.
    #[serde(rename = "override", default, skip_serializing_if = "Option::is_none")]
    pub overridden_by: Option<OverriddenBy>,
    /// What such code may use; what its own document says when it is not written.
    #[serde(rename = "override-limits", default, skip_serializing_if = "Option::is_none")]
    pub override_limits: Option<MechtronLimits>,
}

/// What becomes of a state when a new version fails on trial after it has migrated the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Rollback {
    /// What was written stays; the mechtron stops, for the old code cannot read it.
    #[default]
    KeepWrites,
    /// The state is again as it was before the migration, and the old code comes back.
    DropWrites,
}

impl Rollback {
    fn is_default(&self) -> bool {
        *self == Rollback::KeepWrites
    }
}

/// Who may put code of their own behind a mechtron.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OverriddenBy {
    /// The user who owns it.
    Owner,
}

/// Whether there is a mechtron for every key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keyed {
    /// There is one.
    #[default]
    No,
    /// There is one for every key; any segment of a point is one.
    Any,
    /// There is one for every user; the key is the user's id, and the user owns it.
    User,
}

impl Keyed {
    /// Whether its points end with a key.
    pub fn is_keyed(self) -> bool {
        self != Keyed::No
    }

    /// Whether a segment can be a key. A user's id has no dots: it is no version.
    pub fn takes(self, key: &str) -> bool {
        self == Keyed::Any || (self == Keyed::User && !key.contains('.'))
    }
}

impl Serialize for Keyed {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Keyed::User => to.serialize_str("user"),
            other => to.serialize_bool(other.is_keyed()),
        }
    }
}

impl<'de> Deserialize<'de> for Keyed {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(KeyedVisitor)
    }
}

struct KeyedVisitor;

impl serde::de::Visitor<'_> for KeyedVisitor {
    type Value = Keyed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`true`, `false` or `\"user\"`")
    }

    fn visit_bool<E: serde::de::Error>(self, keyed: bool) -> Result<Keyed, E> {
        Ok(if keyed { Keyed::Any } else { Keyed::No })
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Keyed, E> {
        if text == "user" { Ok(Keyed::User) } else { Err(E::unknown_variant(text, &["user"])) }
    }
}

#[cfg(feature = "json-schema")]
impl schemars::JsonSchema for Keyed {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Keyed".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "anyOf": [{ "type": "boolean" }, { "const": "user", "type": "string" }] })
    }
    fn inline_schema() -> bool {
        true
    }
}

/// Where a mechtron runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Placement {
    /// On the relay, with one owner.
    #[default]
    Server,
    /// One for each user, browser and origin: in one of the tabs that open the application.
    Browser,
    /// One in each tab that opens the application.
    Tab,
    /// Wherever a wave to it begins: a pure function of wave, config and bundle.
    Anywhere,
}

impl Placement {
    /// Whether a relay runs it.
    pub fn is_on_server(self) -> bool {
        matches!(self, Placement::Server | Placement::Anywhere)
    }

    /// Whether tabs run it, or one of them does.
    pub fn is_in_tabs(self) -> bool {
        matches!(self, Placement::Browser | Placement::Tab | Placement::Anywhere)
    }
}

/// What a line of `[http]` says: a target, or a target with who may use it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum HttpLine {
    /// For anyone.
    Open(HoledText),
    /// For those named.
    For(Target),
}

impl HttpLine {
    /// The point it leads to, still with its holes.
    pub fn to(&self) -> &HoledText {
        match self {
            HttpLine::Open(to) => to,
            HttpLine::For(target) => &target.to,
        }
    }

    /// Who may use it.
    pub fn visitors(&self) -> Visitors {
        match self {
            HttpLine::Open(_) => Visitors::Anyone,
            HttpLine::For(target) => target.visitors,
        }
    }
}

/// By hand, so that a mistake inside a line is named for what it is, at its own place.
impl<'de> Deserialize<'de> for HttpLine {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(LineVisitor)
    }
}

struct LineVisitor;

impl<'de> serde::de::Visitor<'de> for LineVisitor {
    type Value = HttpLine;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a point in quotes, or `{ to = \"…\", for = \"signed-in\" }`")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<HttpLine, E> {
        text.parse().map(HttpLine::Open).map_err(E::custom)
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<HttpLine, A::Error> {
        Target::deserialize(MapAccessDeserializer::new(map)).map(HttpLine::For)
    }
}

/// A target of `[http]` with who may use it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// A mechtron, or a folder or file of the bundle.
    pub to: HoledText,
    /// Who may use it.
    #[serde(rename = "for", default)]
    pub visitors: Visitors,
}

/// Who may use a line of `[http]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Visitors {
    /// Everybody.
    #[default]
    Anyone,
    /// Whoever comes with a token.
    SignedIn,
}

/// A `[[grant]]` of `app.toml`, still with its holes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AppGrant {
    /// `anyone`, `signed-in`, or a pattern.
    pub to: HoledText,
    /// What it allows.
    pub may: Vec<May>,
    /// Where.
    pub on: HoledPattern,
    /// For `call`: which methods; none named means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<MethodPattern>,
}
