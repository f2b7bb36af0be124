//! What a body or a reply is, as code for mechtrons sees it.

use starlane_protocol::document::{Content, Route};
use starlane_schema::Schema;

/// A body or a reply, its JSON as a type of the language.
pub(super) enum Payload {
    /// The route says nothing of it.
    Open,
    /// JSON of this content type and this type.
    Json(String, String),
    /// Text of this content type.
    Text(String),
    /// Bytes of this content type.
    Bytes(String),
}

impl Payload {
    /// What a content is; `json` gives the type of JSON, under a schema or without.
    pub(super) fn of(
        content: Option<&Content>,
        schema: Option<&Schema>,
        json: impl FnOnce(Option<&Schema>) -> String,
    ) -> Self {
        let Some(content) = content else { return Self::Open };
        let media = content.media.to_ascii_lowercase();
        match media.as_str() {
            named if named == "application/json" || named.ends_with("+json") => Self::Json(media, json(schema)),
            text if text.starts_with("text/") => Self::Text(media),
            _ => Self::Bytes(media),
        }
    }
}

/// Whether a route is asked without a body.
pub(super) fn is_read(route: &Route) -> bool {
    matches!(route.method.as_str(), "Http<Get>" | "Http<Head>")
}
