//! Holes: `${app}`, `${space}` and `${bundle}`, filled when a bundle is installed.
//!
//! Each stands for a point, so it stands at the beginning, and `:` or nothing follows it.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use crate::{Pattern, Point};

/// A text with a hole that is not known or not closed, or that is not what it should be once filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoleError(String);

impl fmt::Display for HoleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for HoleError {}

/// What holes are filled with.
#[derive(Debug, Clone)]
pub struct Holes<'a> {
    /// The application's point.
    pub app: &'a Point,
    /// The bundle's point.
    pub bundle: &'a Point,
}

/// A text in which `${app}`, `${space}` and `${bundle}` may stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoledText(String);

impl HoledText {
    /// The text with every hole filled.
    pub fn fill(&self, holes: &Holes<'_>) -> String {
        self.0
            .replace("${app}", holes.app.as_str())
            .replace("${space}", holes.app.space())
            .replace("${bundle}", holes.bundle.as_str())
    }

    /// The point it stands for.
    ///
    /// # Errors
    /// What is filled in is no point.
    pub fn point(&self, holes: &Holes<'_>) -> Result<Point, HoleError> {
        let filled = self.fill(holes);
        filled.parse().map_err(|error| HoleError(format!("`{filled}`: {error}")))
    }
}

impl FromStr for HoledText {
    type Err = HoleError;

    fn from_str(text: &str) -> Result<Self, HoleError> {
        let wrong = |what: &str| Err(HoleError(format!("`{text}`: {what}")));
        let Some(at) = text.find("${") else {
            return Ok(Self(text.into()));
        };
        let Some((hole, rest)) = text[at + 2..].split_once('}') else {
            return wrong("a hole is not closed");
        };
        if !matches!(hole, "app" | "space" | "bundle") {
            return wrong(&format!("`${{{hole}}}` is not known: there are ${{app}}, ${{space}} and ${{bundle}}"));
        }
        if at > 0 || !(rest.is_empty() || rest.starts_with(':')) || rest.contains("${") {
            return wrong("a hole stands at the beginning, and `:` or nothing follows it");
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for HoledText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::text::as_text!(HoledText, "text");

/// A pattern in which `${app}` and `${space}` may stand. What it says is checked when it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoledPattern(HoledText);

impl HoledPattern {
    /// The pattern it stands for.
    ///
    /// # Errors
    /// What is filled in is no pattern.
    pub fn fill(&self, holes: &Holes<'_>) -> Result<Pattern, HoleError> {
        let filled = self.0.fill(holes);
        filled.parse().map_err(|error| HoleError(format!("`{filled}`: {error}")))
    }
}

impl FromStr for HoledPattern {
    type Err = HoleError;

    fn from_str(text: &str) -> Result<Self, HoleError> {
        let holed: HoledText = text.parse()?;
        let trial = text.replace("${app}", "a:b").replace("${space}", "a").replace("${bundle}", "a:b");
        trial.parse::<Pattern>().map_err(|error| HoleError(format!("`{text}`: {error}")))?;
        Ok(Self(holed))
    }
}

impl fmt::Display for HoledPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

crate::text::as_text!(HoledPattern, "pattern");
