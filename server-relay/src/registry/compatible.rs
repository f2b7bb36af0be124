//! What a new version takes away from those who knew an older one, mechtron by mechtron and route by route.
//!
//! Versions of one series are compared that promise to be compatible by their number (Semantic Versioning 2.0.0): those
//! with the same major number, below 1.0.0 with the same minor number.

use semver::Version;
use serde::Serialize;
use starlane_host::app::InstalledApp;
use starlane_host::bind::{Steps, compare};
use starlane_protocol::{Code, Point};

use super::Picture;
use crate::problem::Problem;

/// A version beside an older one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Comparison {
    /// The bundle it was compared with.
    pub(crate) with: Point,
    /// Every route of the older one.
    pub(crate) routes: Vec<Route>,
}

/// How one route of the older version fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Route {
    /// The mechtron, by its name in the application.
    pub(crate) mechtron: String,
    /// The route; none if the mechtron itself is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) route: Option<String>,
    /// What is lost, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) lost: Vec<String>,
}

/// Things lost that a refusal names.
const NAMED: usize = 64;

impl Comparison {
    /// Compares two versions of an application.
    pub(crate) fn of(old: &InstalledApp, new: &InstalledApp) -> Self {
        // One budget for all of them: whoever publishes does not choose how long a comparison takes.
        let steps = Steps::default();
        let whole = |name: &str, lost: &str| Route { mechtron: name.into(), route: None, lost: vec![lost.into()] };
        let routes = old.mechtrons.iter().flat_map(|(name, spec)| match new.mechtrons.get(name) {
            None => vec![whole(name, "it is not there any more")],
            Some(now) if now.keyed != spec.keyed => vec![whole(name, "it is reached in another way: `keyed` changed")],
            Some(now) if now.placement != spec.placement => {
                vec![whole(name, "it is reached in another way: `placement` changed")]
            }
            Some(now) => judged(name, compare(&spec.bind, &now.bind, &steps)),
        });
        Self { with: old.bundle.clone(), routes: routes.collect() }
    }

    /// Whether nothing is lost.
    pub(crate) fn is_compatible(&self) -> bool {
        self.routes.iter().all(|route| route.lost.is_empty())
    }

    /// The refusal of what is not compatible.
    pub(crate) fn refused(&self, what: &Point, hint: String) -> Problem {
        let lost = self.routes.iter().flat_map(|route| {
            let name = route.route.as_ref().map(|route| format!(" `{route}`")).unwrap_or_default();
            route.lost.iter().map(move |lost| format!("{}{name}: {lost}", route.mechtron))
        });
        let lost = lost.take(NAMED);
        let message = format!("`{what}` is not compatible with `{}`", self.with);
        Problem::named(Code::Conflict, "bind-incompatible", message).details(lost.collect()).hint(hint)
    }
}

fn judged(mechtron: &str, verdicts: Vec<starlane_host::bind::RouteVerdict>) -> Vec<Route> {
    let routes = verdicts.into_iter().map(|verdict| Route {
        mechtron: mechtron.to_owned(),
        route: Some(verdict.route),
        lost: verdict.breaks.iter().map(|one| format!("{}: {}", one.part, one.told())).collect(),
    });
    routes.collect()
}

/// The newest published version below this one that it promises to be compatible with.
pub(super) fn predecessor(picture: &Picture, bundle: &Point) -> Option<Point> {
    let version = version(bundle)?;
    let older = promised(picture, bundle)?.into_iter().filter(|(other, _)| *other < version);
    older.max().map(|(_, point)| point)
}

/// The oldest published version above this one that promises to be compatible with it.
pub(super) fn successor(picture: &Picture, bundle: &Point) -> Option<Point> {
    let version = version(bundle)?;
    let newer = promised(picture, bundle)?.into_iter().filter(|(other, _)| *other > version);
    newer.min().map(|(_, point)| point)
}

/// The other versions of its series that have the same promise.
fn promised(picture: &Picture, bundle: &Point) -> Option<Vec<(Version, Point)>> {
    let (series, version) = (bundle.parent()?, version(bundle)?);
    let others = picture.bundles.keys().filter(|other| other.parent().as_ref() == Some(&series));
    let others = others.filter_map(|other| Some((self::version(other)?, other.clone())));
    Some(others.filter(|(other, _)| promise(other) == promise(&version)).collect())
}

/// The version that does not promise compatibility with this one any more.
pub(super) fn next_promise(bundle: &Point) -> String {
    match version(bundle) {
        Some(version) if version.major == 0 => format!("0.{}.0", version.minor + 1),
        Some(version) => format!("{}.0.0", version.major + 1),
        None => "a new major version".into(),
    }
}

fn version(bundle: &Point) -> Option<Version> {
    Version::parse(bundle.segments().last()?).ok()
}

/// Versions with the same of these promise to be compatible.
fn promise(version: &Version) -> (u64, u64) {
    (version.major, if version.major == 0 { version.minor } else { 0 })
}
