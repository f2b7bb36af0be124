//! Typed routes: what `starlane bindgen` writes its handlers with.

use alloc::{format, string::String, vec::Vec};

use crate::{Error, Refused, Reply, Wave, json};

/// What a route gives in place of the answer that its bind promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// Another reply, with a status of 400 or more as a rule. What the wave wrote stays.
    Reply(Reply),
    /// The wave failed: all it did is undone, and its sender gets 500.
    Error(Error),
}

impl Instead {
    /// The reply, or why the wave failed.
    ///
    /// # Errors
    /// Why the wave failed.
    pub fn into_reply(self) -> Result<Reply, Error> {
        match self {
            Self::Reply(reply) => Ok(reply),
            Self::Error(error) => Err(error),
        }
    }
}

impl From<Reply> for Instead {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

impl<E: Into<Error>> From<E> for Instead {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

impl Wave {
    /// The body as a value of a type.
    ///
    /// # Errors
    /// [`Instead::Reply`] of 400 when it is none; a star that holds waves to a bind lets no such body through.
    pub fn json<T: json::Json>(&self) -> Result<T, Instead> {
        json::read(&self.body()).ok_or_else(bad)
    }

    /// What `{name}` of the bind's route matched in the path, as a value.
    ///
    /// # Errors
    /// [`Instead::Reply`] of 400 when it is none of that type.
    pub fn param_as<T: Word>(&self, name: &str) -> Result<T, Instead> {
        self.param(name).and_then(|text| T::from_word(&text)).ok_or_else(bad)
    }

    /// The value of this name in the query.
    ///
    /// # Errors
    /// [`Instead::Reply`] of 400 when it is none of that type.
    pub fn query_as<T: Word>(&self, name: &str) -> Result<Option<T>, Instead> {
        self.query(name).map(|text| T::from_word(&text).ok_or_else(bad)).transpose()
    }

    /// The value of this name in the query, which must be there.
    ///
    /// # Errors
    /// [`Instead::Reply`] of 400 when it is not there, or none of that type.
    pub fn query_one<T: Word>(&self, name: &str) -> Result<T, Instead> {
        self.query_as(name)?.ok_or_else(bad)
    }

    /// All values of this name in the query, in their order.
    ///
    /// # Errors
    /// [`Instead::Reply`] of 400 when one of them is none of that type.
    pub fn query_each<T: Word>(&self, name: &str) -> Result<Vec<T>, Instead> {
        let all = self.query_all();
        let pairs = all.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let named = pairs.filter(|(key, _)| decoded(key) == name);
        named.map(|(_, value)| T::from_word(&decoded(value)).ok_or_else(bad)).collect()
    }
}

/// What answers a wave whose parts are of another type.
fn bad() -> Instead {
    Instead::Reply(Reply::empty(400))
}

/// Whether a path fits a template, as `/hello/{name}` or `/files/*`.
pub fn fits(path: &str, template: &str) -> bool {
    let mut parts = path.split('/');
    for part in template.split('/') {
        if part == "*" {
            return true;
        }
        match parts.next() {
            Some(given) if part.starts_with('{') => {
                if given.is_empty() {
                    return false;
                }
            }
            Some(given) if given == part => {}
            _ => return false,
        }
    }
    parts.next().is_none()
}

/// A type that is one part of a path, or one value of a query.
pub trait Word: Sized {
    /// What a text stands for; nothing if it is none of this type.
    fn from_word(word: &str) -> Option<Self>;

    /// The value as a text.
    fn to_word(&self) -> String;
}

impl Word for String {
    fn from_word(word: &str) -> Option<Self> {
        Some(word.into())
    }

    fn to_word(&self) -> String {
        self.clone()
    }
}

macro_rules! as_json {
    ($($kind:ty)*) => {$(
        impl Word for $kind {
            fn from_word(word: &str) -> Option<Self> {
                json::read(word.as_bytes())
            }

            fn to_word(&self) -> String {
                json::write(self)
            }
        }
    )*};
}

as_json!(bool i8 u8 i16 u16 i32 u32 f32 f64);

/// A value as one part of a path.
pub fn part(value: &impl Word) -> String {
    encoded(&value.to_word())
}

/// One more pair of a query.
pub fn pair(query: &mut String, name: &str, value: &impl Word) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(&format!("{}={}", encoded(name), part(value)));
}

/// A text in which everything but letters, digits and `-._~` of ASCII is written as `%` and two digits.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            other => {
                encoded.push('%');
                for digit in [other / 16, other % 16] {
                    encoded.push(char::from(json::digit(digit).to_ascii_uppercase()));
                }
            }
        }
    }
    encoded
}

/// A part of a query as a text: `%` and two digits are a byte, `+` is a space.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let digit = |at: usize| char::from(*after.get(at)?).to_digit(16);
        bytes.push(match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                rest = after.get(2..).unwrap_or_default();
                u8::try_from(high * 16 + low).unwrap_or(byte)
            }
            (b'+', ..) => b' ',
            _ => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl From<Refused> for Reply {
    /// What the other side said no with, passed on; 502 when there is nothing to pass on.
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Status(pong) => Self::new(pong.content_type, pong.body).status(pong.status),
            _ => Self::empty(502),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Word, decoded, encoded, fits, pair, part};
    use std::string::String;

    #[test]
    fn a_template_fits_as_in_a_bind() {
        for (template, path) in
            [("/", "/"), ("/a", "/a"), ("/a/{b}", "/a/x"), ("/a/*", "/a/"), ("/a/*", "/a/b/c"), ("/a/*", "/a")]
        {
            assert!(fits(path, template), "{template} {path}");
        }
        for (template, path) in [("/", "/a"), ("/a/{b}", "/a/"), ("/a/{b}", "/a"), ("/a/{b}", "/a/b/c")] {
            assert!(!fits(path, template), "{template} {path}");
        }
    }

    #[test]
    fn any_text_is_a_part_of_a_path_and_of_a_query() {
        let text = String::from("Ada & Løve/100%+?");
        assert_eq!(part(&text), "Ada%20%26%20L%C3%B8ve%2F100%25%2B%3F");
        assert_eq!(decoded(&encoded(&text)), text);
        assert_eq!(decoded("a+b%2%zz%41"), "a b%2%zzA");
        let mut query = String::new();
        pair(&mut query, "q[]", &7_u8);
        pair(&mut query, "b", &true);
        assert_eq!(query, "q%5B%5D=7&b=true");
    }

    #[test]
    fn a_word_is_of_its_type_or_none() {
        assert_eq!((u8::from_word("7"), u8::from_word("256"), u8::from_word("x")), (Some(7), None, None));
        assert_eq!((bool::from_word("true"), bool::from_word("1")), (Some(true), None));
        assert_eq!(f64::from_word("1.5"), Some(1.5));
    }
}
