//! The frames of a lane.
//!
//! In CBOR every struct is an array whose places are numbered; a place is never reused, so old and new ends keep working.

use std::fmt;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::bounded;
use crate::limits::{FEATURES, INSTALLS};
use crate::{Agent, Point, SessionId, StarSecret, Wave};

/// One thing said over a lane.
///
/// Its `Debug` form names no token and no secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Frame {
    /// The star's first frame.
    Knock(Knock),
    /// The relay's answer to a knock.
    Greet(Greet),
    /// A wave, with its place in the order of this session and direction (from 1).
    Wave(u64, Box<Wave>),
    /// Every wave up to this place has arrived.
    Ack(u64),
    /// So many more bytes of pings and signals may be sent.
    Credit(u64),
    /// A newer token for this lane.
    Auth(String),
    /// An application was installed or removed.
    Install(Installed),
    /// Still here.
    Beat,
    /// The lane is closed after this frame.
    Bye(Bye),
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Frame::Knock(knock) => knock.fmt(f),
            Frame::Greet(greet) => greet.fmt(f),
            Frame::Wave(seq, wave) => f.debug_tuple("Wave").field(seq).field(wave).finish(),
            Frame::Ack(seq) => f.debug_tuple("Ack").field(seq).finish(),
            Frame::Credit(bytes) => f.debug_tuple("Credit").field(bytes).finish(),
            Frame::Auth(_) => f.write_str("Auth(…)"),
            Frame::Install(installed) => installed.fmt(f),
            Frame::Beat => f.write_str("Beat"),
            Frame::Bye(bye) => bye.fmt(f),
        }
    }
}

/// Who wants a lane.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Knock {
    /// The star's id, one segment, made by the star itself.
    #[n(0)]
    pub star: String,
    /// Proves that a later knock comes from the same star.
    #[n(1)]
    pub secret: StarSecret,
    /// Who answers for what comes over this lane; without it, nobody.
    #[n(2)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The session to go on with.
    #[n(3)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<Resume>,
}

impl fmt::Debug for Knock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Knock").field("star", &self.star).field("resume", &self.resume).finish_non_exhaustive()
    }
}

/// A session to go on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Resume {
    /// Which session.
    #[n(0)]
    pub session: SessionId,
    /// The last place seen in the other direction.
    #[n(1)]
    pub seen: u64,
}

/// The relay's welcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Greet {
    /// The star's point.
    #[n(0)]
    pub point: Point,
    /// Who answers for what comes over this lane.
    #[n(1)]
    pub agent: Agent,
    /// The session this lane belongs to.
    #[n(2)]
    pub session: SessionId,
    /// Whether the session asked for goes on.
    #[n(3)]
    pub resumed: bool,
    /// The last place seen in the other direction.
    #[n(4)]
    pub seen: u64,
    /// Bytes of pings and signals that may be on the way; 0 means that no credit is kept.
    #[n(5)]
    pub window: u64,
    /// What the relay accepts.
    #[n(6)]
    pub limits: LaneLimits,
    /// What the relay can do beyond this version, by name.
    #[n(7)]
    #[cbor(decode_with = "bounded::from_cbor::<_, String, FEATURES>")]
    #[serde(deserialize_with = "bounded::from_json::<_, String, FEATURES>")]
    pub features: Vec<String>,
    /// The applications this agent may use.
    #[n(8)]
    #[cbor(decode_with = "bounded::from_cbor::<_, Installed, INSTALLS>")]
    #[serde(deserialize_with = "bounded::from_json::<_, Installed, INSTALLS>")]
    pub installs: Vec<Installed>,
    /// The public half of the space's root key: 32 bytes of Ed25519 (RFC 8032).
    #[n(9)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(with = "super::json::base64_bytes")]
    pub root: Vec<u8>,
}

/// What a relay accepts on this lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct LaneLimits {
    /// Bytes of one message.
    #[n(0)]
    pub message: u64,
    /// Milliseconds between two beats of the relay.
    #[n(1)]
    pub beat: u32,
}

/// An application, as installed or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Installed {
    /// Its point.
    #[n(0)]
    pub app: Point,
    /// Rises with every change of what is installed there.
    #[n(1)]
    pub generation: u64,
    /// The install record as signed bytes; `None` when the application was removed.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(default, with = "super::json::base64_option", skip_serializing_if = "Option::is_none")]
    pub record: Option<Vec<u8>>,
    /// The root's signature over the record.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(default, with = "super::json::base64_option", skip_serializing_if = "Option::is_none")]
    pub signature: Option<Vec<u8>>,
    /// The record of the bundle's series as signed bytes; `None` when the application was removed.
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(default, with = "super::json::base64_option", skip_serializing_if = "Option::is_none")]
    pub series: Option<Vec<u8>>,
    /// The root's signature over the series record.
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(default, with = "super::json::base64_option", skip_serializing_if = "Option::is_none")]
    pub series_signature: Option<Vec<u8>>,
}

/// Why a lane is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Bye {
    /// The stable code.
    #[n(0)]
    pub code: ByeCode,
    /// The reason, for people.
    #[n(1)]
    pub reason: String,
}

macro_rules! bye_codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $word:literal;)*) => {
        /// Why a lane is closed, as a stable word.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
        #[serde(rename_all = "kebab-case")]
        #[cbor(index_only)]
        #[non_exhaustive]
        pub enum ByeCode { $($(#[$doc])* #[n($number)] $name,)* }

        impl ByeCode {
            /// Every code there is, in the order of their numbers.
            pub const ALL: &'static [ByeCode] = &[$(ByeCode::$name,)*];

            /// The stable word.
            pub fn word(self) -> &'static str {
                match self { $(ByeCode::$name => $word,)* }
            }
        }
    };
}

bye_codes! {
    /// The star or the relay is being closed.
    Closing = 0, "closing";
    /// A message was not a sequence of frames.
    BadFrame = 1, "bad-frame";
    /// A message was too large.
    FrameTooLarge = 2, "frame-too-large";
    /// A wave broke a bound of its form.
    BadWave = 3, "bad-wave";
    /// A frame came out of its turn.
    BadOrder = 4, "bad-order";
    /// The token is not one of this relay's, or not valid.
    BadToken = 5, "bad-token";
    /// The token's time is over.
    TokenExpired = 6, "token-expired";
    /// Another tab holds this star's id.
    StarTaken = 7, "star-taken";
    /// A newer lane of the same star took this one's place.
    Replaced = 8, "replaced";
    /// The other end does not read what is sent to it.
    TooSlow = 9, "too-slow";
    /// The relay cannot take another lane now.
    Busy = 10, "busy";
    /// A wave claimed to come from somebody else.
    ForgedFrom = 11, "forged-from";
    /// Nothing was heard for too long.
    Silent = 12, "silent";
    /// The star's id is not one lower-case segment.
    BadStar = 13, "bad-star";
    /// As many lanes as one address may have are open from there.
    TooManyLanes = 14, "too-many-lanes";
}
