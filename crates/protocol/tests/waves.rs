//! Waves: every bound of their form has its error, and the largest wave there can be fits a message in both forms.

use proptest::prelude::*;
use starlane_protocol::lane::{self, Frame};
use starlane_protocol::limits::{
    BODY_BYTES, CHAIN, HEADERS, HEADERS_BYTES, HOPS, JSON_MESSAGE_BYTES, MESSAGE_BYTES, PATH_BYTES, TRACE_BYTES,
    TYPE_BYTES, WAIT_HIGH_MS, WIRE_INTEGER,
};
use starlane_protocol::{Agent, Body, Code, Headers, Point, Refusal, Wave, WaveError, WaveId, WaveKind};

use crate::strategies::waves;

fn ping() -> Wave {
    let (from, to): (Point, Point) = ("a:b".parse().unwrap(), "a:c".parse().unwrap());
    Wave::new(WaveId([7; 16]), WaveKind::Ping, from, Agent::Anonymous, to, "Ext<Greet>".parse().unwrap())
}

fn broken(change: impl FnOnce(&mut Wave)) -> WaveError {
    let mut wave = ping();
    change(&mut wave);
    wave.check().unwrap_err()
}

#[test]
fn every_bound_has_its_error() {
    assert_eq!(ping().check(), Ok(()));
    assert_eq!(broken(|wave| wave.status = Some(200)), WaveError::Status);
    assert_eq!(broken(|wave| wave.method = None), WaveError::Method);
    assert_eq!(broken(|wave| wave.path = "x".into()), WaveError::Path);
    assert_eq!(broken(|wave| wave.path = "/x?y".into()), WaveError::Path);
    assert_eq!(broken(|wave| wave.path = "/".repeat(PATH_BYTES + 1).into()), WaveError::Path);
    assert_eq!(broken(|wave| wave.query = "q".repeat(PATH_BYTES + 1).into()), WaveError::Path);
    assert_eq!(broken(|wave| wave.query = "\n".into()), WaveError::Path);
    let large = BODY_BYTES + 1;
    assert_eq!(broken(|wave| wave.body = Body::new("", vec![0; large])), WaveError::BodyTooLarge(large));
    assert_eq!(broken(|wave| wave.body = Body::new(&"t".repeat(TYPE_BYTES + 1), [])), WaveError::Type);
    assert_eq!(broken(|wave| wave.chain = vec![wave.id; CHAIN + 1]), WaveError::ChainTooLong);
    assert_eq!(broken(|wave| wave.hops = HOPS + 1), WaveError::TooManyHops);
    assert_eq!(broken(|wave| wave.wait = WAIT_HIGH_MS + 1), WaveError::Wait);
    assert_eq!(broken(|wave| wave.trace = Some("t".repeat(TRACE_BYTES + 1).into())), WaveError::Trace);
    assert_eq!(WaveError::BodyTooLarge(1).code(), Code::TooLarge);
    assert_eq!(Refusal::from(WaveError::TooManyHops).code, Code::TooManyHops);
}

/// A wave that is as large as its form allows, but for its body.
fn largest(body: Vec<u8>) -> Wave {
    let point = format!("a:{}", vec!["b".repeat(63); 15].join(":"));
    let point: Point = format!("{point}:{}", "c".repeat(1_024 - point.len() - 1)).parse().unwrap();
    let value = HEADERS_BYTES / HEADERS - 2;
    let pairs = (0..HEADERS).map(|at| (format!("h{}", at % 10), "\"".repeat(value))).collect::<Vec<_>>();
    Wave {
        from: point.clone(),
        to: point.clone(),
        agent: Agent::Point(point),
        path: format!("/{}", "\"".repeat(PATH_BYTES - 1)).into(),
        query: "\\".repeat(PATH_BYTES).into(),
        headers: Headers::try_from(pairs).unwrap(),
        body: Body::new(&"\"".repeat(TYPE_BYTES), body),
        wait: WAIT_HIGH_MS,
        chain: vec![WaveId([255; 16]); CHAIN],
        hops: HOPS,
        trace: Some("\"".repeat(TRACE_BYTES).into()),
        ..ping()
    }
}

#[test]
fn the_largest_wave_fits_a_message_in_both_forms() {
    for byte in [0, b'a', b'"', 0x7f, 0xff] {
        let frame = Frame::Wave(WIRE_INTEGER, Box::new(largest(vec![byte; BODY_BYTES])));
        let (mut binary, mut text) = (Vec::new(), String::new());
        lane::encode(&frame, &mut binary);
        lane::encode_json(&frame, &mut text);
        assert!(binary.len() <= MESSAGE_BYTES, "{byte}: {}", binary.len());
        assert!(text.len() <= JSON_MESSAGE_BYTES, "{byte}: {}", text.len());
        assert!(lane::decode(&binary).is_ok_and(|frames| frames == [frame.clone()]));
        assert!(lane::decode_json(&text).is_ok_and(|frames| frames == [frame]));
    }
}

#[test]
fn a_pong_goes_back_the_way_its_ping_came() {
    let refused = ping().refuse(&Refusal::new(Code::NoRoute, "nothing stands at `a:c`"));
    assert_eq!(refused.check(), Ok(()));
    assert_eq!((refused.id, refused.kind, refused.status), (ping().id, WaveKind::Pong, Some(404)));
    assert_eq!((refused.from, refused.to), (ping().to, ping().from));
    assert_eq!(refused.headers.get("starlane-code"), Some("no-route"));
    let told: serde_json::Value = serde_json::from_slice(&refused.body.bytes).unwrap();
    assert_eq!(told["code"], "no-route");
    assert_eq!(told["retry"], "safe");
    assert_eq!(told["hint"], Code::NoRoute.hint());
}

proptest! {
    #[test]
    fn a_ping_that_becomes_its_answer_is_its_answer(mut ping in waves()) {
        let agent = Agent::Point("localhost:chat:room".parse().unwrap());
        let headers = Headers::try_from(vec![("a".to_owned(), "b".to_owned())]).unwrap();
        let pong = ping.pong(agent.clone(), 201, headers.clone(), Body::new("text/plain", *b"yes"));
        ping.become_pong(agent, 201, headers, Body::new("text/plain", *b"yes"));
        prop_assert_eq!(ping, pong);
    }

    #[test]
    fn arbitrary_waves_hold(wave in waves()) {
        prop_assert_eq!(wave.check(), Ok(()));
    }
}
