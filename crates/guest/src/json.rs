//! JSON: a text or any other value out of an object, a text as JSON; and types, read and written value by value.
//!
//! The first two are what a small mechtron needs, in about two kilobytes. [`Json`] is for types, as `starlane bindgen` writes
//! them; a mechtron pays only for what it uses of it.

mod decimal;
mod read;
mod value;
mod write;

use alloc::{string::String, vec::Vec};

pub use self::{
    read::Reader,
    value::{Any, Json, Map, read, write},
    write::Writer,
};

/// The text under `name` in a JSON object; `None` when it is not there, is no text, or what stands before it is not JSON.
pub fn text(object: &[u8], name: &str) -> Option<String> {
    String::from_utf8(find(object, name)?.string()?).ok()
}

/// Any value under `name` as it stands in a JSON object, without the white space around it: a number to be parsed, or an
/// object to look into. `None` when it is not there, or what stands before it is not JSON.
pub fn value<'a>(object: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut input = find(object, name)?;
    let start = input.0;
    input.skip_value()?;
    Some(start.get(..start.len() - input.0.len())?.trim_ascii())
}

/// What stands behind `name` and its colon.
fn find<'a>(object: &'a [u8], name: &str) -> Option<Input<'a>> {
    let mut input = Input(object);
    input.expect(b'{')?;
    loop {
        let key = input.string()?;
        input.expect(b':')?;
        if key == name.as_bytes() {
            return Some(input);
        }
        input.skip_value()?;
        input.expect(b',')?;
    }
}

/// The text as JSON, with its quotes.
pub fn quote(text: &str) -> String {
    let mut json = Vec::with_capacity(text.len() + 2);
    json.push(b'"');
    for &byte in text.as_bytes() {
        match byte {
            b'"' | b'\\' => json.extend_from_slice(&[b'\\', byte]),
            0..=0x1f => json.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte / 16), digit(byte % 16)]),
            other => json.push(other),
        }
    }
    json.push(b'"');
    // Only ASCII was put before, after and in place of ASCII.
    String::from_utf8(json).unwrap_or_default()
}

pub(crate) fn digit(number: u8) -> u8 {
    if number < 10 { b'0' + number } else { b'a' + number - 10 }
}

/// What was not read yet.
#[derive(Clone, Copy, Debug)]
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    /// The next byte that is not white space.
    fn token(&mut self) -> Option<u8> {
        loop {
            match self.byte()? {
                b' ' | b'\t' | b'\n' | b'\r' => {}
                other => return Some(other),
            }
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.token()? == byte).then_some(())
    }

    fn string(&mut self) -> Option<Vec<u8>> {
        self.expect(b'"')?;
        self.rest_of_string()
    }

    fn rest_of_string(&mut self) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        loop {
            match self.byte()? {
                b'"' => return Some(text),
                b'\\' => text.extend_from_slice(self.escaped()?.encode_utf8(&mut [0; 4]).as_bytes()),
                0..=0x1f => return None,
                other => text.push(other),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        match self.byte()? {
            b'b' => Some('\x08'),
            b'f' => Some('\x0c'),
            b'n' => Some('\n'),
            b'r' => Some('\r'),
            b't' => Some('\t'),
            b'u' => self.unicode(),
            same @ (b'"' | b'\\' | b'/') => Some(char::from(same)),
            _ => None,
        }
    }

    /// Four hexadecimal digits, or eight when the first four are half of a pair.
    fn unicode(&mut self) -> Option<char> {
        let first = self.hexadecimal()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        (self.byte()? == b'\\' && self.byte()? == b'u').then_some(())?;
        let second = self.hexadecimal()?.checked_sub(0xdc00).filter(|&low| low < 0x400)?;
        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + second)
    }

    fn hexadecimal(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |number, _| Some(number * 16 + char::from(self.byte()?).to_digit(16)?))
    }

    /// Passes over a value, up to the comma or the bracket that follows it.
    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_u32;
        loop {
            let before = self.0;
            match self.token()? {
                b'"' => drop(self.rest_of_string()?),
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth > 0 => depth -= 1,
                b',' | b'}' | b']' if depth == 0 => {
                    self.0 = before;
                    return Some(());
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{quote, text, value};

    fn name(json: &str) -> Option<std::string::String> {
        text(json.as_bytes(), "name")
    }

    #[test]
    fn a_text_is_found_wherever_it_stands_in_the_object() {
        assert_eq!(name(r#"{"name":"Ada"}"#).as_deref(), Some("Ada"));
        assert_eq!(
            name(" {\n\t\"a\" : [1, {\"name\": \"no\"}], \"b\":-1.5e3, \"name\" : \"Ada\" } ").as_deref(),
            Some("Ada")
        );
        assert_eq!(name(r#"{"a":"}","b":{},"c":null,"name":""}"#).as_deref(), Some(""));
    }

    #[test]
    fn escapes_are_decoded() {
        assert_eq!(
            name(r#"{"name":"\"\\\/\b\f\n\r\tA\u00fc\ud83d\ude80"}"#).as_deref(),
            Some("\"\\/\u{8}\u{c}\n\r\tAü🚀")
        );
        assert_eq!(name(r#"{"na\u006de":"Ada"}"#).as_deref(), Some("Ada"));
    }

    #[test]
    fn anything_else_is_none() {
        let all = [
            "",
            "{",
            "{}",
            "[]",
            "null",
            "\"name\"",
            r#"{"name":1}"#,
            r#"{"name"}"#,
            r#"{"name":"#,
            r#"{"name":"A"#,
            r#"{"a":1}"#,
            r#"{"name":"\x"}"#,
            r#"{"name":"\u12"}"#,
            r#"{"name":"\ud83d"}"#,
            r#"{"name":"\ud83d\u0041"}"#,
            r#"{"name":"\ude80"}"#,
            "{\"name\":\"\n\"}",
            r#"{"a":1 "name":"x"}"#,
            r#"{"a":"#,
            r#"{"a":[[["#,
            "{name:\"x\"}",
        ];
        for json in all {
            assert_eq!(name(json), None, "{json}");
        }
        assert_eq!(text(b"{\"name\":\"\xff\"}", "name"), None);
    }

    #[test]
    fn any_value_is_found_as_it_stands() {
        let object = br#"{ "a" : [1, {"b": 2}] , "c": -1.5e3, "d":"x" , "e": {} }"#;
        let all =
            [("a", Some(&br#"[1, {"b": 2}]"#[..])), ("c", Some(b"-1.5e3")), ("d", Some(br#""x""#)), ("e", Some(b"{}"))];
        for (name, expected) in all {
            assert_eq!(value(object, name), expected);
        }
        assert_eq!(value(object, "b"), None);
        assert_eq!(value(br#"{"a":1"#, "a"), None);
    }

    #[test]
    fn what_is_quoted_is_read_again() {
        let every: std::string::String = (0..0x300).chain(0x1_f680..0x1_f690).filter_map(char::from_u32).collect();
        let json = std::format!("{{\"name\":{}}}", quote(&every));
        assert_eq!(name(&json), Some(every));
        assert_eq!(quote("a\"b\\c\n\u{1}\u{1f}"), "\"a\\\"b\\\\c\\u000a\\u0001\\u001f\"");
    }
}
