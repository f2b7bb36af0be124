//! Arbitrary valid waves and frames.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use starlane_protocol::lane::{Bye, ByeCode, Frame, Greet, Installed, Knock, LaneLimits, Resume};
use starlane_protocol::limits::{CHAIN, HOPS, WAIT_HIGH_MS, WIRE_INTEGER};
use starlane_protocol::{Agent, Body, Headers, Method, SessionId, StarSecret, Wave, WaveId, WaveKind};

use crate::points::points;

fn integer() -> impl Strategy<Value = u64> {
    prop_oneof![0..100_u64, 0..=WIRE_INTEGER, Just(WIRE_INTEGER)]
}

fn agent() -> impl Strategy<Value = Agent> {
    prop_oneof![Just(Agent::Anonymous), points().prop_map(|point| point.stem().parse().unwrap())]
}

/// Methods of every family.
pub(crate) fn method() -> impl Strategy<Value = Method> {
    "(Http|Ext|Cmd)<[A-Z][A-Za-z0-9]{0,12}>".prop_map(|text| text.parse().unwrap())
}

/// Headers within every bound; values may hold what is beyond ASCII.
pub(crate) fn headers() -> impl Strategy<Value = Headers> {
    vec(("[a-z][a-z0-9-]{0,12}", "[ -~\té☕\u{a0}]{0,20}"), 0..6).prop_map(|pairs| Headers::try_from(pairs).unwrap())
}

fn body() -> impl Strategy<Value = Body> {
    let bytes = prop_oneof![vec(any::<u8>(), 0..64), "\\PC{0,40}".prop_map(String::into_bytes), vec(0_u8..32, 0..32)];
    ("[a-z]{0,5}(/[a-z+]{1,5}(; charset=utf-8)?)?", bytes).prop_map(|(media, bytes)| Body::new(&media, bytes))
}

prop_compose! {
    /// Valid waves of every kind.
    pub(crate) fn waves()(
        id in any::<[u8; 16]>(),
        asked in (prop_oneof![Just(WaveKind::Ping), Just(WaveKind::Signal), Just(WaveKind::Pong)], method(), 100_u16..600),
        (from, to, agent) in (points(), points(), agent()),
        (path, query) in ("/[ -\"$->@-~é☕]{0,30}", "[ -~é☕]{0,30}"),
        (headers, body) in (headers(), body()),
        wait in 0..=WAIT_HIGH_MS,
        (chain, hops) in (vec(any::<[u8; 16]>().prop_map(WaveId), 0..=CHAIN), 0..=HOPS),
        trace in of("[0-9a-f-]{0,64}"),
    ) -> Wave {
        let (kind, method, status) = asked;
        let pong = kind == WaveKind::Pong;
        Wave {
            id: WaveId(id), kind, from, to, agent, headers, body, wait, chain, hops,
            method: (!pong).then_some(method),
            path: path.into(),
            query: query.into(),
            status: pong.then_some(status),
            trace: trace.map(Into::into),
        }
    }
}

fn installed() -> impl Strategy<Value = Installed> {
    let bytes = || of(vec(any::<u8>(), 0..40));
    (points(), integer(), [bytes(), bytes(), bytes(), bytes()]).prop_map(|(app, generation, signed)| {
        let [record, signature, series, series_signature] = signed;
        Installed { app, generation, record, signature, series, series_signature }
    })
}

fn knock() -> impl Strategy<Value = Knock> {
    let resume = (any::<[u8; 16]>(), integer()).prop_map(|(id, seen)| Resume { session: SessionId(id), seen });
    ("\\PC{0,20}", any::<[u8; 32]>(), of("\\PC{0,20}"), of(resume)).prop_map(|(star, secret, token, resume)| Knock {
        star,
        secret: StarSecret(secret),
        token,
        resume,
    })
}

prop_compose! {
    fn greet()(
        (point, agent, session) in (points(), agent(), any::<[u8; 16]>()),
        (resumed, seen, window, message, beat) in (any::<bool>(), integer(), integer(), integer(), any::<u32>()),
        (features, installs) in (vec("\\PC{0,12}", 0..4), vec(installed(), 0..4)),
        root in vec(any::<u8>(), 0..40),
    ) -> Greet {
        let limits = LaneLimits { message, beat };
        Greet { point, agent, session: SessionId(session), resumed, seen, window, limits, features, installs, root }
    }
}

fn bye() -> impl Strategy<Value = Bye> {
    let code =
        prop_oneof![Just(ByeCode::Closing), Just(ByeCode::BadWave), Just(ByeCode::TooSlow), Just(ByeCode::BadStar)];
    (code, "\\PC{0,20}").prop_map(|(code, reason)| Bye { code, reason })
}

/// Valid frames of every kind.
pub(crate) fn frames() -> impl Strategy<Value = Frame> {
    prop_oneof![
        knock().prop_map(Frame::Knock),
        greet().prop_map(Frame::Greet),
        (integer(), waves()).prop_map(|(seq, wave)| Frame::Wave(seq, Box::new(wave))),
        integer().prop_map(Frame::Ack),
        integer().prop_map(Frame::Credit),
        "\\PC{0,20}".prop_map(Frame::Auth),
        installed().prop_map(Frame::Install),
        Just(Frame::Beat),
        bye().prop_map(Frame::Bye),
    ]
}
