//! What is about to be sent: frames of one task are put into one message, within what a message may hold.

use starlane_protocol::lane::{self, Frame};
use starlane_protocol::limits::{MESSAGE_BYTES, MESSAGE_FRAMES};

/// Bytes after which a message is sent without waiting for more: large ones gain nothing by company.
const ENOUGH_BYTES: usize = 64 * 1_024;

/// The message that is being filled.
#[derive(Default)]
pub(super) struct Outgoing {
    message: Vec<u8>,
    frames: usize,
    seq: u64,
    planned: bool,
}

impl Outgoing {
    /// The place of the next wave in the order of this session, from 1.
    pub(super) fn next_seq(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    /// Adds a frame; gives a message that must be sent first, when both together would be too much.
    pub(super) fn push(&mut self, frame: &Frame) -> Option<Vec<u8>> {
        let before = self.message.len();
        lane::encode(frame, &mut self.message);
        self.frames += 1;
        if before == 0
            || (before < ENOUGH_BYTES && self.message.len() <= MESSAGE_BYTES && self.frames <= MESSAGE_FRAMES)
        {
            return None;
        }
        let rest = self.message.split_off(before);
        self.frames = 1;
        Some(std::mem::replace(&mut self.message, rest))
    }

    /// Whether sending must be planned; once for each message.
    pub(super) fn plan(&mut self) -> bool {
        !std::mem::replace(&mut self.planned, true)
    }

    /// The message as it is.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.planned = false;
        self.frames = 0;
        std::mem::take(&mut self.message)
    }
}

#[cfg(test)]
mod tests {
    use starlane_protocol::lane::{Frame, decode};
    use starlane_protocol::limits::MESSAGE_FRAMES;

    use super::Outgoing;

    #[test]
    fn small_frames_share_a_message_up_to_its_bound() {
        let mut outgoing = Outgoing::default();
        let full: Vec<Vec<u8>> = (0..=MESSAGE_FRAMES).filter_map(|_| outgoing.push(&Frame::Beat)).collect();
        assert_eq!(full.len(), 1);
        assert_eq!(decode(&full[0]).unwrap().len(), MESSAGE_FRAMES);
        assert_eq!(decode(&outgoing.take()).unwrap(), [Frame::Beat]);
        assert!(outgoing.take().is_empty());
    }
}
