//! What can be wrong with the form of a wave.

use std::error::Error;
use std::fmt;

use crate::{Code, Refusal};

/// A wave that breaks a bound of its form.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaveError {
    /// A pong without a status of 100 to 599, or another wave with one.
    Status,
    /// A ping or signal without a method, or a pong with one.
    Method,
    /// A path that does not begin with `/` or holds `?` or `#`, or a path or query over 8 KiB or with control characters.
    Path,
    /// A body over 1 MiB; its bytes.
    BodyTooLarge(usize),
    /// A content type over 256 bytes or with control characters.
    Type,
    /// More than 32 pings wait for this one.
    ChainTooLong,
    /// More than 32 holders.
    TooManyHops,
    /// A wait over 300,000 ms.
    Wait,
    /// A trace context over 64 bytes or with control characters.
    Trace,
}

impl WaveError {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            WaveError::BodyTooLarge(_) => Code::TooLarge,
            WaveError::ChainTooLong => Code::ChainTooLong,
            WaveError::TooManyHops => Code::TooManyHops,
            _ => Code::BadWave,
        }
    }
}

impl fmt::Display for WaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WaveError::Status => f.write_str("a pong has a status of 100 to 599, and no other wave has one"),
            WaveError::Method => f.write_str("a ping and a signal have a method, a pong has none"),
            WaveError::Path => {
                f.write_str(
                "a path begins with `/`, the query stands in a field of its own; each has 8 KiB at most and no control characters",
            )
            }
            WaveError::BodyTooLarge(bytes) => write!(f, "the body has {bytes} bytes, and 1,048,576 are allowed"),
            WaveError::Type => f.write_str("a content type has 256 bytes at most, and no control characters"),
            WaveError::ChainTooLong => f.write_str("more than 32 pings wait for one another"),
            WaveError::TooManyHops => f.write_str("the wave passed more than 32 holders"),
            WaveError::Wait => f.write_str("a wave may wait 300,000 ms at most"),
            WaveError::Trace => f.write_str("a trace context has 64 bytes at most"),
        }
    }
}

impl Error for WaveError {}

impl From<WaveError> for Refusal {
    fn from(error: WaveError) -> Self {
        Refusal::new(error.code(), error.to_string())
    }
}
