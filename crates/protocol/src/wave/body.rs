//! Bodies: bytes with a content type.

use std::fmt;
use std::sync::Arc;

/// Bytes with a content type. Cheap to clone.
// Empty parts are shared, not allocated: the default costs nothing.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Body {
    /// The content type (RFC 9110, 8.3); empty when there is no body.
    pub media: Arc<str>,
    /// The bytes.
    pub bytes: Arc<[u8]>,
}

impl Body {
    /// A body.
    pub fn new(media: &str, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { media: media.into(), bytes: bytes.into() }
    }

    /// A body of JSON that is already text.
    pub fn json(text: String) -> Self {
        Self::new("application/json", text.into_bytes())
    }

    /// The content type without its parameters: `text/html` of `text/html; charset=utf-8`.
    pub fn essence(&self) -> &str {
        essence(&self.media)
    }
}

/// A content type without its parameters: `text/html` of `text/html; charset=utf-8`.
pub fn essence(media: &str) -> &str {
    media.split(';').next().unwrap_or_default().trim()
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) if text.len() <= 256 => write!(f, "{} {text:?}", self.media),
            _ => write!(f, "{} {} bytes", self.media, self.bytes.len()),
        }
    }
}
