//! Types that stand for JSON.

use alloc::{boxed::Box, string::String, vec::Vec};

use super::{Reader, Writer};

/// A type that can be read from JSON and written as JSON; `starlane bindgen` writes those of a bind.
pub trait Json: Sized {
    /// Takes the value that comes next; nothing if it is another.
    fn read(json: &mut Reader<'_>) -> Option<Self>;

    /// Writes the value.
    fn write(&self, json: &mut Writer);
}

/// A whole body as a value; nothing if it is not one of that type.
pub fn read<T: Json>(body: &[u8]) -> Option<T> {
    let mut json = Reader::new(body);
    T::read(&mut json).filter(|_| json.is_at_end())
}

/// A value as JSON.
pub fn write(value: &impl Json) -> String {
    let mut json = Writer::default();
    value.write(&mut json);
    json.into_text()
}

impl Json for bool {
    fn read(json: &mut Reader<'_>) -> Option<Self> {
        json.boolean()
    }

    fn write(&self, json: &mut Writer) {
        json.raw(if *self { "true" } else { "false" });
    }
}

impl Json for String {
    fn read(json: &mut Reader<'_>) -> Option<Self> {
        json.text()
    }

    fn write(&self, json: &mut Writer) {
        json.text(self);
    }
}

macro_rules! whole {
    ($($number:ty)*) => {$(
        impl Json for $number {
            fn read(json: &mut Reader<'_>) -> Option<Self> {
                json.whole(<$number>::MIN.into(), <$number>::MAX.into())?.try_into().ok()
            }

            fn write(&self, json: &mut Writer) {
                json.whole((*self).into());
            }
        }
    )*};
}

whole!(i8 u8 i16 u16 i32 u32);

impl Json for f64 {
    fn read(json: &mut Reader<'_>) -> Option<Self> {
        json.float()
    }

    fn write(&self, json: &mut Writer) {
        json.float(*self);
    }
}

impl Json for f32 {
    #[allow(clippy::cast_possible_truncation, reason = "what a smaller number cannot hold is rounded")]
    fn read(json: &mut Reader<'_>) -> Option<Self> {
        json.float().map(|number| number as f32)
    }

    fn write(&self, json: &mut Writer) {
        json.float32(*self);
    }
}

/// `null`, or a value.
impl<T: Json> Json for Option<T> {
    fn read(json: &mut Reader<'_>) -> Option<Self> {
        if json.null() { Some(None) } else { T::read(json).map(Some) }
    }

    fn write(&self, json: &mut Writer) {
        match self {
            Some(value) => value.write(json),
            None => json.raw("null"),
        }
    }
}

impl<T: Json> Json for Box<T> {
    fn read(json: &mut Reader<'_>) -> Option<Self> {
        T::read(json).map(Box::new)
    }

    fn write(&self, json: &mut Writer) {
        T::write(self, json);
    }
}

impl<T: Json> Json for Vec<T> {
    fn read(json: &mut Reader<'_>) -> Option<Self> {
        let mut all = Vec::new();
        json.array(&mut |json| {
            all.push(T::read(json)?);
            Some(())
        })?;
        Some(all)
    }

    fn write(&self, json: &mut Writer) {
        json.begin(b'[');
        for value in self {
            json.element(value);
        }
        json.end(b']');
    }
}

/// An object whose values are all of one type, in the order in which they stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map<T>(pub Vec<(String, T)>);

impl<T> Map<T> {
    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Json> Json for Map<T> {
    fn read(json: &mut Reader<'_>) -> Option<Self> {
        let mut all = Vec::new();
        json.object(&mut |name, json| {
            all.push((name.into(), T::read(json)?));
            Some(())
        })?;
        Some(Self(all))
    }

    fn write(&self, json: &mut Writer) {
        json.begin(b'{');
        for (name, value) in &self.0 {
            json.member(name, value);
        }
        json.end(b'}');
    }
}

/// Any JSON, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Any(String);

impl Any {
    /// A text that is JSON already.
    pub fn new(json: impl Into<String>) -> Self {
        Self(json.into())
    }

    /// Any value as JSON.
    pub fn of(value: &impl Json) -> Self {
        Self(write(value))
    }

    /// It as a value, if it is one of that type.
    pub fn read_as<T: Json>(&self) -> Option<T> {
        read(self.0.as_bytes())
    }

    /// The JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Json for Any {
    fn read(json: &mut Reader<'_>) -> Option<Self> {
        let raw = json.raw()?;
        Some(Self(core::str::from_utf8(raw).ok()?.into()))
    }

    fn write(&self, json: &mut Writer) {
        json.raw(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::{Any, Json, Map, read, write};
    use std::{boxed::Box, fmt::Debug, string::String, vec::Vec};

    fn same<T: Json + PartialEq + Debug>(value: T, json: &str) {
        assert_eq!(write(&value), json);
        assert_eq!(read::<T>(json.as_bytes()), Some(value));
        assert_eq!(read::<T>(&std::format!("{json} x").into_bytes()), None);
    }

    #[test]
    fn what_is_written_is_read_again() {
        same(true, "true");
        same(String::from("a\"b"), r#""a\"b""#);
        same((u32::MAX, i32::MIN).0, "4294967295");
        same(i8::MIN, "-128");
        same(1.5_f64, "1.5");
        same(1e300_f64, "1e300");
        same(0.1_f32, "0.1");
        same(None::<bool>, "null");
        same(Some(Box::new(7_u8)), "7");
        same(std::vec![std::vec![1_u16], Vec::new(), std::vec![2, 3]], "[[1],[],[2,3]]");
        same(Map(std::vec![("a".into(), Some(1_u8)), ("b".into(), None)]), r#"{"a":1,"b":null}"#);
        same(Map::<bool>::default(), "{}");
        same(Any::new(r#"{"a":[1, 2]}"#), r#"{"a":[1, 2]}"#);
    }

    #[test]
    fn another_type_is_none() {
        assert_eq!(read::<u8>(b"256"), None);
        assert_eq!(read::<bool>(b"1"), None);
        assert_eq!(read::<f64>(b"inf"), None);
        assert_eq!(read::<f64>(b"NaN"), None);
        assert_eq!(read::<Vec<u8>>(b"[1,]"), None);
        assert_eq!(read::<Vec<u8>>(b"[1 2]"), None);
        assert_eq!(read::<Map<u8>>(br#"{"a":1,}"#), None);
        assert_eq!(write(&f64::NAN), "null");
        assert_eq!(Any::of(&7_u8).read_as::<String>(), None);
    }
}
