//! What an application's `[http]` lines lead to.

use starlane_protocol::Point;
use starlane_protocol::document::{App, Holes, HttpLine, Placement, Visitors};

use super::{HttpRule, HttpTo, InstallError};

/// What the relay answers itself, on every host.
const RESERVED: &str = "/starlane/";

/// What stands in a target for the key: the first part of what the path's `*` stands for.
const KEY: &str = ":*";

impl HttpTo {
    /// The mechtron that stands for the first part of the rest of a path, up to the next `/`; none when that part is no key.
    pub fn keyed(stem: &Point, rest: &str) -> Option<Point> {
        let key = rest.split('/').next().unwrap_or_default();
        stem.child(key).ok()
    }
}

/// The one rule of a bundle without an `app.toml`: everything in it, for anyone.
pub(super) fn whole_bundle() -> HttpRule {
    HttpRule { prefix: "/".into(), open_end: true, to: HttpTo::Files(String::new()), visitors: Visitors::Anyone }
}

/// The rules of an application, the longest literal prefix first.
pub(super) fn rules(app: &App, holes: &Holes<'_>) -> Result<Vec<HttpRule>, InstallError> {
    let rules = app.http.iter().map(|(path, line)| rule(path, line, app, holes));
    let mut rules = rules.collect::<Result<Vec<_>, _>>()?;
    // An exact path wins over an open one of the same length; of two others of one length at most one fits.
    rules.sort_unstable_by(|a, b| (b.prefix.len(), a.open_end).cmp(&(a.prefix.len(), b.open_end)));
    Ok(rules)
}

/// One line of an application's `[http]`, its holes filled.
///
/// # Errors
/// The path is none, or the target is neither a mechtron of the application that can serve a page, nor in its bundle.
/// Whether a file is there is another matter.
pub fn rule(path: &str, line: &HttpLine, app: &App, holes: &Holes<'_>) -> Result<HttpRule, InstallError> {
    let wrong = |what: String| InstallError::Document(format!("http.\"{path}\": {what}"));
    let (prefix, open_end) = prefix(path).map_err(wrong)?;
    let text = line.to().fill(holes).map_err(|error| wrong(error.to_string()))?;
    let to = match text.strip_suffix(KEY) {
        Some(stem) => keyed(stem, path, app, holes.app),
        None => {
            let point = line.to().point(holes).map_err(|error| wrong(error.to_string()))?;
            target(point, app, holes)
        }
    };
    let to = to.map_err(wrong)?;
    Ok(HttpRule { prefix: prefix.into(), open_end, to, visitors: line.visitors() })
}

/// The literal part of a path, and whether anything may follow it.
fn prefix(path: &str) -> Result<(&str, bool), String> {
    let (prefix, open_end) = path.strip_suffix('*').map_or((path, false), |prefix| (prefix, true));
    if prefix.starts_with('/') && !prefix.contains('*') && !prefix.starts_with(RESERVED) {
        Ok((prefix, open_end))
    } else {
        Err(format!("a path begins with `/`, may end in `*`, and is not below {RESERVED}"))
    }
}

/// A line whose path names the key: `"/users/*" = "${app}:page:*"`.
fn keyed(stem: &str, path: &str, app: &App, at: &Point) -> Result<HttpTo, String> {
    let is_it = |name: &str| at.child(name).is_ok_and(|point| point.as_str() == stem);
    let placed = app.mechtrons.iter().find(|(name, _)| is_it(name));
    let Some((name, placed)) = placed.filter(|(_, placed)| placed.keyed.is_keyed()) else {
        return Err(format!("`{stem}` is no keyed mechtron of this application, so `{stem}{KEY}` is none either"));
    };
    if !path.ends_with("/*") {
        return Err(format!("`{stem}{KEY}` takes its key from the path, which therefore ends in `/*`"));
    }
    if !placed.placement.is_on_server() {
        return Err(format!("`{stem}` runs in tabs; a page is served by one that runs on the server"));
    }
    at.child(name).map(HttpTo::Keyed).map_err(|error| error.to_string())
}

fn target(point: Point, app: &App, holes: &Holes<'_>) -> Result<HttpTo, String> {
    if point.stem() == holes.bundle.as_str() {
        return Ok(HttpTo::Files(point.path().unwrap_or("/").trim_start_matches('/').to_owned()));
    }
    let at = holes.app;
    let mut below = point.segments().skip(at.segments().count());
    let name = below.next().filter(|_| point.is_within(at));
    let placed = name.and_then(|name| app.mechtrons.iter().find(|(known, _)| *known == name));
    let Some((name, placed)) = placed.filter(|_| point.path().is_none()) else {
        return Err(format!("`{point}` is neither a mechtron of this application nor in its bundle"));
    };
    if !placed.placement.is_on_server() && placed.placement != Placement::Browser {
        return Err(format!(
            "`{point}` runs in each tab; a page is served by one that runs on the server or in the browser"
        ));
    }
    match (placed.keyed.is_keyed(), below.count()) {
        (true, 1) | (false, 0) => Ok(HttpTo::Mechtron(point)),
        (true, _) => Err(format!(
            "`{point}` is keyed: name one key, `{at}:{name}:<key>`, or let the path name it, `{at}:{name}:*`"
        )),
        (false, _) => Err(format!("`{point}` has a key, and `{name}` is not keyed")),
    }
}
