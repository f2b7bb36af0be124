//! The fields that `read` and `write` name by number.

use std::borrow::Cow;

use starlane_protocol::{Headers, Wave};

use super::{AbiError, Guest};

macro_rules! fields {
    ($($name:ident = $number:literal),* $(,)?) => {
        /// A field of the guest ABI.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Field { $($name = $number),* }

        impl Field {
            /// The field with this number.
            pub(super) fn from_number(number: i32) -> Result<Self, AbiError> {
                match number { $($number => Ok(Field::$name),)* _ => Err(AbiError::BadField) }
            }
        }
    };
}

fields! {
    Kind = 1, Id = 2, From = 3, Agent = 4, To = 5, Method = 6, Path = 7, Param = 8, Query = 9, Header = 10, HeaderAt = 11,
    Type = 12, Body = 13, Status = 14, Wait = 15, Config = 20, File = 21, State = 22, SelfPoint = 23,
    PongStatus = 30, PongHeader = 31, PongType = 32, PongBody = 33,
}

type Value<'g> = Result<Cow<'g, [u8]>, AbiError>;

impl Guest {
    /// The bytes of a field that is not a file. `index` is the place of a `header-at`.
    pub(super) fn field(&self, field: Field, key: &[u8], index: u32) -> Value<'_> {
        match field {
            Field::Config => self.config(key),
            Field::State => self.state.get(key).map(Cow::Borrowed).ok_or(AbiError::Absent),
            Field::SelfPoint => borrowed(self.point.as_str()),
            Field::PongStatus | Field::PongHeader | Field::PongType | Field::PongBody => self.pong_field(field, key),
            Field::Param => self.param(key),
            Field::File | Field::Status => Err(AbiError::BadField),
            of_wave => wave_field(self.turn.wave.as_ref().ok_or(AbiError::NotAllowed)?, of_wave, key, index),
        }
    }

    fn config(&self, key: &[u8]) -> Value<'_> {
        if key.is_empty() {
            return borrowed(&self.spec.config_json);
        }
        let name = std::str::from_utf8(key).map_err(|_| AbiError::BadValue)?;
        self.spec.config.get(name).map_or(Err(AbiError::Absent), |text| borrowed(text))
    }

    fn param(&self, key: &[u8]) -> Value<'_> {
        self.turn.wave.as_ref().ok_or(AbiError::NotAllowed)?;
        let found = self.turn.params.iter().find(|(name, _)| name.as_bytes() == key);
        found.map_or(Err(AbiError::Absent), |(_, value)| borrowed(value))
    }

    fn pong_field(&self, field: Field, key: &[u8]) -> Value<'_> {
        let pong = self.turn.pong.as_ref().ok_or(AbiError::Absent)?;
        match field {
            Field::PongStatus => owned(pong.status.unwrap_or_default()),
            Field::PongHeader => header(&pong.headers, key),
            Field::PongType => borrowed(&pong.body.media),
            _ => Ok(Cow::Borrowed(&pong.body.bytes)),
        }
    }
}

fn wave_field<'g>(wave: &'g Wave, field: Field, key: &[u8], index: u32) -> Value<'g> {
    match field {
        Field::Body => Ok(Cow::Borrowed(&wave.body.bytes)),
        Field::Type => borrowed(&wave.body.media),
        Field::Method => borrowed(wave.method.as_ref().map_or("", |method| method.as_str())),
        Field::Path => borrowed(&wave.path),
        Field::Query if key.is_empty() => borrowed(&wave.query),
        Field::Query => query(&wave.query, key),
        Field::Header => header(&wave.headers, key),
        Field::HeaderAt => {
            let (name, value) = wave.headers.iter().nth(index as usize).ok_or(AbiError::Absent)?;
            owned(format_args!("{name}:{value}"))
        }
        Field::Kind => owned(wave.kind),
        Field::Id => Ok(Cow::Borrowed(&wave.id.0)),
        Field::From => borrowed(wave.from.as_str()),
        Field::To => borrowed(wave.to.as_str()),
        Field::Agent => owned(&wave.agent),
        Field::Wait => owned(wave.wait),
        _ => Err(AbiError::BadField),
    }
}

fn borrowed(text: &str) -> Value<'_> {
    Ok(Cow::Borrowed(text.as_bytes()))
}

fn owned<'g>(value: impl std::fmt::Display) -> Value<'g> {
    Ok(Cow::Owned(value.to_string().into_bytes()))
}

fn header<'g>(headers: &'g Headers, key: &[u8]) -> Value<'g> {
    let name = std::str::from_utf8(key).map_err(|_| AbiError::BadValue)?;
    headers.get(name).map_or(Err(AbiError::Absent), borrowed)
}

/// The first value of a name in a query (`application/x-www-form-urlencoded`, WHATWG URL, 5.1).
fn query<'g>(query: &str, key: &[u8]) -> Value<'g> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut found = pairs.filter(|(name, _)| percent_decode(name, true) == key);
    found.next().map_or(Err(AbiError::Absent), |(_, value)| Ok(Cow::Owned(percent_decode(value, true))))
}

/// Decodes `%41`; with `form`, `+` is a space. What is not a proper escape stays as it is.
pub(crate) fn percent_decode(text: &str, form: bool) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        let value = escaped.filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        match value.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(if form && byte == b'+' { b' ' } else { byte });
                at += 1;
            }
        }
    }
    decoded
}
