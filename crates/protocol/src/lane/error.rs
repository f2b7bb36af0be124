//! Why a message of a lane is refused.

use std::error::Error;
use std::fmt;

use crate::WaveError;

/// A message that is not a sequence of frames.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameError {
    /// More bytes than a message may have.
    TooLarge,
    /// More frames than a message may have.
    TooMany,
    /// Not a frame; what the decoder says.
    Garbage(String),
    /// A wave that breaks a bound.
    Wave(WaveError),
}

impl FrameError {
    /// The stable code word, which is also the reason of the `Bye` that answers it.
    pub fn code(&self) -> &'static str {
        match self {
            FrameError::TooLarge | FrameError::TooMany => "frame-too-large",
            FrameError::Garbage(_) => "bad-frame",
            FrameError::Wave(_) => "bad-wave",
        }
    }
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::TooLarge => f.write_str("the message is larger than a lane allows"),
            FrameError::TooMany => f.write_str("the message has more frames than a lane allows"),
            FrameError::Garbage(what) => write!(f, "the message is not a sequence of frames: {what}"),
            FrameError::Wave(error) => write!(f, "a wave breaks its form: {error}"),
        }
    }
}

impl Error for FrameError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            FrameError::Wave(error) => Some(error),
            _ => None,
        }
    }
}

impl From<WaveError> for FrameError {
    fn from(error: WaveError) -> Self {
        FrameError::Wave(error)
    }
}
