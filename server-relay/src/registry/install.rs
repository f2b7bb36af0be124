//! Installing, changing and removing applications: whole or not at all, each change with the next generation.

use std::sync::Arc;

use serde_json::Value;
use starlane_bundle::{InstallRecord, RECORD_BYTES, Signed, Swapped, Version};
use starlane_host::app::InstalledApp;
use starlane_host::event::Migration;
use starlane_protocol::document::Names;
use starlane_protocol::lane::Installed;
use starlane_protocol::{Code, Point};
use tokio::sync::MutexGuard;

use super::compatible::Comparison;
use super::{Installation, Notary, Picture, Registry, made, no_app, overrides, removed};
use crate::problem::Problem;
use crate::store::{InstallRow, Store, Switch};
use crate::upgrade::Way;

/// Applications of one relay.
const APPS: usize = 1_024;

/// Bytes of the records of all applications: a greeting that carries them all fits one message of a lane.
const RECORDS_BYTES: usize = 1_024 * 1_024;

/// A change that others are yet to be told of. While it is held, no other begins.
pub(crate) struct Change<'a, T> {
    /// What has changed.
    pub(crate) what: T,
    _one_at_a_time: MutexGuard<'a, ()>,
}

impl<'a, T> Change<'a, T> {
    pub(super) fn new(what: T, guard: MutexGuard<'a, ()>) -> Self {
        Self { what, _one_at_a_time: guard }
    }
}

/// What is to stand at an application's point.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wanted {
    /// The bundle.
    pub(crate) bundle: Point,
    /// The version below which nothing of its series may run there.
    pub(crate) floor: Option<Version>,
    /// Config values that were set for it.
    pub(crate) config: Names<Value>,
    /// Mechtrons that are made from another version.
    pub(crate) swapped: Names<Swapped>,
}

impl Wanted {
    /// What stands there.
    pub(crate) fn of(record: &InstallRecord) -> Self {
        let InstallRecord { floor, config, swapped, .. } = record.clone();
        Self { bundle: record.bundle(), floor, config, swapped }
    }

    /// A bundle, whole. What was set stays; a floor is one of a series and goes with it.
    pub(crate) fn bundle(bundle: Point, there: Option<&InstallRecord>) -> Self {
        let same_series = there.filter(|record| bundle.parent().as_ref() == Some(&record.series));
        Self {
            floor: same_series.and_then(|record| record.floor.clone()),
            config: there.map(|record| record.config.clone()).unwrap_or_default(),
            swapped: Names::new(),
            bundle,
        }
    }
}

/// The next generation of an application, not yet in force.
pub(crate) struct Plan {
    /// What is to stand there.
    pub(crate) next: Arc<Installation>,
    /// What stands there.
    pub(crate) there: Option<Arc<Installation>>,
    /// Whether the next is the one before.
    pub(crate) back: bool,
}

impl Registry {
    /// The one door through which what stands at an application's point changes: `want` says, from what stands there,
    /// what is to. `Ok(Err(…))`: that very thing stands there already. What takes away what the present one took and
    /// gave is planned only when that is meant. Whoever plans has the application's turn.
    pub(crate) async fn plan(
        &self,
        app: &Point,
        want: impl FnOnce(Option<&InstallRecord>) -> Result<Wanted, Problem>,
        way: Way,
        notary: &Notary<'_>,
    ) -> Result<Result<Plan, Arc<Installation>>, Problem> {
        let now = self.now();
        let there = now.apps.get(app);
        let wanted = want(there.map(|one| &one.record))?;
        let signed = published(&now, &wanted.bundle)?;
        if let Some(there) = there.filter(|one| one.app.digest == signed.digest && Wanted::of(&one.record) == wanted) {
            return Ok(Err(there.clone()));
        }
        if now.apps.len() >= APPS && there.is_none() {
            return Err(Problem::new(Code::TooMany, format!("a relay has {APPS} applications at most")));
        }
        if there.is_none() {
            // What an application that was removed here kept is gone, also when its removal was cut short.
            if !notary.store.is_kept(app).await? {
                notary.store.forget(app).await?;
            }
        }
        let generation = now.generations.get(app).copied().unwrap_or(0) + 1;
        let back = way == Way::Back;
        let record = InstallRecord { back, ..record(app, wanted, signed, generation, notary) };
        let installation = prepare(record, (signed, &now), notary)?;
        if let Some(why) = &installation.halted {
            let what = format!("`{}` may not run: {why}", signed.manifest.bundle);
            return Err(Problem::named(Code::Conflict, why.code(), what).hint(why.hint()));
        }
        room(&now, [&installation])?;
        if let Some(there) = there.filter(|_| way == Way::Forth { breaking: false }) {
            let compared = Comparison::of(&there.app, &installation.app);
            if !compared.is_compatible() {
                let hint = "Whoever uses the application must know of it first; then install with --breaking.";
                return Err(compared.refused(&signed.manifest.bundle, hint.into()));
            }
        }
        Ok(Ok(Plan { next: Arc::new(installation), there: there.cloned(), back }))
    }

    /// Puts what is planned in force, stored with what was migrated for it. `switch` is called in the moment from which on
    /// the new picture is seen.
    pub(crate) async fn carry_out(
        &self,
        plan: &Plan,
        migrations: &[Migration],
        store: &Store,
        switch: impl FnOnce(),
    ) -> Result<Change<'_, Arc<Installation>>, Problem> {
        let guard = self.changing.lock().await;
        let (app, generation) = (&plan.next.app.point, plan.next.app.generation);
        self.still_holds(plan)?;
        let overrides = overrides::made_for(&self.now(), &plan.next.app);
        let there = plan.there.as_ref().map(|there| there.row());
        let previous = there.as_ref().and_then(|row| row.record.as_ref()).filter(|_| !plan.back);
        let failing = plan.there.as_ref().filter(|_| plan.back);
        let back = failing.map(|there| there.app.way_back(&plan.next.app)).unwrap_or_default();
        let failed = failing.map(|there| there.only_bundles(&plan.next)).unwrap_or_default();
        let row = plan.next.row();
        let previous = previous.map(|(record, signature)| (&record[..], &signature[..]));
        store.switch(Switch { row: &row, migrations, previous, back: &back, failed: &failed }).await?;
        if plan.there.is_none() {
            store.keep(app, false).await?;
        }
        self.change(|picture| {
            picture.generations.insert(app.clone(), generation);
            picture.apps.insert(app.clone(), plan.next.clone());
            picture.overrides.extend(overrides);
            switch();
        });
        Ok(Change::new(plan.next.clone(), guard))
    }

    /// What a plan was made from may have gone while the stars prepared it.
    fn still_holds(&self, plan: &Plan) -> Result<(), Problem> {
        let (now, record) = (self.now(), &plan.next.record);
        let signed = published(&now, &record.bundle())?;
        made(record, signed, &now)?;
        let is_next = now.generations.get(&record.app).copied().unwrap_or(0) + 1 == record.generation;
        let series = now.series.get(&record.series);
        if is_next && series.is_none_or(|series| series.record.serial == plan.next.series.record.serial) {
            return Ok(());
        }
        Err(Problem::new(Code::Conflict, format!("`{}` was changed meanwhile", record.app)).hint("Try again."))
    }

    /// The application that a record describes, from what is published now.
    pub(crate) fn described(&self, record: &InstallRecord) -> Result<InstalledApp, Problem> {
        let now = self.now();
        made(record, published(&now, &record.bundle())?, &now)
    }

    /// Removes an application; gives what it was and what stars are told. Its state is another matter, but for whether the
    /// next application at its point gets it.
    pub(crate) async fn remove_app(
        &self,
        app: &Point,
        keep_state: bool,
        notary: &Notary<'_>,
    ) -> Result<Change<'_, (Arc<Installation>, Installed)>, Problem> {
        let guard = self.changing.lock().await;
        let was = self.now().apps.get(app).cloned();
        let was = was.ok_or_else(|| no_app(app))?;
        let generation = was.app.generation + 1;
        notary.store.keep(app, keep_state).await?;
        self.unset(app, &self.now(), notary.store).await?;
        notary.store.put_install(&InstallRow { app: app.clone(), generation, record: None }).await?;
        notary.store.end_overrides(app, keep_state).await?;
        self.change(|picture| {
            picture.generations.insert(app.clone(), generation);
            picture.apps.remove(app);
            overrides::end_all(picture, app, keep_state);
        });
        Ok(Change::new((was, removed(app, generation)), guard))
    }
}

/// A bundle that is published.
pub(crate) fn published<'a>(now: &'a Picture, bundle: &Point) -> Result<&'a Arc<Signed>, Problem> {
    now.bundles.get(bundle).ok_or_else(|| no_bundle(bundle))
}

/// Nothing is published there.
fn no_bundle(bundle: &Point) -> Problem {
    Problem::named(Code::NoRoute, "no-bundle", format!("there is no bundle `{bundle}`"))
        .hint("Publish it first: `starlane publish <folder> <bundle>`.")
}

fn record(app: &Point, wanted: Wanted, signed: &Signed, generation: u64, notary: &Notary<'_>) -> InstallRecord {
    let Wanted { floor, config, swapped, .. } = wanted;
    let (series, version) = (signed.manifest.series(), signed.manifest.semver());
    let (app, digest, expires) = (app.clone(), signed.digest, notary.expires());
    InstallRecord { app, series, version, digest, floor, generation, expires, back: false, config, swapped }
}

fn prepare(
    record: InstallRecord,
    (signed, now): (&Signed, &Picture),
    notary: &Notary<'_>,
) -> Result<Installation, Problem> {
    let installed = made(&record, signed, now)?;
    let series = now.series.get(&record.series).cloned();
    let series = series.ok_or_else(|| Problem::new(Code::Internal, format!("`{}` has no record", record.series)))?;
    let bytes = record.to_bytes();
    if bytes.len() > RECORD_BYTES {
        let what =
            format!("what was set of `{}` has {} bytes, and a record {RECORD_BYTES} at most", record.app, bytes.len());
        return Err(Problem::new(Code::TooLarge, what));
    }
    let signature = notary.sign(&bytes);
    Ok(Installation::new(Arc::new(installed), record, (bytes, signature), series, &now.bundles))
}

/// Whether the records of all applications still fit a greeting once these have taken the places of what they were.
pub(super) fn room<'a>(
    now: &Picture,
    changed: impl IntoIterator<Item = &'a Installation> + Clone,
) -> Result<(), Problem> {
    let is_changed = |app: &Point| changed.clone().into_iter().any(|one| one.app.point == *app);
    let kept = now.apps.values().filter(|one| !is_changed(&one.app.point));
    let kept: usize = kept.map(|one| one.told_bytes()).sum();
    let bytes = kept + changed.clone().into_iter().map(Installation::told_bytes).sum::<usize>();
    match bytes > RECORDS_BYTES {
        true => Err(Problem::new(Code::TooMany, "the records of all applications have 1 MiB together at most")
            .hint("Remove applications that nobody uses: `starlane rm`.")),
        false => Ok(()),
    }
}
