//! Asking others, and waiting for their answers.
//!
//! The star keeps one answer at hand, that of the last `wait`. So type and body are copied out at once, and a header is
//! read only while its answer is still the last one.

use alloc::{string::String, vec::Vec};
use core::{
    marker::PhantomData,
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{
    Error, Message,
    abi::{self, field},
};

/// How many answers have arrived: it tells the last one from older ones.
static WAITED: AtomicU32 = AtomicU32::new(0);

/// Sends a ping and goes on; [`Asked::wait`] gets the answer. 8 may be open at once.
///
/// # Errors
/// [`Error::TooMany`], [`Error::NotAllowed`] when `[may] call` does not name the target, [`Error::BadValue`] when `to` is
/// not a point or the method is none, [`Error::TooLarge`].
pub fn ask(to: &str, message: impl Into<Message>) -> Result<Asked, Error> {
    message.into().ask(to).map(|token| Asked { token, _here: PhantomData })
}

/// Sends a ping and waits for its answer.
///
/// # Errors
/// Those of [`ask`]. An answer that says no (404, 408, 503 …) is a [`Pong`], not an error.
pub fn ping(to: &str, message: impl Into<Message>) -> Result<Pong, Error> {
    ask(to, message)?.wait()
}

/// A ping that is under way. Dropping it drops the answer.
#[derive(Debug)]
#[must_use = "the answer is dropped unless it is waited for"]
pub struct Asked {
    token: i32,
    /// A token is worth nothing in another instance.
    _here: PhantomData<*const ()>,
}

impl Asked {
    /// Suspends the mechtron until the answer is here. Several may be waited for in any order.
    ///
    /// # Errors
    /// [`Error::BadToken`] when the ask was made while an earlier wave was handled.
    pub fn wait(self) -> Result<Pong, Error> {
        let status = abi::wait(self.token)?;
        let serial = WAITED.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let content_type =
            String::from_utf8(abi::read_all(field::PONG_TYPE, &[]).unwrap_or_default()).unwrap_or_default();
        let body = abi::read_all(field::PONG_BODY, &[]).unwrap_or_default();
        Ok(Pong { status, content_type, body, serial })
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pong {
    /// 200, or why not: 404, 408, 503 … or what the other side says.
    pub status: u16,
    /// The content type of the body.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
    serial: u32,
}

impl Pong {
    /// Whether the status is below 400.
    pub fn is_ok(&self) -> bool {
        self.status < 400
    }

    /// The first header of this (lower-case) name; `None` also once another answer was waited for.
    pub fn header(&self, name: &str) -> Option<String> {
        if WAITED.load(Ordering::Relaxed) != self.serial {
            return None;
        }
        String::from_utf8(abi::read_all(field::PONG_HEADER, name.as_bytes()).ok()?).ok()
    }

    /// The code word of an answer that the mesh itself made: `deadline`, `no-route`, `offline` …
    pub fn code(&self) -> Option<String> {
        self.header("starlane-code")
    }

    /// The body as text.
    ///
    /// # Errors
    /// [`Error::BadValue`] when it is not UTF-8.
    pub fn text(&self) -> Result<&str, Error> {
        core::str::from_utf8(&self.body).map_err(|_| Error::BadValue)
    }
}
