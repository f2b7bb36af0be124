//! Methods: what is asked of a point.

use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::limits::METHOD_BYTES;

/// `Http<Get>`, `Ext<Greet>`, `Cmd<Watch>`: a family and a name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Method(Arc<str>);

/// Which world a method belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MethodFamily {
    /// A method of HTTP (RFC 9110): `Http<Get>`.
    Http,
    /// A name of the mechtron author's own: `Ext<Greet>`.
    Ext,
    /// A command to the mesh: `Cmd<Watch>`.
    Cmd,
}

/// A text that is not a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MethodError;

impl MethodError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        "bad-method"
    }
}

impl fmt::Display for MethodError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a method is `Http<Name>`, `Ext<Name>` or `Cmd<Name>`, the name in letters and digits, a capital first",
        )
    }
}

impl Error for MethodError {}

impl Method {
    /// The world it belongs to.
    pub fn family(&self) -> MethodFamily {
        match self.0.as_bytes().first() {
            Some(b'H') => MethodFamily::Http,
            Some(b'C') => MethodFamily::Cmd,
            _ => MethodFamily::Ext,
        }
    }

    /// The name between the brackets.
    pub fn name(&self) -> &str {
        let start = self.0.find('<').map_or(0, |at| at + 1);
        &self.0[start..self.0.len() - 1]
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Method {
    type Err = MethodError;

    fn from_str(text: &str) -> Result<Self, MethodError> {
        if text.len() > METHOD_BYTES {
            return Err(MethodError);
        }
        let (family, rest) = text.split_once('<').ok_or(MethodError)?;
        let name = rest.strip_suffix('>').ok_or(MethodError)?;
        let known = matches!(family, "Http" | "Ext" | "Cmd");
        let named =
            name.starts_with(|c: char| c.is_ascii_uppercase()) && name.bytes().all(|b| b.is_ascii_alphanumeric());
        if known && named { Ok(Self(text.into())) } else { Err(MethodError) }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Method {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::text::as_text!(Method, "method");
