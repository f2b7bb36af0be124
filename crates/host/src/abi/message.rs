//! The message being built by `write`, until `reply`, `signal` or `ask` takes it.

use std::sync::Arc;

use starlane_protocol::limits::{BODY_BYTES, PATH_BYTES, TYPE_BYTES};
use starlane_protocol::{Body, Headers, HeadersError, Method, Point};

use super::AbiError;
use super::field::Field;

/// A message that is not finished.
#[derive(Debug, Default)]
pub(crate) struct Message {
    pub(crate) to: Option<Point>,
    pub(crate) method: Option<Method>,
    pub(crate) path: Option<Arc<str>>,
    pub(crate) query: Option<Arc<str>>,
    pub(crate) headers: Headers,
    media: Option<Arc<str>>,
    bytes: Option<Arc<[u8]>>,
    pub(crate) status: Option<u16>,
}

/// What a guest wrote last: programs say the same few words again and again, and what is still known is not checked again.
#[derive(Debug, Default)]
pub(crate) struct Said {
    to: Option<Point>,
    method: Option<Method>,
    media: Option<Arc<str>>,
}

impl Message {
    /// The content type of the body.
    pub(crate) fn media(&self) -> &str {
        self.media.as_deref().unwrap_or_default()
    }

    /// The bytes of the body.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.as_deref().unwrap_or_default()
    }

    /// Takes the body out.
    pub(crate) fn take_body(&mut self) -> Body {
        Body { media: self.media.take().unwrap_or_default(), bytes: self.bytes.take().unwrap_or_default() }
    }

    /// Forgets what was written.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Sets a field. `key` is the header's name.
    pub(super) fn set(&mut self, field: Field, key: &[u8], value: &[u8], said: &mut Said) -> Result<(), AbiError> {
        match field {
            Field::Body if value.len() > BODY_BYTES => return Err(AbiError::TooLarge),
            Field::Body => self.bytes = Some(value.into()),
            Field::Header => self.push_header(text(key)?, text(value)?)?,
            Field::Type => self.media = Some(again(&mut said.media, value, |bytes| line(bytes, TYPE_BYTES))?),
            Field::To => self.to = Some(again(&mut said.to, value, parse)?),
            Field::Method => self.method = Some(again(&mut said.method, value, parse)?),
            Field::Path => {
                let path = line(value, PATH_BYTES)?;
                if !path.starts_with('/') || path.contains(['?', '#']) {
                    return Err(AbiError::BadValue);
                }
                self.path = Some(path);
            }
            Field::Query => self.query = Some(line(value, PATH_BYTES)?),
            Field::Status => self.status = Some(status(value)?),
            _ => return Err(AbiError::BadField),
        }
        Ok(())
    }

    fn push_header(&mut self, name: &str, value: &str) -> Result<(), AbiError> {
        // What the mesh itself says in headers cannot be said by a guest.
        if name.starts_with("starlane-") {
            return Err(AbiError::NotAllowed);
        }
        self.headers.push(name, value).map_err(|error| match error {
            HeadersError::TooMany => AbiError::TooMany,
            HeadersError::TooLarge => AbiError::TooLarge,
            _ => AbiError::BadValue,
        })
    }
}

/// What these bytes are: what was said last, or what `read` makes of them.
fn again<T: Clone + AsRef<str>>(
    said: &mut Option<T>,
    bytes: &[u8],
    read: impl FnOnce(&[u8]) -> Result<T, AbiError>,
) -> Result<T, AbiError> {
    match said {
        Some(last) if last.as_ref().as_bytes() == bytes => Ok(last.clone()),
        _ => Ok(said.insert(read(bytes)?).clone()),
    }
}

fn text(bytes: &[u8]) -> Result<&str, AbiError> {
    std::str::from_utf8(bytes).map_err(|_| AbiError::BadValue)
}

fn parse<T: std::str::FromStr>(bytes: &[u8]) -> Result<T, AbiError> {
    text(bytes)?.parse().map_err(|_| AbiError::BadValue)
}

fn line(bytes: &[u8], most: usize) -> Result<Arc<str>, AbiError> {
    let text = text(bytes)?;
    if text.len() > most {
        return Err(AbiError::TooLarge);
    }
    if text.contains(char::is_control) { Err(AbiError::BadValue) } else { Ok(text.into()) }
}

fn status(bytes: &[u8]) -> Result<u16, AbiError> {
    match parse(bytes)? {
        status @ 200..=599 => Ok(status),
        _ => Err(AbiError::BadValue),
    }
}
