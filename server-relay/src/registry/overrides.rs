//! Overrides: what owners have put behind points of theirs, and whether it is in force.
//!
//! Wanted is what was said and is stored; in force is what the application and the bundle's series allow at the moment. It is
//! judged anew whenever one of them changes, and the stars are told of what came of it, in that order.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use starlane_bundle::Signed;
use starlane_host::app::{InstalledApp, MechtronSpec, Override};
use starlane_host::bind::{Steps, compare};
use starlane_host::event::LogLevel;
use starlane_protocol::{Code, Point};

use super::install::published;
use super::{Picture, Registry};
use crate::problem::Problem;
use crate::store::{OverrideRow, Store, Wish};

/// Overrides of one relay.
const OVERRIDES: usize = 16_384;

/// Bytes of a module that an owner puts somewhere. Its star validates it in one go whenever it wakes, and everybody on the star
/// waits for that: 1 MiB takes about as long as a slice.
const MODULE_BYTES: u64 = 1_024 * 1_024;

/// Things lost that a refusal names.
const NAMED: usize = 64;

/// What was put behind points, by point.
pub(super) type Overrides = BTreeMap<Point, Arc<Own>>;

/// What an override is made of, or why it is out of force.
type Verdict = Result<Arc<MechtronSpec>, Problem>;

/// What its owner has put behind a point.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    /// What was said.
    pub(crate) row: OverrideRow,
    /// What it is made of, or why it is out of force.
    pub(crate) verdict: Verdict,
    /// The generation it was last made for, and what came of it.
    made: Option<(Arc<InstalledApp>, Verdict)>,
}

/// What stands at a point is something else now.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    /// The point.
    pub(crate) point: Point,
    /// What its owner has put there; none if the application's own stands there.
    pub(crate) spec: Option<Arc<MechtronSpec>>,
    /// What is said of it in the log of the point.
    pub(crate) said: (LogLevel, String),
}

impl Own {
    /// Not judged yet.
    pub(super) fn new(row: OverrideRow) -> Self {
        let verdict = Err(Problem::new(Code::Internal, "it was not judged yet"));
        Self { row, verdict, made: None }
    }

    /// The same under what is published and installed now.
    fn judged(&self, now: &Picture) -> Self {
        let row = self.row.clone();
        let (verdict, made) = match self.judge(now) {
            Ok(app) => {
                let made = self.made_for(&app, now);
                (made.clone(), Some((app, made)))
            }
            Err(problem) => (Err(problem), self.made.clone()),
        };
        Self { row, verdict, made }
    }

    /// Whether anything stands against it but what it is made of; the application it is for.
    fn judge(&self, now: &Picture) -> Result<Arc<InstalledApp>, Problem> {
        let conflict = |what: String| Problem::new(Code::Conflict, what);
        match &self.row.wish {
            Wish::Wanted => {}
            Wish::TakenBack => return Err(conflict("it was taken back".into())),
            Wish::Failed(why) => return Err(conflict(format!("it trapped three times within 60 s: {why}"))),
        }
        let one = now.app_of(&self.row.point).ok_or_else(|| conflict("its application is not installed".into()))?;
        if let Some(why) = &one.halted {
            return Err(conflict(format!("nothing of its application runs: {why}")));
        }
        let signed = published(now, &self.row.bundle)?;
        let series = now.series.get(&signed.manifest.series());
        match series.map(|series| series.record.check_signed(signed)) {
            Some(Ok(())) => Ok(one.app.clone()),
            Some(Err(why)) => {
                let what = format!("`{}` may not run: {why}", self.row.bundle);
                Err(Problem::named(Code::Conflict, why.code(), what).hint(why.hint()))
            }
            None => Err(conflict(format!("the series of `{}` has no record", self.row.bundle))),
        }
    }

    fn made_for(&self, app: &Arc<InstalledApp>, now: &Picture) -> Verdict {
        let last = self.made.as_ref();
        if let Some((_, made)) = last.filter(|(of, _)| Arc::ptr_eq(of, app)) {
            return made.clone();
        }
        let spec = made(app, &self.row, published(now, &self.row.bundle)?)?;
        // One that stays as it was goes on with its instance.
        match last {
            Some((_, Ok(before))) if before.is_like(&spec) && before.digest == spec.digest => Ok(before.clone()),
            _ => Ok(Arc::new(spec)),
        }
    }
}

/// What stands at a point when a mechtron of this bundle is put behind it.
fn made(app: &InstalledApp, row: &OverrideRow, signed: &Signed) -> Result<MechtronSpec, Problem> {
    let base = app.mechtron(&row.point).ok_or_else(|| {
        Problem::new(Code::NoRoute, format!("`{}` has no mechtron at `{}`", app.point, row.point))
            .hint("What is overridden is one key, like `localhost:site:profile:ada`.")
    })?;
    if base.overridable.is_none() {
        let what = format!("`{}:{}` cannot be overridden", app.point, base.name);
        return Err(Problem::named(Code::Conflict, "not-overridable", what)
            .hint("Its application allows it by `override = \"owner\"` in its app.toml."));
    }
    let (manifest, digest, mechtron, number) = (&signed.manifest, signed.digest, row.mechtron.as_deref(), row.number);
    let spec = base.overridden(&Override { manifest, digest, mechtron, number })?;
    if spec.wasm.size > MODULE_BYTES {
        let what = format!(
            "the module of `{}` has {} bytes, and one put there by its owner 1 MiB at most",
            row.bundle, spec.wasm.size
        );
        return Err(
            Problem::new(Code::TooLarge, what).hint("Build it smaller: a release build without names of functions.")
        );
    }
    let verdicts = compare(&base.bind, &spec.bind, &Steps::default());
    let lost: Vec<String> = verdicts.iter().flat_map(|verdict| &verdict.breaks).map(ToString::to_string).collect();
    if lost.is_empty() {
        return Ok(spec);
    }
    let what = format!("`{}` does not accept what `{}:{}` accepts", row.bundle, app.point, base.name);
    Err(Problem::named(Code::Conflict, "bind-incompatible", what)
        .details(lost.into_iter().take(NAMED).collect())
        .hint(format!("Begin with the bind that `starlane send {} 'Cmd<Bind>'` prints.", row.point)))
}

/// What was put behind the points of an application, made for its next generation: the work of a change, done before it.
pub(super) fn made_for(now: &Picture, next: &Arc<InstalledApp>) -> Overrides {
    let of_app =
        now.overrides.iter().filter(|(point, own)| point.is_within(&next.point) && own.row.wish == Wish::Wanted);
    let made = of_app.map(|(point, own)| {
        let made = own.made_for(next, now);
        (point.clone(), Arc::new(Own { made: Some((next.clone(), made)), ..Own::clone(own) }))
    });
    made.collect()
}

/// Judges what a change may have touched; gives what stands elsewhere now.
pub(super) fn settle(was: &Picture, next: &mut Picture) -> Vec<Move> {
    let is_same = |point: &Point, own: &Arc<Own>| {
        let bundle = &own.row.bundle;
        was.overrides.get(point).is_some_and(|before| Arc::ptr_eq(before, own))
            && same(was.app_of(point), next.app_of(point))
            && same(was.bundles.get(bundle), next.bundles.get(bundle))
            && same(
                bundle.parent().and_then(|of| was.series.get(&of)),
                bundle.parent().and_then(|of| next.series.get(&of)),
            )
    };
    let touched = next.overrides.iter().filter(|(point, own)| !is_same(point, own));
    let judged: Overrides = touched.map(|(point, own)| (point.clone(), Arc::new(own.judged(next)))).collect();
    let gone = was.overrides.keys().filter(|point| !next.overrides.contains_key(*point));
    let mut moves: Vec<Move> = gone.filter_map(|point| moved(point, was.overrides.get(point), None)).collect();
    moves.extend(judged.iter().filter_map(|(point, own)| moved(point, was.overrides.get(point), Some(own))));
    next.overrides.extend(judged);
    moves
}

fn same<T>(one: Option<&Arc<T>>, other: Option<&Arc<T>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}

fn moved(point: &Point, was: Option<&Arc<Own>>, now: Option<&Arc<Own>>) -> Option<Move> {
    let before = was.and_then(|own| own.verdict.as_ref().ok());
    let after = now.and_then(|own| own.verdict.as_ref().ok());
    if same(before, after) {
        return None;
    }
    let said = match now.map(|own| (&own.row, &own.verdict)) {
        Some((row, Ok(_))) => (LogLevel::Info, format!("`{}` stands here now", row.bundle)),
        Some((row, Err(why))) if row.wish != Wish::TakenBack => {
            let (bundle, why) = (&row.bundle, &why.message);
            (LogLevel::Error, format!("`{bundle}` is out of force, and the application's own is back: {why}"))
        }
        _ => (LogLevel::Info, "the application's own is back".into()),
    };
    Some(Move { point: point.clone(), spec: after.cloned(), said })
}

impl Picture {
    /// What its owner has put behind a point, if it is in force.
    pub(crate) fn overridden(&self, point: &Point) -> Option<&Arc<MechtronSpec>> {
        self.overrides.get(point)?.verdict.as_ref().ok()
    }

    /// A point behind which something from this bundle is wanted.
    pub(super) fn stands_behind(&self, bundle: &Point) -> Option<&Point> {
        let wanted = |own: &Own| own.row.wish == Wish::Wanted && own.row.bundle == *bundle;
        self.overrides.iter().find(|(_, own)| wanted(own)).map(|(point, _)| point)
    }
}

impl Registry {
    /// What would stand at a point, whether or not anything stands against it.
    pub(crate) fn try_override(&self, row: &OverrideRow) -> Verdict {
        Own::new(row.clone()).judged(&self.now()).verdict
    }

    /// Puts something behind a point, or takes it back. Whoever does has the application's turn. Gives its number.
    pub(crate) async fn put_override(&self, mut row: OverrideRow, store: &Store) -> Result<u64, Problem> {
        let _one_at_a_time = self.changing.lock().await;
        let now = self.now();
        if now.overrides.len() >= OVERRIDES && !now.overrides.contains_key(&row.point) {
            return Err(Problem::new(Code::TooMany, format!("a relay has {OVERRIDES} overrides at most")));
        }
        row.number = now.last_override + 1;
        let own = Own::new(row).judged(&now);
        if own.row.wish == Wish::Wanted {
            // What it is made from may have gone meanwhile.
            own.verdict.clone()?;
        }
        let row = &own.row;
        store.put_override(row).await?;
        let (number, point) = (row.number, row.point.clone());
        self.change(|picture| {
            picture.last_override = number;
            picture.overrides.insert(point, Arc::new(own));
        });
        Ok(number)
    }

    /// The override with this number trapped too often; whether it still stood there.
    pub(crate) async fn fail_override(
        &self,
        point: &Point,
        number: u64,
        why: &str,
        store: &Store,
    ) -> Result<bool, Problem> {
        let _one_at_a_time = self.changing.lock().await;
        let now = self.now();
        let own = now.overrides.get(point).filter(|own| own.row.number == number && own.row.wish == Wish::Wanted);
        let Some(own) = own else { return Ok(false) };
        let row = OverrideRow { wish: Wish::Failed(why.to_owned()), ..own.row.clone() };
        store.put_override(&row).await?;
        self.change(|picture| {
            picture.overrides.insert(point.clone(), Arc::new(Own::new(row)));
        });
        Ok(true)
    }

    /// Tells, in their order, of all points at which something else stands than was told before.
    pub(crate) fn tell_moves(&self, mut tell: impl FnMut(Move)) {
        let mut moves = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
        moves.drain(..).for_each(&mut tell);
    }
}

/// An application is removed, and with it what stands behind its points.
pub(super) fn end_all(picture: &mut Picture, app: &Point, keep: bool) {
    let of_app: Vec<Point> = picture.overrides.keys().filter(|point| point.is_within(app)).cloned().collect();
    for point in of_app {
        let Some(own) = picture.overrides.remove(&point).filter(|_| keep) else { continue };
        let row = OverrideRow { wish: Wish::TakenBack, ..own.row.clone() };
        picture.overrides.insert(point, Arc::new(Own::new(row)));
    }
}
