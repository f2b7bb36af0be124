//! Holes: `${app}`, `${space}`, `${bundle}` and `${config.<name>}`, filled when a bundle is installed.
//!
//! The first three stand for points. Where a point or a pattern is meant they stand at the beginning, and `:` or nothing
//! follows them. In the values of a `[config]` a hole may stand anywhere, and one that is a whole text takes the value as
//! it is: a number stays a number. There `$${` stands for `${` itself.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::{Values, config};
use crate::limits::POINT_BYTES;
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

impl HoleError {
    /// The same, with the key it is about.
    pub fn at(&self, key: impl fmt::Display) -> Self {
        Self(format!("{key}: {self}"))
    }
}

/// What holes are filled with.
#[derive(Debug, Clone, Copy)]
pub struct Holes<'a> {
    /// The application's point.
    pub app: &'a Point,
    /// The bundle's point.
    pub bundle: &'a Point,
    /// The values of the application's `[config]`.
    pub config: &'a Values,
}

impl Holes<'_> {
    /// The text that a hole stands for.
    fn text(&self, hole: &str) -> Result<Cow<'_, str>, HoleError> {
        Ok(match hole {
            "app" => self.app.as_str().into(),
            "space" => self.app.space().into(),
            "bundle" => self.bundle.as_str().into(),
            _ => match self.value(hole)? {
                Value::String(text) => text.into(),
                plain @ (Value::Number(_) | Value::Bool(_)) => plain.to_string().into(),
                other => return Err(HoleError(format!("`${{{hole}}}` is {}: no part of a text", config::kind(other)))),
            },
        })
    }

    /// The value that a hole stands for.
    fn value(&self, hole: &str) -> Result<&Value, HoleError> {
        let value = config_name(hole).and_then(|name| self.config.get(name));
        value.ok_or_else(|| HoleError(format!("`${{{hole}}}`: the application's `[config]` has no such value")))
    }

    /// A text with every hole filled, no longer than `room`, which is less by its length afterwards.
    fn fill(&self, text: &str, room: &mut usize) -> Result<String, HoleError> {
        let mut filled = String::new();
        pieces(text, |piece| {
            let part = match piece {
                Piece::Text(text) => text.into(),
                Piece::Hole(hole) => self.text(hole)?,
            };
            take(room, part.len())?;
            filled.push_str(&part);
            Ok(())
        })?;
        Ok(filled)
    }

    /// A value in which the holes of every text are filled. It has no more than `room` bytes of texts and of values put in,
    /// and `room` is less by them afterwards.
    ///
    /// # Errors
    /// A hole that is not known or not closed, a list or table inside a text, and what has no room.
    pub fn fill_value(&self, value: &Value, room: &mut usize) -> Result<Value, HoleError> {
        Ok(match value {
            Value::String(text) => match whole(text).filter(|hole| config_name(hole).is_some()) {
                Some(hole) => {
                    let value = self.value(hole)?;
                    take(room, value.to_string().len())?;
                    value.clone()
                }
                None => self.fill(text, room)?.into(),
            },
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.fill_value(item, room)).collect::<Result<_, _>>()?)
            }
            Value::Object(map) => {
                let fill = |(key, value): (&String, &Value)| Ok((key.clone(), self.fill_value(value, room)?));
                Value::Object(map.iter().map(fill).collect::<Result<_, _>>()?)
            }
            plain => plain.clone(),
        })
    }
}

fn take(room: &mut usize, bytes: usize) -> Result<(), HoleError> {
    *room = room.checked_sub(bytes).ok_or_else(|| HoleError("it is too long once its holes are filled".into()))?;
    Ok(())
}

/// Every `${config.<name>}` of a text, by name.
///
/// # Errors
/// A hole that is not known or not closed.
pub fn config_holes(text: &str) -> Result<Vec<&str>, HoleError> {
    let mut names = Vec::new();
    pieces(text, |piece| {
        if let Piece::Hole(hole) = piece {
            names.extend(config_name(hole));
        }
        Ok(())
    })?;
    Ok(names)
}

enum Piece<'t> {
    /// As it stands.
    Text(&'t str),
    /// A hole, by what stands in its braces.
    Hole(&'t str),
}

/// Takes a text apart.
fn pieces<'t>(text: &'t str, mut each: impl FnMut(Piece<'t>) -> Result<(), HoleError>) -> Result<(), HoleError> {
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        each(Piece::Text(&rest[..at]))?;
        if rest[..at].ends_with('$') {
            rest = &rest[at + 1..];
            continue;
        }
        let Some((hole, after)) = rest[at + 2..].split_once('}') else {
            return Err(HoleError(format!("`{text}`: a hole is not closed")));
        };
        if !matches!(hole, "app" | "space" | "bundle") && config_name(hole).is_none() {
            return Err(HoleError(format!(
                "`{text}`: `${{{hole}}}` is not known: there are ${{app}}, ${{space}}, ${{bundle}} and ${{config.<name>}}"
            )));
        }
        each(Piece::Hole(hole))?;
        rest = after;
    }
    each(Piece::Text(rest))
}

/// The hole that a text is, if it is one and nothing else.
fn whole(text: &str) -> Option<&str> {
    text.strip_prefix("${")?.strip_suffix('}').filter(|hole| !hole.contains('}'))
}

/// The name in `config.<name>`.
fn config_name(hole: &str) -> Option<&str> {
    hole.strip_prefix("config.").filter(|name| config::is_name(name))
}

/// A text in which holes may stand, those of points at its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoledText(String);

impl HoledText {
    /// The text as it was written, with its holes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text with every hole filled.
    ///
    /// # Errors
    /// A hole for which there is no value, or one that is no part of a text.
    pub fn fill(&self, holes: &Holes<'_>) -> Result<String, HoleError> {
        // A point has no more; what is longer cannot become one.
        holes.fill(&self.0, &mut (2 * POINT_BYTES))
    }

    /// The point it stands for.
    ///
    /// # Errors
    /// What is filled in is no point.
    pub fn point(&self, holes: &Holes<'_>) -> Result<Point, HoleError> {
        self.parsed(holes)
    }

    fn parsed<T: FromStr<Err: fmt::Display>>(&self, holes: &Holes<'_>) -> Result<T, HoleError> {
        let filled = self.fill(holes)?;
        filled.parse().map_err(|error| {
            let from = if filled == self.0 { String::new() } else { format!(" (from `{}`)", self.0) };
            HoleError(format!("`{filled}`{from}: {error}"))
        })
    }

    fn has_config(&self) -> bool {
        self.0.contains("${config.")
    }
}

impl FromStr for HoledText {
    type Err = HoleError;

    fn from_str(text: &str) -> Result<Self, HoleError> {
        config_holes(text)?;
        let (first, rest) = text.strip_prefix("${").and_then(|rest| rest.split_once('}')).unwrap_or(("", text));
        let goes_on = first.is_empty() || first.starts_with("config.") || rest.is_empty() || rest.starts_with(':');
        if !goes_on || ["${app}", "${space}", "${bundle}"].iter().any(|hole| rest.contains(hole)) {
            let what = "a hole for a point stands at the beginning, and `:` or nothing follows it";
            return Err(HoleError(format!("`{text}`: {what}")));
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

/// A pattern in which holes may stand. What it says is checked when it is read, unless that depends on a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoledPattern(HoledText);

impl HoledPattern {
    /// The pattern as it was written, with its holes.
    pub fn as_str(&self) -> &str {
        &self.0.0
    }

    /// The pattern it stands for.
    ///
    /// # Errors
    /// What is filled in is no pattern.
    pub fn fill(&self, holes: &Holes<'_>) -> Result<Pattern, HoleError> {
        self.0.parsed(holes)
    }
}

impl FromStr for HoledPattern {
    type Err = HoleError;

    fn from_str(text: &str) -> Result<Self, HoleError> {
        let holed: HoledText = text.parse()?;
        if !holed.has_config() {
            let trial = text.replace("${app}", "a:b").replace("${space}", "a").replace("${bundle}", "a:b");
            trial.parse::<Pattern>().map_err(|error| HoleError(format!("`{text}`: {error}")))?;
        }
        Ok(Self(holed))
    }
}

impl fmt::Display for HoledPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

crate::text::as_text!(HoledPattern, "pattern");
