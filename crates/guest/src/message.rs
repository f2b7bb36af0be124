//! A message on its way out: the content of a ping, of a signal, and of a reply.
//!
//! A message is data until it is sent. Then its fields are written one by one. The star keeps what was written until the
//! message is taken, also when it is refused; so a refused one is discarded, or it would leak into the next.

use alloc::{string::String, vec::Vec};
use core::sync::atomic::{AtomicBool, Ordering};

use crate::{
    Error,
    abi::{self, field},
};

/// What is asked of, or told to, another point: a method and what goes with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a message does nothing until it is sent"]
pub struct Message {
    method: String,
    path: Option<String>,
    query: Option<String>,
    wait_ms: u32,
    content: Content,
}

impl Message {
    /// A message with this method (`Ext<Greet>`, `Http<Get>`), the path `/` and no body.
    pub fn new(method: impl Into<String>) -> Self {
        Self { method: method.into(), ..Self::default() }
    }

    /// Sets the path, which begins with `/`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Sets the query, without its `?`.
    pub fn query(mut self, query: impl Into<String>) -> Self {
        self.query = Some(query.into());
        self
    }

    /// Adds a header; its name is lower-case. 64 headers and 16 KiB at most.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.content.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body with its content type; 1 MiB at most.
    pub fn body(mut self, content_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        self.content.set(content_type, body);
        self
    }

    /// Sets the body, of type `text/plain`.
    pub fn text(self, body: impl Into<Vec<u8>>) -> Self {
        self.body("text/plain", body)
    }

    /// Sets the body to text that is JSON already.
    pub fn json(self, body: impl Into<Vec<u8>>) -> Self {
        self.body("application/json", body)
    }

    /// Sets how long a ping may take, in milliseconds; 15,000 when not set.
    pub fn wait_ms(mut self, wait_ms: u32) -> Self {
        self.wait_ms = wait_ms;
        self
    }

    /// Sends the message as a ping; its token.
    pub(crate) fn ask(&self, to: &str) -> Result<i32, Error> {
        let wait_ms = i32::try_from(self.wait_ms).unwrap_or(i32::MAX);
        self.write(to).and_then(|()| abi::ask(wait_ms)).inspect_err(|_| discard())
    }

    /// Sends the message as a signal.
    pub(crate) fn signal(&self, to: &str, flags: i32) -> Result<(), Error> {
        self.write(to).and_then(|()| abi::signal(flags)).inspect_err(|_| discard())
    }

    fn write(&self, to: &str) -> Result<(), Error> {
        if let Some(path) = &self.path {
            abi::write(field::PATH, &[], path.as_bytes())?;
        }
        if let Some(query) = &self.query {
            abi::write(field::QUERY, &[], query.as_bytes())?;
        }
        self.content.write()?;
        abi::write(field::METHOD, &[], self.method.as_bytes())?;
        if to.is_empty() { Ok(()) } else { abi::write(field::TO, &[], to.as_bytes()) }
    }
}

impl From<&str> for Message {
    fn from(method: &str) -> Self {
        Self::new(method)
    }
}

/// What every message has: headers and a body with its type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) headers: Vec<(String, String)>,
    content_type: String,
    body: Vec<u8>,
}

impl Content {
    pub(crate) fn set(&mut self, content_type: impl Into<String>, body: impl Into<Vec<u8>>) {
        self.content_type = content_type.into();
        self.body = body.into();
    }

    pub(crate) fn write(&self) -> Result<(), Error> {
        for (name, value) in &self.headers {
            abi::write(field::HEADER, name.as_bytes(), value.as_bytes())?;
        }
        if self.content_type.is_empty() {
            return Ok(());
        }
        abi::write(field::TYPE, &[], self.content_type.as_bytes())?;
        abi::write(field::BODY, &[], &self.body)
    }
}

/// Whether the answer of this wave is, so far, a message that was discarded.
static DISCARDED: AtomicBool = AtomicBool::new(false);

/// Drops what was written: only `reply` takes any message. A later reply replaces it.
fn discard() {
    let _cannot_fail = abi::reply();
    DISCARDED.store(true, Ordering::Relaxed);
}

/// Whether a message was discarded since this was last asked.
pub(crate) fn was_discarded() -> bool {
    DISCARDED.swap(false, Ordering::Relaxed)
}
