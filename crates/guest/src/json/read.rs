//! Reading a body, value by value, into types.

use alloc::string::String;

use super::Input;

/// Levels of arrays and objects, as many as a star lets through under a schema. Each takes some of a small stack.
const DEPTH: u8 = 32;

/// Reads JSON from its begin to its end. Each method takes the value that comes next, and gives nothing when it is another.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    input: Input<'a>,
    depth: u8,
}

impl<'a> Reader<'a> {
    /// A reader of this JSON.
    pub fn new(json: &'a [u8]) -> Self {
        Self { input: Input(json), depth: 0 }
    }

    /// The first byte of what comes next, which is not taken.
    fn peek(&mut self) -> Option<u8> {
        let mut ahead = self.input;
        let byte = ahead.token()?;
        // White space is passed over for good.
        self.input = Input(self.input.0.get(self.input.0.len() - ahead.0.len() - 1..)?);
        Some(byte)
    }

    /// Whether nothing more comes.
    pub fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    fn word(&mut self, word: &str) -> bool {
        self.peek();
        let rest = self.input.0.strip_prefix(word.as_bytes());
        rest.map(|rest| self.input = Input(rest)).is_some()
    }

    /// Takes a `null`, if it is one.
    pub fn null(&mut self) -> bool {
        self.word("null")
    }

    /// Takes `true` or `false`.
    pub fn boolean(&mut self) -> Option<bool> {
        if self.word("true") {
            return Some(true);
        }
        self.word("false").then_some(false)
    }

    /// Takes a text.
    pub fn text(&mut self) -> Option<String> {
        String::from_utf8(self.input.string()?).ok()
    }

    /// Takes a whole number, however it is written (`7`, `7.0`, `70e-1`), that lies between the two.
    pub fn whole(&mut self, least: i64, most: i64) -> Option<i64> {
        let value = whole(self.scalar()?)?;
        (least..=most).contains(&value).then_some(value)
    }

    /// Takes a number.
    pub fn float(&mut self) -> Option<f64> {
        super::decimal::read(self.scalar()?)
    }

    /// Takes an array: `each` takes its elements, one after the other.
    pub fn array(&mut self, each: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.between(b'[', b']', each)
    }

    /// Takes an object: `each` is told a name and takes the value, [skips](Self::skip) it if nothing else.
    pub fn object(&mut self, each: &mut dyn FnMut(&str, &mut Self) -> Option<()>) -> Option<()> {
        self.between(b'{', b'}', &mut |json| {
            let name = json.text()?;
            json.input.expect(b':')?;
            each(&name, json)
        })
    }

    fn between(&mut self, open: u8, close: u8, each: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.input.expect(open)?;
        if self.depth == DEPTH {
            return None;
        }
        self.depth += 1;
        if self.peek()? == close {
            self.input.expect(close)?;
        } else {
            loop {
                each(self)?;
                match self.input.token()? {
                    b',' => {}
                    end if end == close => break,
                    _ => return None,
                }
            }
        }
        self.depth -= 1;
        Some(())
    }

    /// The text under a name in the object that comes next, which is not taken.
    pub fn tag(&self, name: &str) -> Option<String> {
        let mut ahead = *self;
        let mut tag = None;
        ahead.object(&mut |key, json| {
            if key == name {
                tag = Some(json.text()?);
                return Some(());
            }
            json.skip()
        })?;
        tag
    }

    /// Takes any value, and gives it as it stands. What is inside an array or an object is not looked at closely.
    pub fn raw(&mut self) -> Option<&'a [u8]> {
        self.peek()?;
        let begin = self.input.0;
        let mut depth = 0_u32;
        loop {
            match self.peek()? {
                b'"' => drop(self.input.string()?),
                b'{' | b'[' => {
                    self.input.byte()?;
                    depth += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.input.byte()?;
                }
                b',' | b':' if depth > 0 => {
                    self.input.byte()?;
                    continue;
                }
                _ => drop(self.scalar()?),
            }
            if depth == 0 {
                return begin.get(..begin.len() - self.input.0.len());
            }
        }
    }

    /// Passes over any value.
    pub fn skip(&mut self) -> Option<()> {
        self.raw().map(drop)
    }

    /// A number or a word: everything up to white space or what parts values.
    fn scalar(&mut self) -> Option<&'a [u8]> {
        self.peek()?;
        let rest = self.input.0;
        let is_end =
            |byte: &u8| matches!(byte, b',' | b':' | b'[' | b']' | b'{' | b'}' | b'"' | b' ' | b'\t' | b'\n' | b'\r');
        let (scalar, rest) = rest.split_at(rest.iter().position(is_end).unwrap_or(rest.len()));
        self.input = Input(rest);
        (!scalar.is_empty()).then_some(scalar)
    }
}

/// The value of a number without a fraction. Those of types whose numbers are whole fit into it; larger ones are none.
fn whole(number: &[u8]) -> Option<i64> {
    let (negative, mut rest) = match number.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    rest.first().filter(|byte| byte.is_ascii_digit())?;
    let (mut value, mut exponent, mut zeros, mut fraction) = (0_i64, 0_i32, 0_i32, false);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'0' => zeros += 1,
            b'1'..=b'9' => {
                value = times_ten(value, zeros + 1)?.checked_add(i64::from(byte - b'0'))?;
                zeros = 0;
            }
            b'.' if !fraction => {
                fraction = true;
                continue;
            }
            b'e' | b'E' => {
                let digits = rest.strip_prefix(b"+").unwrap_or(rest);
                exponent = exponent.checked_add(core::str::from_utf8(digits).ok()?.parse::<i32>().ok()?)?;
                rest = &[];
                continue;
            }
            _ => return None,
        }
        exponent -= i32::from(fraction);
    }
    let value = times_ten(value, zeros.checked_add(exponent)?)?;
    Some(if negative { -value } else { value })
}

/// A value with this many zeros behind it; nothing when it would have a fraction, or be too large.
fn times_ten(value: i64, zeros: i32) -> Option<i64> {
    if value == 0 {
        return Some(0);
    }
    value.checked_mul(10_i64.checked_pow(u32::try_from(zeros).ok()?)?)
}

#[cfg(test)]
mod tests {
    use super::{DEPTH, Reader};
    use std::string::String;

    fn whole(json: &str) -> Option<i64> {
        let mut reader = Reader::new(json.as_bytes());
        reader.whole(-1_000_000, 1_000_000).filter(|_| reader.is_at_end())
    }

    #[test]
    fn a_whole_number_may_be_written_in_any_way() {
        let same = [" 70 ", "70.0", "7e1", "0.7E2", "7.0e+1", "700e-1", "70.000e0"];
        assert!(same.iter().all(|json| whole(json) == Some(70)));
        assert_eq!((whole("0"), whole("-0.0"), whole("0e9")), (Some(0), Some(0), Some(0)));
        assert_eq!((whole("-12"), whole("1000000"), whole("100200")), (Some(-12), Some(1_000_000), Some(100_200)));
    }

    #[test]
    fn anything_else_is_no_whole_number() {
        for json in [
            "",
            "1.5",
            "1000001",
            "99999999999999999999",
            "1e99",
            "1e",
            "7e-1",
            "a",
            "\"1\"",
            "null",
            "1.2.3",
            "-",
            "+1",
            ".5",
            "1e9999999999",
            "[1]",
        ] {
            assert_eq!(whole(json), None, "{json}");
        }
    }

    #[test]
    fn members_come_one_after_the_other() {
        let mut reader = Reader::new(br#" { "a" : [ 1 , 2 ] , "b":{"c":[]}, "d":"x" } "#);
        let mut seen = String::new();
        let taken = reader.object(&mut |name, json| {
            seen.push_str(name);
            match name {
                "a" => json
                    .array(&mut |json| json.whole(0, 9).map(|digit| seen.push_str(if digit == 1 { "1" } else { "2" }))),
                _ => json.skip(),
            }
        });
        assert_eq!((taken, seen.as_str(), reader.is_at_end()), (Some(()), "a12bd", true));
    }

    #[test]
    fn any_value_is_given_as_it_stands() {
        for json in [r#"{"a":[1,"}",{}],"b":null}"#, "[]", "-1.5e3", "true", r#""a\"b""#] {
            let mut reader = Reader::new(json.as_bytes());
            assert_eq!(reader.raw(), Some(json.as_bytes()));
        }
        for json in ["", ",", "]", "[1", "{\"a\":", ":", "\"a"] {
            assert_eq!(Reader::new(json.as_bytes()).raw(), None, "{json}");
        }
    }

    #[test]
    fn a_tag_is_found_before_the_object_is_read() {
        let reader = Reader::new(br#"{"a":{"kind":"no"},"kind":"yes"}"#);
        assert_eq!(reader.tag("kind").as_deref(), Some("yes"));
        assert_eq!(reader.tag("a"), None);
        assert_eq!(reader.tag("none"), None);
    }

    #[test]
    fn what_is_too_deep_is_refused() {
        fn nested(json: &mut Reader<'_>) -> Option<()> {
            json.array(&mut nested)
        }
        let arrays = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(nested(&mut Reader::new(arrays(usize::from(DEPTH)).as_bytes())), Some(()));
        assert_eq!(nested(&mut Reader::new(arrays(usize::from(DEPTH) + 1).as_bytes())), None);
        assert!(Reader::new(arrays(10_000).as_bytes()).skip().is_some());
    }
}
