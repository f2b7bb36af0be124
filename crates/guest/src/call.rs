//! Typed calls: what `starlane bindgen` writes its callers with.

use alloc::{format, string::String, vec::Vec};
use core::fmt;

use crate::{Asked, Error, Message, Pong, ask, json};

/// A typed ping that is under way. Dropping it drops the answer.
#[derive(Debug)]
#[must_use = "the answer is dropped unless it is waited for"]
pub struct Call<T> {
    asked: Asked,
    read: fn(Pong) -> Result<T, Refused>,
}

impl<T> Call<T> {
    /// Sends a ping whose answer is read so.
    ///
    /// # Errors
    /// Those of [`ask`].
    pub fn new(to: &str, message: Message, read: fn(Pong) -> Result<T, Refused>) -> Result<Self, Refused> {
        Ok(Self { asked: ask(to, message)?, read })
    }

    /// Suspends the mechtron until the answer is here. Several may be waited for in any order.
    ///
    /// # Errors
    /// [`Refused::Status`] when the answer says no, [`Refused::Unreadable`], and those of [`Asked::wait`].
    pub fn wait(self) -> Result<T, Refused> {
        let pong = self.asked.wait()?;
        if pong.is_ok() { (self.read)(pong) } else { Err(Refused::Status(pong)) }
    }
}

/// Why a typed call has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// The answer says no: 404, 408, 503 … or what the other side says.
    Status(Pong),
    /// The answer is not what the bind promises.
    Unreadable(Pong),
    /// It could not be asked.
    Error(Error),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(pong) => f.write_str(&format!("answered {} {}", pong.status, pong.code().unwrap_or_default())),
            Self::Unreadable(_) => f.write_str("the answer is not what the bind promises"),
            Self::Error(error) => f.write_str(error.text()),
        }
    }
}

impl core::error::Error for Refused {}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// A handler that gives up because another did not answer.
impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Error(error) => error,
            other => Self::Failed(format!("{other}")),
        }
    }
}

impl Pong {
    /// The body as a value of a type.
    ///
    /// # Errors
    /// [`Refused::Unreadable`] when it is none.
    pub fn into_json<T: json::Json>(self) -> Result<T, Refused> {
        json::read(&self.body).ok_or(Refused::Unreadable(self))
    }

    /// The body as text.
    ///
    /// # Errors
    /// [`Refused::Unreadable`] when it is not UTF-8.
    pub fn into_text(mut self) -> Result<String, Refused> {
        let body = core::mem::take(&mut self.body);
        String::from_utf8(body).map_err(|error| {
            self.body = error.into_bytes();
            Refused::Unreadable(self)
        })
    }

    /// The body.
    ///
    /// # Errors
    /// None; it is as the others, so that each may stand where a typed call reads its answer.
    pub fn into_bytes(self) -> Result<Vec<u8>, Refused> {
        Ok(self.body)
    }

    /// The answer as it is.
    ///
    /// # Errors
    /// None, as [`Pong::into_bytes`].
    pub fn into_itself(self) -> Result<Self, Refused> {
        Ok(self)
    }
}
