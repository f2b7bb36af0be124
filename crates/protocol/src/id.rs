//! Ids and secrets: fixed bytes, written as lower-case hex.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// A text that is not an id of the expected length in lower-case hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdError {
    bytes: usize,
}

impl IdError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        "bad-id"
    }
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an id of this kind is {} bytes in lower-case hex", self.bytes)
    }
}

impl Error for IdError {}

fn from_hex<const N: usize>(text: &str) -> Result<[u8; N], IdError> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let bytes = text.as_bytes();
    let mut id = [0; N];
    if bytes.len() != 2 * N {
        return Err(IdError { bytes: N });
    }
    for (to, pair) in id.iter_mut().zip(bytes.chunks_exact(2)) {
        let (Some(high), Some(low)) = (digit(pair[0]), digit(pair[1])) else {
            return Err(IdError { bytes: N });
        };
        *to = high << 4 | low;
    }
    Ok(id)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $debug:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $bytes]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let debug: fn(&Self, &mut fmt::Formatter<'_>) -> fmt::Result = $debug;
                debug(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                from_hex(text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let at = d.position();
                let bytes = d.bytes()?;
                let wrong = |_| minicbor::decode::Error::message(IdError { bytes: $bytes }.to_string()).at(at);
                bytes.try_into().map(Self).map_err(wrong)
            }
        }
    };
}

id!(
    /// The id of a wave: 16 random bytes. A pong carries the id of its ping.
    WaveId, 16, |id, f| fmt::Display::fmt(id, f)
);
id!(
    /// The id of a session: what a lane belongs to, from `Greet` on.
    SessionId, 16, |id, f| fmt::Display::fmt(id, f)
);
id!(
    /// What proves that a knock comes from the star it names; never logged.
    StarSecret, 32, |_, f| f.write_str("StarSecret(…)")
);
