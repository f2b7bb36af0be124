//! Frames: both forms say the same, later fields are skipped, and what is no frame is refused by name.

use serde::Deserialize;
use serde_json::Value;
use starlane_protocol::lane::{self, Frame, FrameError};

use crate::fixtures::{bytes, hex, read};

#[derive(Deserialize)]
struct Frames {
    frames: Vec<Known>,
    decode_only: Vec<Later>,
    invalid: Vec<Invalid>,
}

#[derive(Deserialize)]
struct Known {
    name: String,
    cbor: String,
    json: Value,
}

#[derive(Deserialize)]
struct Later {
    name: String,
    like: String,
    cbor: Option<String>,
    json: Option<Value>,
}

#[derive(Deserialize)]
struct Invalid {
    name: String,
    code: String,
    cbor: Option<String>,
    text: Option<String>,
}

fn fixtures() -> Frames {
    read("frames.json")
}

fn one(name: &str, frames: Result<Vec<Frame>, FrameError>) -> Frame {
    let mut frames = frames.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(frames.len(), 1, "{name}");
    frames.remove(0)
}

#[test]
fn every_frame_has_exactly_these_forms() {
    for Known { name, cbor, json } in fixtures().frames {
        let frame = one(&name, lane::decode(&bytes(&cbor)));
        assert_eq!(frame, one(&name, lane::decode_json(&json.to_string())), "{name}: both forms agree");
        let (mut binary, mut text) = (Vec::new(), String::new());
        lane::encode(&frame, &mut binary);
        lane::encode_json(&frame, &mut text);
        assert_eq!(hex(&binary), cbor, "{name}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json, "{name}");
        assert!(text.ends_with("}\n") && text.lines().count() == 1, "{name}");
    }
}

#[test]
fn later_fields_are_skipped() {
    let Frames { frames, decode_only, .. } = fixtures();
    for Later { name, like, cbor, json } in decode_only {
        let known = frames.iter().find(|known| known.name == like).expect(&like);
        let known = one(&like, lane::decode(&bytes(&known.cbor)));
        assert!(cbor.is_some() || json.is_some(), "{name}");
        if let Some(cbor) = cbor {
            assert_eq!(one(&name, lane::decode(&bytes(&cbor))), known, "{name}");
        }
        if let Some(json) = json {
            assert_eq!(one(&name, lane::decode_json(&json.to_string())), known, "{name}");
        }
    }
}

#[test]
fn what_is_no_frame_is_refused_by_name() {
    for Invalid { name, code, cbor, text } in fixtures().invalid {
        assert!(cbor.is_some() || text.is_some(), "{name}");
        if let Some(cbor) = cbor {
            assert_eq!(lane::decode(&bytes(&cbor)).expect_err(&name).code(), code, "{name}, CBOR");
        }
        if let Some(text) = text {
            assert_eq!(lane::decode_json(&text).expect_err(&name).code(), code, "{name}, JSON");
        }
    }
}

#[test]
fn a_message_holds_many_frames() {
    let frames: Vec<Frame> =
        fixtures().frames.iter().map(|known| one(&known.name, lane::decode(&bytes(&known.cbor)))).collect();
    let (mut binary, mut text) = (Vec::new(), String::new());
    let frames: Vec<Frame> =
        frames.into_iter().filter(|frame| !matches!(frame, Frame::Knock(_) | Frame::Greet(_))).collect();
    for frame in &frames {
        lane::encode(frame, &mut binary);
        lane::encode_json(frame, &mut text);
    }
    assert_eq!(lane::decode(&binary).unwrap(), frames);
    assert_eq!(lane::decode_json(&text).unwrap(), frames);
    assert_eq!(lane::decode_json(&text.replace('\n', "\r\n\r\n")).unwrap(), frames);
    assert!(lane::decode(b"").unwrap().is_empty() && lane::decode_json("\n \n").unwrap().is_empty());
}

#[test]
fn a_message_has_its_bounds() {
    use starlane_protocol::limits::{JSON_MESSAGE_BYTES, MESSAGE_BYTES, MESSAGE_FRAMES};
    let beat = [0x81, 0x07];
    assert_eq!(lane::decode(&beat.repeat(MESSAGE_FRAMES)).unwrap().len(), MESSAGE_FRAMES);
    assert_eq!(lane::decode(&beat.repeat(MESSAGE_FRAMES + 1)), Err(FrameError::TooMany));
    assert_eq!(lane::decode_json(&"{\"beat\":{}}\n".repeat(MESSAGE_FRAMES + 1)), Err(FrameError::TooMany));
    assert_eq!(lane::decode(&vec![0; MESSAGE_BYTES + 1]), Err(FrameError::TooLarge));
    assert_eq!(lane::decode_json(&" ".repeat(JSON_MESSAGE_BYTES + 1)), Err(FrameError::TooLarge));
    assert_eq!(FrameError::TooMany.code(), "frame-too-large");
}

#[test]
fn no_secret_and_no_token_is_printed() {
    for Known { name, cbor, .. } in fixtures().frames {
        let printed = format!("{:?}", one(&name, lane::decode(&bytes(&cbor))));
        assert!(!printed.contains("eyJ") && !printed.contains("4041"), "{name}: {printed}");
    }
}
