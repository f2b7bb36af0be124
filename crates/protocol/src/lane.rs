//! Lanes: what two stars say to each other over one WebSocket.
//!
//! One message holds one or more frames. In sub-protocol `starlane.v1` a message is binary, a CBOR sequence (RFC 8742) of
//! frames; in `starlane.v1.json` it is text, one JSON object a line. Decoding is total and bounded by the message's size;
//! unknown fields are skipped, unknown frames are an error.

mod bounded;
mod cbor;
mod error;
mod frame;
mod json;
mod message;
mod words;

pub use error::FrameError;
pub use frame::{Bye, ByeCode, Frame, Greet, Installed, Knock, LaneLimits, Resume};

/// Which form the frames of a lane have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Sub-protocol `starlane.v1`: binary messages.
    Cbor,
    /// Sub-protocol `starlane.v1.json`: text messages.
    Json,
}

impl Form {
    /// The forms there are, the preferred one first.
    pub const ALL: [Form; 2] = [Form::Cbor, Form::Json];

    /// The name of the WebSocket sub-protocol.
    pub fn sub_protocol(self) -> &'static str {
        match self {
            Form::Cbor => "starlane.v1",
            Form::Json => "starlane.v1.json",
        }
    }
}

/// Appends a frame to a binary message.
pub fn encode(frame: &Frame, message: &mut Vec<u8>) {
    cbor::encode(frame, message);
}

/// All frames of a binary message.
///
/// # Errors
/// The first thing in it that is not a frame.
pub fn decode(message: &[u8]) -> Result<Vec<Frame>, FrameError> {
    Reader::default().decode(message)
}

/// Reads the binary messages of one lane, one after the other. Points, methods and other words that came lately are shared
/// with the waves before, not made anew; a reader holds 6 KiB of them at most. What it gives is what [`decode`] gives.
#[derive(Debug, Default)]
pub struct Reader {
    words: words::Words,
}

impl Reader {
    /// All frames of a binary message.
    ///
    /// # Errors
    /// The first thing in it that is not a frame.
    pub fn decode(&mut self, message: &[u8]) -> Result<Vec<Frame>, FrameError> {
        cbor::decode(message, &mut self.words)
    }
}

/// Appends a frame to a text message.
pub fn encode_json(frame: &Frame, message: &mut String) {
    json::encode(frame, message);
}

/// All frames of a text message.
///
/// # Errors
/// The first thing in it that is not a frame.
pub fn decode_json(message: &str) -> Result<Vec<Frame>, FrameError> {
    json::decode(message)
}
