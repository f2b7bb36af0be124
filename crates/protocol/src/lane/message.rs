//! The frames of one message, each held to its bounds as it is decoded, whatever the form.
//!
//! A knock or a greet is the first frame of its message: only a lane's first message holds one, and it may be large.

use super::{Frame, FrameError};
use crate::limits::{MESSAGE_FRAMES, WIRE_INTEGER};

/// Bytes of a small wave in CBOR.
const WAVE_BYTES: usize = 128;

/// Frames that room is made for before they are seen, at most: some 16 KiB.
const COMMON: usize = 64;

/// What has been decoded of a message so far.
#[derive(Default)]
pub(super) struct Message(Vec<Frame>);

impl Message {
    /// Room for what a message of so many bytes commonly holds.
    pub(super) fn of(bytes: usize) -> Self {
        Self(Vec::with_capacity((bytes / WAVE_BYTES).clamp(1, COMMON)))
    }

    /// Whether there is room for one more frame; asked before it is decoded.
    pub(super) fn room(&self) -> Result<(), FrameError> {
        if self.0.len() == MESSAGE_FRAMES { Err(FrameError::TooMany) } else { Ok(()) }
    }

    /// Takes one more frame.
    pub(super) fn push(&mut self, frame: Frame) -> Result<(), FrameError> {
        if !self.0.is_empty() && matches!(frame, Frame::Knock(_) | Frame::Greet(_)) {
            return Err(FrameError::Garbage("a knock or a greet is the first frame of its message".into()));
        }
        if largest_integer(&frame) > WIRE_INTEGER {
            return Err(FrameError::Garbage("an integer of a frame is below 2^53".into()));
        }
        if let Frame::Wave(_, wave) = &frame {
            wave.check()?;
        }
        self.0.push(frame);
        Ok(())
    }

    /// All frames.
    pub(super) fn into_frames(self) -> Vec<Frame> {
        self.0
    }
}

fn largest_integer(frame: &Frame) -> u64 {
    match frame {
        Frame::Wave(seq, _) | Frame::Ack(seq) => *seq,
        Frame::Credit(bytes) => *bytes,
        Frame::Knock(knock) => knock.resume.as_ref().map_or(0, |resume| resume.seen),
        Frame::Greet(greet) => {
            let generations = greet.installs.iter().map(|installed| installed.generation);
            generations.fold(greet.seen.max(greet.window).max(greet.limits.message), u64::max)
        }
        Frame::Install(installed) => installed.generation,
        Frame::Auth(_) | Frame::Beat | Frame::Bye(_) => 0,
    }
}
