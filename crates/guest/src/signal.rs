//! Telling others, without an answer.

use crate::{Error, Message};

/// The signal goes to every watcher of this mechtron, not to a target of its own.
const TO_WATCHERS: i32 = 2;

/// Sends a signal once the wave has been handled; 64 in one wave at most.
///
/// # Errors
/// [`Error::TooMany`], [`Error::NotAllowed`] when `[may] call` does not name the target, [`Error::BadValue`] when `to` is
/// not a point or the method is none, [`Error::TooLarge`].
pub fn signal(to: &str, message: impl Into<Message>) -> Result<(), Error> {
    message.into().signal(to, 0)
}

/// Sends a signal to everybody who watches this mechtron, once the wave has been handled.
///
/// With the header `watch-key`, a newer signal replaces an unread older one of the same key.
///
/// # Errors
/// [`Error::TooMany`], [`Error::BadValue`], [`Error::TooLarge`].
pub fn signal_watchers(message: impl Into<Message>) -> Result<(), Error> {
    message.into().signal("", TO_WATCHERS)
}
