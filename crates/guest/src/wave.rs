//! The wave that is being handled.
//!
//! A `Wave` holds nothing: each accessor asks the star for that one field. It is only lent to the handler, so it cannot
//! outlive the wave.

use alloc::{string::String, vec::Vec};

use crate::{
    Error,
    abi::{self, field, field::Field},
};

/// The wave that is being handled. Every call copies the field out of the star; keep what is needed twice.
#[derive(Debug)]
pub struct Wave(());

impl Wave {
    pub(crate) fn current() -> Self {
        Self(())
    }

    /// Whether somebody waits for an answer. A signal needs none.
    pub fn is_ping(&self) -> bool {
        self.kind() == "ping"
    }

    /// `ping` or `signal`.
    pub fn kind(&self) -> String {
        always(field::KIND)
    }

    /// The wave's id, 16 bytes.
    pub fn id(&self) -> Vec<u8> {
        abi::read_all(field::ID, &[]).unwrap_or_default()
    }

    /// The point that sent the wave.
    pub fn from(&self) -> String {
        always(field::FROM)
    }

    /// Who answers for the wave: a point, or `anonymous`. Trust this, not [`Wave::from`].
    pub fn agent(&self) -> String {
        always(field::AGENT)
    }

    /// The point the wave was sent to.
    pub fn to(&self) -> String {
        always(field::TO)
    }

    /// The method, `Http<Get>` or `Ext<Greet>` for example.
    pub fn method(&self) -> String {
        always(field::METHOD)
    }

    /// The path; it begins with `/`.
    pub fn path(&self) -> String {
        always(field::PATH)
    }

    /// What `{name}` of the bind's route matched in the path, percent-decoded.
    pub fn param(&self, name: &str) -> Option<String> {
        text(field::PARAM, name)
    }

    /// The first value of this name in the query, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        text(field::QUERY, name)
    }

    /// The whole query as it came.
    pub fn query_all(&self) -> String {
        always(field::QUERY)
    }

    /// The first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<String> {
        text(field::HEADER, name)
    }

    /// All headers in their order.
    pub fn headers(&self) -> Headers<'_> {
        Headers { _wave: self, next: 0 }
    }

    /// The content type of the body.
    pub fn content_type(&self) -> String {
        always(field::TYPE)
    }

    /// The body, 1 MiB at most.
    pub fn body(&self) -> Vec<u8> {
        abi::read_all(field::BODY, &[]).unwrap_or_default()
    }

    /// The body as text.
    ///
    /// # Errors
    /// [`Error::BadValue`] when it is not UTF-8.
    pub fn text(&self) -> Result<String, Error> {
        String::from_utf8(self.body()).map_err(|_| Error::BadValue)
    }

    /// Milliseconds left before the sender gives up.
    pub fn wait_ms(&self) -> u32 {
        always(field::WAIT).parse().unwrap_or(0)
    }
}

/// The headers of a wave, in their order: name and value.
#[derive(Debug)]
pub struct Headers<'a> {
    _wave: &'a Wave,
    next: u32,
}

impl Iterator for Headers<'_> {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        let line = String::from_utf8(abi::read_header_at(self.next).ok()?).ok()?;
        self.next += 1;
        let (name, value) = line.split_once(':')?;
        Some((name.into(), value.into()))
    }
}

/// A field that every wave has and that the star keeps in UTF-8.
fn always(field: Field) -> String {
    text(field, "").unwrap_or_default()
}

fn text(field: Field, key: &str) -> Option<String> {
    String::from_utf8(abi::read_all(field, key.as_bytes()).ok()?).ok()
}
