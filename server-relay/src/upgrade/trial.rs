//! Trials: what is new goes back by itself when it traps three times in its first 20 waves or 30 seconds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use starlane_bundle::{InstallRecord, Version};
use starlane_host::app::InstalledApp;
use starlane_host::event::{Event, LogLevel, LogLine, Step};
use starlane_protocol::Point;

use super::{Way, take};
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::registry::{Installation, Wanted};

/// The trials under way, by application.
#[derive(Default)]
pub(super) struct Trials(Mutex<BTreeMap<Point, Trial>>);

struct Trial {
    generation: u64,
    /// What stood there before.
    previous: InstallRecord,
    /// The stars that have not said yet that it went well.
    waiting: BTreeSet<u32>,
}

impl Trials {
    /// A generation is about to be on trial; an older trial is over, and well.
    pub(super) fn begin(&self, mesh: &Mesh, there: &Installation, next: &Installation) {
        self.begin_with(mesh, there.record.clone(), &next.app);
    }

    fn begin_with(&self, mesh: &Mesh, previous: InstallRecord, next: &InstalledApp) {
        let waiting = (0u32..).take(mesh.inboxes.len()).collect();
        self.lock().insert(next.point.clone(), Trial { generation: next.generation, previous, waiting });
    }

    /// There is no trial of this application any more.
    pub(super) fn end(&self, app: &Point) {
        self.lock().remove(app);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Point, Trial>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The application that may have to come back to a bundle.
    pub(super) fn may_come_back(&self, bundle: &Point) -> Option<Point> {
        let names = |record: &InstallRecord| {
            let version = |version: &Version| record.series.child(&version.to_string()).is_ok_and(|one| one == *bundle);
            version(&record.version) || record.swapped.values().any(|other| version(&other.version))
        };
        self.lock().iter().find(|(_, trial)| names(&trial.previous)).map(|(app, _)| app.clone())
    }

    /// A star has nothing against a generation; whether no star has.
    fn passed(&self, star: u32, app: &Point, generation: u64) -> bool {
        let mut trials = self.lock();
        let Some(trial) = trials.get_mut(app).filter(|trial| trial.generation == generation) else { return false };
        trial.waiting.remove(&star);
        let over = trial.waiting.is_empty();
        if over {
            trials.remove(app);
        }
        over
    }

    /// A generation has failed its trial: what stood there before.
    fn failed(&self, app: &Point, generation: u64) -> Option<InstallRecord> {
        let mut trials = self.lock();
        trials.get(app).filter(|trial| trial.generation == generation)?;
        trials.remove(app).map(|trial| trial.previous)
    }
}

/// A star says how a trial went.
pub(super) fn heard(mesh: &Arc<Mesh>, star: u32, app: Point, generation: u64, step: Step) {
    let trials = &mesh.upgrades.trials;
    match step {
        Step::Trapped(name) => {
            let Some(previous) = trials.failed(&app, generation) else { return };
            let mesh = mesh.clone();
            mesh.runtime.clone().spawn(async move { take_back(&mesh, &app, generation, &name, previous).await });
        }
        _ if trials.passed(star, &app, generation) => {
            let mesh = mesh.clone();
            mesh.runtime.clone().spawn(async move { passed(&mesh, &app, generation).await });
        }
        _ => {}
    }
}

async fn passed(mesh: &Arc<Mesh>, app: &Point, generation: u64) {
    let _turn = mesh.upgrades.turn(app).await;
    let picture = mesh.registry.now();
    let Some(one) = picture.apps.get(app).filter(|one| one.app.generation == generation) else { return };
    let bundles: Vec<_> = one.bundles().collect();
    if let Err(error) = mesh.store.trial_passed(app, &bundles).await {
        tracing::error!(%app, generation, %error, "what is kept for the way back could not be deleted");
    }
}

fn stands(mesh: &Mesh, app: &Point, generation: u64) -> bool {
    mesh.registry.now().apps.get(app).is_some_and(|one| one.app.generation == generation)
}

/// The generation before comes back, as the next one.
async fn take_back(mesh: &Arc<Mesh>, app: &Point, generation: u64, name: &str, previous: InstallRecord) {
    let _turn = mesh.upgrades.turn(app).await;
    if !stands(mesh, app, generation) {
        return;
    }
    let text = match go_back(mesh, app, &previous).await {
        Ok(next) => {
            let (bundle, next) = (&next.app.bundle, next.app.generation);
            format!(
                "generation {generation} is taken back: `{name}` trapped three times on trial; generation {next} is {bundle} again"
            )
        }
        Err(problem) => format!(
            "generation {generation} cannot be taken back, although `{name}` trapped three times on trial: {}: {}",
            problem.code, problem.message
        ),
    };
    tracing::warn!(%app, "{text}");
    mesh.log.write(LogLine { level: LogLevel::Error, point: app.clone(), text });
}

async fn go_back(mesh: &Arc<Mesh>, app: &Point, previous: &InstallRecord) -> Result<Arc<Installation>, Problem> {
    let want = |_: Option<&InstallRecord>| Ok(Wanted::of(previous));
    match mesh.registry.plan(app, want, Way::Back, &mesh.notary()).await? {
        Ok(plan) => take(mesh, plan).await,
        Err(there) => Ok(there),
    }
}

/// What was on trial when the relay was closed or killed is on trial again.
pub(crate) async fn resume(mesh: &Arc<Mesh>) {
    let on_trial = match mesh.store.on_trial(&mesh.keys.root.public()).await {
        Ok(on_trial) => on_trial,
        Err(error) => return tracing::error!(%error, "trials cannot be resumed"),
    };
    for previous in on_trial {
        let Some(there) = mesh.registry.now().apps.get(&previous.app).cloned() else { continue };
        let before = match mesh.registry.described(&previous) {
            Ok(before) => before,
            Err(problem) => {
                tracing::error!(app = %previous.app, "its trial cannot be resumed: {}", problem.message);
                continue;
            }
        };
        let mechtrons: Vec<String> = there.app.changed_since(&before).cloned().collect();
        mesh.upgrades.trials.begin_with(mesh, previous.clone(), &there.app);
        for inbox in &mesh.inboxes {
            inbox.answer(Event::Try { app: previous.app.clone(), mechtrons: mechtrons.clone() });
        }
    }
}
