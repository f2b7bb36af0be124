//! Why a call was refused.
//!
//! The numbers and words are those of the guest ABI's table and never change.

use alloc::string::String;
use core::fmt;

/// Why a call of this crate failed, or why a handler gives up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// There is no such value: the file, key or header does not exist.
    Absent,
    /// A range does not lie inside the memory.
    OutOfRange,
    /// There is no such field, or it cannot be read or written here.
    BadField,
    /// The bytes do not fit the field: not a point, not a method, not UTF-8.
    BadValue,
    /// Over a limit: body 1 MiB, headers 16 KiB, key 256 bytes, value 64 KiB, log line 1 KiB, random 4,096 bytes.
    TooLarge,
    /// Not while the mechtron starts; or `[may] call` does not name the target.
    NotAllowed,
    /// Over 4 MiB of state, or over 1 MiB written by this wave.
    StateFull,
    /// Over 8 open asks, 64 signals, 64 log lines or 64 headers.
    TooMany,
    /// No ask with this token is open.
    BadToken,
    /// The message lacks its target or its method.
    Incomplete,
    /// A code that a newer star gave and this version of the crate does not know.
    Unknown(i32),
    /// What the mechtron itself says went wrong; it is written to the log.
    Failed(String),
}

/// What [`Error::Failed`] returns from `mechtron_wave`; outside the table of the ABI's codes.
const FAILED: i32 = 1_000;

impl Error {
    /// The stable word for this error, `state-full` for example.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::OutOfRange => "out-of-range",
            Self::BadField => "bad-field",
            Self::BadValue => "bad-value",
            Self::TooLarge => "too-large",
            Self::NotAllowed => "not-allowed",
            Self::StateFull => "state-full",
            Self::TooMany => "too-many",
            Self::BadToken => "bad-token",
            Self::Incomplete => "incomplete",
            Self::Unknown(_) => "unknown",
            Self::Failed(_) => "failed",
        }
    }

    /// The error's number: that of the ABI's table without its sign.
    pub fn number(&self) -> i32 {
        match self {
            Self::Absent => 1,
            Self::OutOfRange => 2,
            Self::BadField => 3,
            Self::BadValue => 4,
            Self::TooLarge => 5,
            Self::NotAllowed => 6,
            Self::StateFull => 7,
            Self::TooMany => 8,
            Self::BadToken => 9,
            Self::Incomplete => 10,
            Self::Unknown(number) => *number,
            Self::Failed(_) => FAILED,
        }
    }

    /// What the mechtron says went wrong, or the word.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Failed(what) => what,
            other => other.code(),
        }
    }

    /// What a negative result of the ABI means.
    pub(crate) fn from_result(result: i32) -> Self {
        match result {
            -1 => Self::Absent,
            -2 => Self::OutOfRange,
            -3 => Self::BadField,
            -4 => Self::BadValue,
            -5 => Self::TooLarge,
            -6 => Self::NotAllowed,
            -7 => Self::StateFull,
            -8 => Self::TooMany,
            -9 => Self::BadToken,
            -10 => Self::Incomplete,
            other => Self::Unknown(other.wrapping_neg()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

impl From<&str> for Error {
    fn from(what: &str) -> Self {
        Self::Failed(what.into())
    }
}

impl From<String> for Error {
    fn from(what: String) -> Self {
        Self::Failed(what)
    }
}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn every_result_of_the_table_has_its_number_and_a_word_of_its_own() {
        let mut words = std::collections::BTreeSet::new();
        for number in 1..=10 {
            let error = Error::from_result(-number);
            assert_eq!(error.number(), number);
            assert!(words.insert(error.code()));
            assert_ne!(error.code(), "unknown");
        }
    }

    #[test]
    fn a_result_that_is_not_in_the_table_keeps_its_number() {
        assert_eq!(Error::from_result(-77), Error::Unknown(77));
        assert_eq!(Error::from_result(i32::MIN), Error::Unknown(i32::MIN));
    }
}
