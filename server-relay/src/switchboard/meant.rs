//! What may have been meant by a point at which nothing stands: only what its sender may call is named.

use starlane_protocol::{May, Point, Wave};

use crate::alike::nearest;
use crate::registry::{Installation, Picture};

/// Mechtrons that are named at most when none is nearly what was written.
const NAMED: usize = 8;

/// What to say of a point at which nothing stands, after that has been said.
pub(super) fn meant(picture: &Picture, wave: &Wave) -> Option<String> {
    let segments: Vec<&str> = wave.to.segments().collect();
    let name = segments.get(1)?;
    let names = || picture.apps.keys().filter_map(|app| app.segments().nth(1));
    let is_here = names().any(|known| known == *name);
    let app = if is_here { *name } else { nearest(names(), name)? };
    let one = picture.apps.get(&format!("{}:{app}", segments[0]).parse::<Point>().ok()?)?;
    if let Some(point) = mechtron(one, &segments[2..]).filter(|point| may_call(picture, wave, point)) {
        return Some(format!("; did you mean `{point}`?"));
    }
    let all = one.app.mechtrons.iter().filter(|(name, _)| {
        // Of one with keys, any key will do to know it.
        let point = one.app.point.child(name).ok();
        point.is_some_and(|point| may_call(picture, wave, &point) || may_call(picture, wave, &with_key(&point)))
    });
    let all: Vec<String> = all.take(NAMED).map(|(name, _)| format!("`{}:{name}`", one.app.point)).collect();
    (!all.is_empty()).then(|| format!("; there is {}", all.join(", ")))
}

/// The point that is meant by the segments below an application's.
fn mechtron(one: &Installation, below: &[&str]) -> Option<Point> {
    let (written, rest) = below.split_first()?;
    let mechtrons = &one.app.mechtrons;
    let name = nearest(mechtrons.keys().map(String::as_str), written)?;
    let point = one.app.point.child(name).ok()?;
    match rest {
        [key, ..] if mechtrons.get(name)?.keyed.takes(key) => point.child(key).ok(),
        _ => Some(point),
    }
}

fn with_key(point: &Point) -> Point {
    point.child("key").unwrap_or_else(|_| point.clone())
}

fn may_call(picture: &Picture, wave: &Wave, point: &Point) -> bool {
    picture.grants.iter().any(|grant| grant.allows(&wave.agent, May::Call, point, wave.method.as_ref()))
}
