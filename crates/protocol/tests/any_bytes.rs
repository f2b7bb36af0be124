//! Any bytes are frames or a named error, never a panic; valid frames come back from both forms as they were.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use starlane_protocol::lane::{self, Frame, FrameError};

use crate::memory::{hold_cbor, hold_json};
use crate::strategies::frames;

fn settle(decoded: Result<Vec<Frame>, FrameError>) -> Result<(), TestCaseError> {
    match decoded {
        Ok(frames) => {
            let (mut binary, mut text) = (Vec::new(), String::new());
            for frame in &frames {
                lane::encode(frame, &mut binary);
                lane::encode_json(frame, &mut text);
            }
            prop_assert_eq!(lane::decode(&binary), Ok(frames.clone()));
            prop_assert_eq!(lane::decode_json(&text), Ok(frames));
        }
        Err(error) => {
            prop_assert!(["bad-frame", "bad-wave", "frame-too-large"].contains(&error.code()));
            prop_assert!(!error.to_string().is_empty());
        }
    }
    Ok(())
}

fn message(frames: &[Frame]) -> (Vec<u8>, String) {
    let (mut binary, mut text) = (Vec::new(), String::new());
    for frame in frames {
        lane::encode(frame, &mut binary);
        lane::encode_json(frame, &mut text);
    }
    (binary, text)
}

proptest! {
    #[test]
    fn random_bytes(bytes in vec(any::<u8>(), 0..300)) {
        hold_cbor(&bytes);
        settle(lane::decode(&bytes))?;
        let text = String::from_utf8_lossy(&bytes);
        hold_json(&text);
        settle(lane::decode_json(&text))?;
    }

    #[test]
    fn random_texts(text in "[\\{\\}\\[\\]\",:0-9a-z\\\\]{0,80}") {
        hold_json(&text);
        settle(lane::decode_json(&text))?;
    }

    #[test]
    fn a_valid_frame_comes_back_from_both_forms(frame in frames()) {
        let (binary, text) = message(std::slice::from_ref(&frame));
        hold_cbor(&binary);
        hold_json(&text);
        prop_assert_eq!(lane::decode(&binary), Ok(vec![frame.clone()]));
        prop_assert_eq!(lane::decode_json(&text), Ok(vec![frame]));
    }

    #[test]
    fn a_changed_byte_is_a_frame_or_a_named_error(frame in frames(), at in any::<Index>(), byte in any::<u8>()) {
        let (mut binary, text) = message(&[frame]);
        let place = at.index(binary.len());
        binary[place] = byte;
        hold_cbor(&binary);
        settle(lane::decode(&binary))?;
        let mut text = text.into_bytes();
        let place = at.index(text.len());
        text[place] = byte;
        settle(lane::decode_json(&String::from_utf8_lossy(&text)))?;
    }

    #[test]
    fn a_message_that_is_cut_is_a_named_error(frame in frames(), at in any::<Index>()) {
        let (binary, text) = message(&[frame]);
        let cut = at.index(binary.len());
        if cut > 0 {
            prop_assert_eq!(lane::decode(&binary[..cut]).map_err(|error| error.code()), Err("bad-frame"));
        }
        let text = text.trim_end();
        let mut cut = at.index(text.len());
        while !text.is_char_boundary(cut) { cut -= 1; }
        if cut > 0 {
            prop_assert_eq!(lane::decode_json(&text[..cut]).map_err(|error| error.code()), Err("bad-frame"));
        }
    }

    #[test]
    fn bytes_too_many_are_a_named_error(frame in frames(), more in vec(any::<u8>(), 1..8)) {
        let (mut binary, _) = message(&[frame]);
        binary.extend(more);
        settle(lane::decode(&binary))?;
    }
}
