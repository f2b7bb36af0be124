//! Arguments that name things of the mesh: parsed here, and refused with the byte at which they fail.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::json;
use starlane_bundle::{KeyError, PublicKey, is_series};
use starlane_protocol::{Method, Point};
use unicode_width::UnicodeWidthStr;

use super::failure::Failure;
use crate::{Origin, OriginError};

const MARK: Style = AnsiColor::Red.on_default().bold();

/// The space of a relay that nobody gave another.
const SPACE: &str = "localhost";

/// The version a suggestion gets when none was written.
const FIRST: &str = "1.0.0";

/// A point.
pub(super) fn point(text: &str) -> Result<Point, Failure> {
    text.parse().map_err(|error: starlane_protocol::PointError| {
        let at = error.at().min(text.len());
        Failure::misuse(error.code(), error.to_string())
            .place(caret(text, at))
            .with("point", json!(text))
            .with("at", json!(at))
            .hint("points look like `localhost:chat:greeter` or `localhost:repo:chat:1.2.0`")
    })
}

/// The text with a mark under the byte.
fn caret(text: &str, at: usize) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let before = text.get(..at).unwrap_or(text);
    let before: String = before.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let mut shown = String::new();
    // Writing into a string cannot fail.
    let _ = writeln!(shown, "  {clean}\n  {}{MARK}^{MARK:#}", " ".repeat(before.width()));
    shown
}

/// The point of a series: `<space>:repo:<series>`, or a user's own.
pub(super) fn series(text: &str) -> Result<Point, Failure> {
    let point = point(text)?;
    if is_series(&point) {
        return Ok(point);
    }
    let wrong = format!("`{text}` is not a series: one is `<space>:repo:<name>`, or `<space>:users:<id>:repo:<name>`");
    let failure = Failure::misuse("not-a-series", wrong);
    match point.parent().filter(is_series) {
        Some(meant) => Err(failure.hint(format!("did you mean `{meant}`?"))),
        None => Err(failure.hint("`starlane trust ls` shows those there are")),
    }
}

/// A public key.
pub(super) fn key(text: &str) -> Result<PublicKey, Failure> {
    text.parse().map_err(|error: KeyError| {
        Failure::misuse(error.code(), format!("`{text}`: {error}")).hint("`starlane keygen` prints it")
    })
}

/// The point of a bundle: `<space>:repo:<series>:<version>`, or in a series of a user's own.
pub(super) fn bundle(text: &str) -> Result<Point, Failure> {
    let point = point(text).map_err(|failure| match meant_version(text) {
        Some(meant) => failure.hint(format!("did you mean `{meant}`?")),
        None => failure,
    })?;
    let segments: Vec<&str> = point.segments().collect();
    let is_version = segments.last().is_some_and(|last| last.contains('.'));
    if is_version && point.path().is_none() && point.parent().is_some_and(|series| is_series(&series)) {
        return Ok(point);
    }
    let wrong = format!("`{text}` is not a bundle: one is `<space>:repo:<series>:<version>`");
    Err(Failure::misuse("not-a-bundle", wrong).hint(format!("did you mean `{}`?", meant_bundle(&segments))))
}

/// The bundle that somebody who wrote these segments may have meant.
fn meant_bundle(segments: &[&str]) -> String {
    let version = segments.iter().rev().find_map(|segment| whole_version(segment));
    if let [space, "users", user, rest @ ..] = segments
        && let Some(series) = rest.iter().find(|segment| **segment != "repo" && whole_version(segment).is_none())
    {
        return format!("{space}:users:{user}:repo:{series}:{}", version.unwrap_or_else(|| FIRST.into()));
    }
    let named = |segment: &&&str| **segment != "repo" && whole_version(segment).is_none();
    let mut names = segments.iter().filter(named).rev();
    let series = names.next().copied().unwrap_or("name");
    let space = names.next_back().copied().unwrap_or(SPACE);
    format!("{space}:repo:{series}:{}", version.unwrap_or_else(|| FIRST.into()))
}

/// The bundle with the version that a last segment of numbers and dots may mean.
fn meant_version(text: &str) -> Option<Point> {
    let (series, version) = text.rsplit_once(':')?;
    format!("{series}:{}", whole_version(&version.replace('.', "-"))?).parse().ok()
}

/// The version that `1`, `v1`, `1-2` or `1.2.0` may mean, with all of its three numbers.
fn whole_version(segment: &str) -> Option<String> {
    if segment.contains('.') {
        return semver::Version::parse(segment).is_ok().then(|| segment.to_owned());
    }
    let numbers: Vec<u64> =
        segment.strip_prefix('v').unwrap_or(segment).split('-').map(str::parse).collect::<Result<_, _>>().ok()?;
    let number = |at: usize| numbers.get(at).copied().unwrap_or(0);
    (numbers.len() <= 3).then(|| format!("{}.{}.{}", number(0), number(1), number(2)))
}

/// The point of an application: `<space>:<name>`.
pub(super) fn app(text: &str) -> Result<Point, Failure> {
    let point = point(text)?;
    let segments: Vec<&str> = point.segments().collect();
    match segments.as_slice() {
        [_, _] if point.path().is_none() => Ok(point),
        [name] => Err(not_an_app(text).hint(format!("did you mean `{SPACE}:{name}`?"))),
        _ => {
            Err(not_an_app(text)
                .hint("a bundle comes second: `starlane install localhost:chat localhost:repo:chat:1.2.0`"))
        }
    }
}

fn not_an_app(text: &str) -> Failure {
    Failure::misuse("not-an-app", format!("`{text}` is not an application: one is `<space>:<name>`"))
}

/// A method.
pub(super) fn method(text: &str) -> Result<Method, Failure> {
    text.parse().map_err(|error: starlane_protocol::MethodError| {
        let example = match text.chars().all(|c| c.is_ascii_alphanumeric())
            && text.starts_with(|c: char| c.is_ascii_uppercase())
        {
            true => format!("'Ext<{text}>'"),
            false => "'Ext<Greet>'".into(),
        };
        Failure::misuse(error.code(), format!("`{text}`: {error}"))
            .hint(format!("write it in quotes, like {example}: shells give < and > a meaning of their own"))
    })
}

/// A path with what follows its `?`.
pub(super) fn path(text: &str) -> Result<(String, Option<String>), Failure> {
    if !text.starts_with('/') {
        let failure = Failure::misuse("bad-path", format!("`{text}` is not a path: one begins with `/`"));
        return Err(failure.hint(format!("write --path '/{text}'")));
    }
    let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    Ok((path.to_owned(), query.map(str::to_owned)))
}

/// The user that is meant by a point, or by an id in this space.
pub(super) fn user(text: &str, space: impl FnOnce() -> Result<String, Failure>) -> Result<Point, Failure> {
    let wrong = || {
        let failure =
            Failure::misuse("not-a-user", format!("`{text}` is not a user: one is an id, or `<space>:users:<id>`"));
        failure
            .hint("an id has lower-case letters, digits and single hyphens between them, like `ada` or `ada-lovelace`")
    };
    if !text.contains([':', '.']) {
        return format!("{}:users:{text}", space()?).parse().map_err(|_| wrong());
    }
    let named: Point = text.parse().map_err(|_| wrong())?;
    let segments: Vec<&str> = named.segments().collect();
    let is_user = matches!(segments.as_slice(), [_, "users", _]) && named.path().is_none();
    if is_user { Ok(named) } else { Err(wrong()) }
}

/// A header, written `name: value`.
pub(super) fn header(text: &str) -> Result<(String, String), Failure> {
    let wrong = || {
        let failure = Failure::misuse("bad-header", format!("`{text}` is not a header: one is `name: value`"));
        failure.hint("write it in quotes, like --header 'x-colour: teal'")
    };
    let (name, value) = text.split_once(':').ok_or_else(wrong)?;
    let name = name.trim().to_ascii_lowercase();
    if name.is_empty() { Err(wrong()) } else { Ok((name, value.trim().to_owned())) }
}

/// An origin, as a browser names that of a page.
pub(super) fn origin(text: &str) -> Result<Origin, Failure> {
    text.parse().map_err(|error: OriginError| {
        let failure = Failure::misuse(error.code(), format!("`{text}`: {error}"));
        failure.with("origin", json!(text)).hint("one is like `https://example.com` or `http://192.168.1.7:5173`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_point_is_marked_at_its_byte() {
        let failure = point("localhost:Chat").unwrap_err();
        assert_eq!(failure.code(), "point-bad-segment");
        let shown = anstream::adapter::strip_str(&failure.render()).to_string();
        assert!(shown.contains("\n  localhost:Chat\n            ^\n"), "{shown}");
    }

    #[test]
    fn what_is_no_bundle_gets_a_suggestion() {
        let hint = |text: &str| bundle(text).unwrap_err().to_json()["hint"].as_str().unwrap_or_default().to_owned();
        for text in ["chat:1.2.0", "repo:chat:1.2.0", "localhost:chat:1.2.0"] {
            assert_eq!(hint(text), "did you mean `localhost:repo:chat:1.2.0`?", "{text}");
        }
        assert_eq!(hint("chat"), "did you mean `localhost:repo:chat:1.0.0`?");
        assert_eq!(hint("localhost:repo:x:1"), "did you mean `localhost:repo:x:1.0.0`?");
        assert_eq!(hint("localhost:repo:x:v2"), "did you mean `localhost:repo:x:2.0.0`?");
        assert_eq!(hint("localhost:repo:x:1-2"), "did you mean `localhost:repo:x:1.2.0`?");
        assert_eq!(hint("localhost:repo:x:1.2"), "did you mean `localhost:repo:x:1.2.0`?");
        assert_eq!(hint("my.dev:repo:chat"), "did you mean `my.dev:repo:chat:1.0.0`?");
        assert!(bundle("localhost:repo:chat:1.2.0").is_ok());
        assert_eq!(hint("localhost:users:ada:page:2"), "did you mean `localhost:users:ada:repo:page:2.0.0`?");
        assert!(bundle("localhost:users:ada:repo:page:1.2.0").is_ok());
    }

    #[test]
    fn a_series_is_a_bundle_without_its_version() {
        assert!(series("localhost:repo:chat").is_ok() && series("localhost:users:ada:repo:page").is_ok());
        let refused = series("localhost:repo:chat:1.0.0").unwrap_err().to_json();
        assert_eq!(refused["hint"], "did you mean `localhost:repo:chat`?");
        assert_eq!(key("abc").unwrap_err().code(), "bad-key");
    }

    #[test]
    fn an_app_is_a_space_and_a_name() {
        assert!(app("localhost:chat").is_ok());
        assert_eq!(app("chat").unwrap_err().to_json()["hint"], "did you mean `localhost:chat`?");
        assert_eq!(app("localhost:repo:chat:1.0.0").unwrap_err().code(), "not-an-app");
    }

    #[test]
    fn a_path_begins_with_a_slash() {
        assert_eq!(path("/hello?a=b?").ok(), Some(("/hello".into(), Some("a=b?".into()))));
        let failure = path("hello/Ada").unwrap_err();
        assert_eq!(
            (failure.code(), failure.to_json()["hint"].as_str()),
            ("bad-path", Some("write --path '/hello/Ada'"))
        );
    }

    #[test]
    fn a_user_is_an_id_or_a_point() {
        let user = |text: &str| user(text, || Ok("my.dev".into()));
        assert_eq!(user("ada").unwrap().as_str(), "my.dev:users:ada");
        assert_eq!(user("localhost:users:ada").unwrap().as_str(), "localhost:users:ada");
        for text in ["Bad User", "bad_user", "a:b", "", "localhost:users:Ada", "localhost:users:ada:x", "a/b"] {
            let failure = user(text).unwrap_err();
            assert_eq!(failure.code(), "not-a-user", "{text}");
            assert!(failure.to_json()["hint"].as_str().unwrap_or_default().contains("lower-case"), "{text}");
        }
    }

    #[test]
    fn a_bare_name_is_offered_as_a_method() {
        let failure = method("Greet").unwrap_err();
        assert!(failure.to_json()["hint"].as_str().unwrap_or_default().contains("'Ext<Greet>'"));
    }
}
