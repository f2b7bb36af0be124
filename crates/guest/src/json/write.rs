//! Writing types as JSON.

use alloc::{format, string::String, vec::Vec};

use super::{Json, decimal, quote};

/// Writes JSON. What begins is ended, and each value of an object follows its name.
#[derive(Clone, Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// What was written.
    pub fn into_text(self) -> String {
        // Only texts were put together.
        String::from_utf8(self.0).unwrap_or_default()
    }

    /// A text that is JSON already.
    pub fn raw(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.raw(&quote(text));
    }

    /// A whole number.
    pub fn whole(&mut self, number: i64) {
        self.raw(&format!("{number}"));
    }

    /// A number; what JSON has no form for (infinite, or none) becomes `null`.
    pub fn float(&mut self, number: f64) {
        self.number(number, |read| read == number);
    }

    /// The same of fewer digits.
    pub fn float32(&mut self, number: f32) {
        #[allow(clippy::cast_possible_truncation, reason = "what is read is made as short as the number is")]
        self.number(number.into(), |read| read as f32 == number);
    }

    fn number(&mut self, number: f64, is_same: impl Fn(f64) -> bool) {
        if number.is_finite() {
            self.raw(&decimal::write(number, is_same));
        } else {
            self.raw("null");
        }
    }

    /// An array or an object begins: `[` or `{`.
    pub fn begin(&mut self, bracket: u8) {
        self.0.push(bracket);
    }

    /// It ends: `]` or `}`.
    pub fn end(&mut self, bracket: u8) {
        self.0.push(bracket);
    }

    /// One more element of an array.
    pub fn element(&mut self, value: &impl Json) {
        self.comma();
        value.write(self);
    }

    /// One more member of an object.
    pub fn member(&mut self, name: &str, value: &impl Json) {
        self.comma();
        self.text(name);
        self.0.push(b':');
        value.write(self);
    }

    /// One more member of an object, if there is one.
    pub fn maybe(&mut self, name: &str, value: &Option<impl Json>) {
        if let Some(value) = value {
            self.member(name, value);
        }
    }

    fn comma(&mut self) {
        // No value ends with an opening bracket.
        if !matches!(self.0.last(), Some(b'[' | b'{')) {
            self.0.push(b',');
        }
    }
}
