//! Headers: ordered pairs of a lower-case name and a value.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::limits::{HEADERS, HEADERS_BYTES};

/// Ordered lower-case pairs; 64 and 16 KiB at most. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<(String, String)>", into = "Vec<(String, String)>")]
pub struct Headers(Option<Arc<Vec<(String, String)>>>);

/// A header that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeadersError {
    /// A name that is not lower-case letters, digits and hyphens, or a value with control characters.
    Malformed,
    /// More than 64 headers.
    TooMany,
    /// More than 16 KiB of headers.
    TooLarge,
}

impl HeadersError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        match self {
            HeadersError::Malformed => "bad-header",
            HeadersError::TooMany => "too-many-headers",
            HeadersError::TooLarge => "headers-too-large",
        }
    }
}

impl fmt::Display for HeadersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HeadersError::Malformed => {
                "a header is a name of lower-case letters, digits and hyphens, and a value without control characters"
            }
            HeadersError::TooMany => "a wave has 64 headers at most",
            HeadersError::TooLarge => "the headers of a wave have 16 KiB at most",
        })
    }
}

impl Error for HeadersError {}

impl Headers {
    /// One header, of a name and value known to be well-formed.
    pub(crate) fn one(name: &str, value: &str) -> Self {
        Self(Some(Arc::new(vec![(name.to_owned(), value.to_owned())])))
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// All pairs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|pairs| pairs.iter()).map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |pairs| pairs.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of all names and values.
    pub fn weight(&self) -> usize {
        self.iter().map(|(name, value)| name.len() + value.len()).sum()
    }

    /// Adds a pair at the end.
    ///
    /// # Errors
    /// A malformed pair, or one that breaks a bound; then nothing is added.
    pub fn push(&mut self, name: &str, value: &str) -> Result<(), HeadersError> {
        let named = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !named || value.contains(|c: char| c.is_control() && c != '\t') {
            return Err(HeadersError::Malformed);
        }
        if self.len() == HEADERS {
            return Err(HeadersError::TooMany);
        }
        if self.weight() + name.len() + value.len() > HEADERS_BYTES {
            return Err(HeadersError::TooLarge);
        }
        Arc::make_mut(self.0.get_or_insert_default()).push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// Removes every pair of a name.
    pub fn remove(&mut self, name: &str) {
        if self.get(name).is_some()
            && let Some(pairs) = &mut self.0
        {
            Arc::make_mut(pairs).retain(|(n, _)| n != name);
        }
        // Two sets without a header are equal, however they came to be.
        self.0.take_if(|pairs| pairs.is_empty());
    }
}

impl TryFrom<Vec<(String, String)>> for Headers {
    type Error = HeadersError;

    fn try_from(pairs: Vec<(String, String)>) -> Result<Self, HeadersError> {
        let mut headers = Headers::default();
        pairs.iter().try_for_each(|(name, value)| headers.push(name, value))?;
        Ok(headers)
    }
}

impl From<Headers> for Vec<(String, String)> {
    fn from(headers: Headers) -> Self {
        headers.0.map(Arc::unwrap_or_clone).unwrap_or_default()
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
