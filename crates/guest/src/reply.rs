//! The answer of a wave.

use alloc::{string::String, vec::Vec};

use crate::{
    Error,
    abi::{self, field},
    message::Content,
};

/// The status when none was set.
const OK: u16 = 200;

/// The answer of a wave: a status, headers, and a body with its type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a reply is given by returning it from the handler"]
pub struct Reply {
    status: u16,
    content: Content,
}

impl Reply {
    /// A reply with this status (200 to 599) and no body.
    pub fn empty(status: u16) -> Self {
        Self { status, content: Content::default() }
    }

    /// A reply with a body of any type; 1 MiB at most.
    pub fn new(content_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        let mut reply = Self::empty(OK);
        reply.content.set(content_type, body);
        reply
    }

    /// Plain text.
    pub fn text(body: impl Into<Vec<u8>>) -> Self {
        Self::new("text/plain", body)
    }

    /// An HTML page. Put nothing into it that did not pass [`escape_html`](crate::escape_html).
    pub fn html(body: impl Into<Vec<u8>>) -> Self {
        Self::new("text/html", body)
    }

    /// Text that is JSON already.
    pub fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::new("application/json", body)
    }

    /// Sets the status (200 to 599), 200 when not set.
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Adds a header; its name is lower-case.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.content.headers.push((name.into(), value.into()));
        self
    }

    /// Makes this the answer of the wave.
    pub(crate) fn send(&self) -> Result<(), Error> {
        self.write()?;
        abi::reply()
    }

    fn write(&self) -> Result<(), Error> {
        self.content.write()?;
        if self.status == OK {
            return Ok(());
        }
        abi::write(field::STATUS, &[], &digits(self.status))
    }
}

/// The three digits of a status.
fn digits(status: u16) -> [u8; 3] {
    [status / 100, status / 10, status].map(|number| b"0123456789"[usize::from(number % 10)])
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn a_status_has_three_digits() {
        assert_eq!((digits(404), digits(599), digits(200)), (*b"404", *b"599", *b"200"));
    }
}
