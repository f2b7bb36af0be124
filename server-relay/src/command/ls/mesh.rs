//! The list of a mesh: what `mesh.json` says, and the part of it below a point.

use serde::Deserialize;
use serde_json::Value;
use starlane_protocol::Point;
use starlane_protocol::document::Keyed;

use crate::alike::nearest;

/// The lists inside.
pub(super) const PARTS: [&str; 8] = ["apps", "mechtrons", "overrides", "state", "kept", "stars", "bundles", "users"];

/// What people are shown of it. What is missing is empty: a newer relay may say more, an older one less.
#[derive(Debug, Default)]
pub(super) struct Mesh {
    pub(super) apps: Vec<App>,
    pub(super) mechtrons: Vec<Mechtron>,
    pub(super) overrides: Vec<Override>,
    /// Points of removed applications whose state is kept.
    pub(super) kept: Vec<String>,
    pub(super) stars: Vec<Star>,
    pub(super) bundles: Vec<String>,
    pub(super) users: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct App {
    pub(super) point: String,
    pub(super) bundle: String,
    pub(super) generation: u64,
    /// Why nothing of it runs, if nothing does: `revoked`, `record-expired` …
    pub(super) halted: Option<String>,
    pub(super) mechtrons: Vec<Named>,
}

/// A mechtron that an application names.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    pub(super) point: String,
    pub(super) keyed: Keyed,
    pub(super) placement: String,
}

impl Named {
    /// What a list says of one.
    pub(super) fn of(told: &Value) -> Self {
        Self::deserialize(told).unwrap_or_default()
    }

    /// Where it runs when it runs.
    pub(super) fn place(&self) -> &str {
        match (self.placement.as_str(), self.keyed) {
            ("browser", Keyed::No) => "each browser",
            ("browser", _) => "each browser, by key",
            ("tab", Keyed::No) => "each tab",
            ("tab", _) => "each tab, by key",
            ("anywhere", Keyed::No) => "anywhere",
            ("anywhere", _) => "anywhere, by key",
            (_, Keyed::No) => "the relay",
            (_, Keyed::Any) => "the relay, by key",
            (_, Keyed::User) => "the relay, by user",
        }
    }
}

/// A mechtron that runs, or has run and sleeps.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Mechtron {
    pub(super) point: String,
    pub(super) star: String,
    pub(super) status: String,
    pub(super) waves: u64,
    pub(super) fuel: u64,
    pub(super) memory: u64,
}

/// What an owner has put behind a point.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Override {
    pub(super) point: String,
    pub(super) bundle: String,
    pub(super) in_force: bool,
    pub(super) why: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Star {
    pub(super) point: String,
    pub(super) kind: String,
    pub(super) agent: String,
    pub(super) since_ms: u64,
    pub(super) mechtrons: Vec<Value>,
}

impl Mesh {
    pub(super) fn read(list: &Value) -> Self {
        Self {
            apps: records(&list["apps"]),
            mechtrons: records(&list["mechtrons"]),
            overrides: records(&list["overrides"]),
            kept: points(&list["kept"]),
            stars: records(&list["stars"]),
            bundles: points(&list["bundles"]),
            users: points(&list["users"]),
        }
    }
}

fn records<'a, T: Deserialize<'a>>(list: &'a Value) -> Vec<T> {
    list.as_array().into_iter().flatten().filter_map(|item| T::deserialize(item).ok()).collect()
}

fn points(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(point_of).map(str::to_owned).collect()
}

/// The point of an item: the item itself, or its field.
fn point_of(item: &Value) -> Option<&str> {
    item.as_str().or_else(|| item["point"].as_str())
}

/// Keeps what stands at the point or below it. A tab's mechtron belongs to its star and to its application; of an
/// application of which only a mechtron was asked for, that mechtron is kept.
pub(super) fn keep_within(list: &mut Value, within: &Point) {
    let stands = |item: &Value| point_of(item).is_some_and(|point| stands_within(point, within));
    for app in list["apps"].as_array_mut().into_iter().flatten() {
        if let Some(mechtrons) = app["mechtrons"].as_array_mut() {
            mechtrons.retain(&stands);
        }
    }
    let has_some = |item: &Value| item["mechtrons"].as_array().is_some_and(|mechtrons| !mechtrons.is_empty());
    for part in PARTS {
        if let Some(items) = list[part].as_array_mut() {
            items.retain(|item| stands(item) || (part == "apps" && has_some(item)));
        }
    }
}

/// The point of the list that is most like another: of as many segments, and of the same space.
pub(super) fn meant(list: &Value, point: &Point) -> Option<String> {
    let mechtrons = || list["apps"].as_array().into_iter().flatten().map(|app| &app["mechtrons"]);
    let lists = PARTS.iter().map(|part| &list[*part]).chain(mechtrons());
    let all = lists.filter_map(Value::as_array).flatten().filter_map(point_of);
    let space = format!("{}:", point.space());
    let below = |text: &'_ str| text.strip_prefix(&space).map(str::to_owned);
    let depth = point.segments().count();
    let all: Vec<String> = all.filter(|known| known.split(':').count() == depth).filter_map(below).collect();
    let near = nearest(all.iter().map(String::as_str), &below(point.as_str())?)?;
    Some(format!("{space}{near}"))
}

fn stands_within(point: &str, within: &Point) -> bool {
    let Ok(point) = point.parse::<Point>() else { return false };
    point.is_within(within) || as_of_its_app(&point).is_some_and(|point| point.is_within(within))
}

/// `<space>:stars:<id>:<app>:…` as `<space>:<app>:…`.
fn as_of_its_app(point: &Point) -> Option<Point> {
    let segments: Vec<&str> = point.segments().collect();
    match segments.as_slice() {
        [space, "stars", _, app @ ..] if !app.is_empty() => format!("{space}:{}", app.join(":")).parse().ok(),
        _ => None,
    }
}
