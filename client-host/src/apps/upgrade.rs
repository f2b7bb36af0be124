//! Upgrades in a tab: the star swaps what is placed in tabs, step by step, and this stores what that gives.
//!
//! It is the relay's way in small: prepare, stop, migrate, then one transaction with every state that changed, then switch.
//! A generation that traps on trial is held back in this tab until the next one comes.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use futures_channel::oneshot;
use starlane_host::app::{InstalledApp, MechtronSpec};
use starlane_host::event::{Event, LogLevel, Migration, Pairs, Step};
use starlane_protocol::document::Placement;
use starlane_protocol::{Code, Point};

use super::Opened;
use crate::problem::Problem;
use crate::shell::Shell;
use crate::store::Homes;

/// The upgrades and trials of a tab.
#[derive(Default)]
pub(crate) struct Upgrades {
    /// Applications that are on their way to their newest records.
    under_way: RefCell<Vec<Point>>,
    /// Who waits for the star's next step.
    waiting: RefCell<Vec<(Point, oneshot::Sender<Step>)>>,
    trials: RefCell<Vec<Trial>>,
}

/// A generation on trial.
struct Trial {
    app: Point,
    generation: u64,
    /// What ran before.
    before: Arc<InstalledApp>,
    /// What its migrations have changed, as it was.
    states: Vec<(Point, Pairs)>,
}

impl Upgrades {
    /// Takes an application in hand; whether nobody has already, who will look again before letting go of it.
    pub(super) fn begin(&self, app: &Point) -> bool {
        let mut under_way = self.under_way.borrow_mut();
        let is_free = !under_way.contains(app);
        if is_free {
            under_way.push(app.clone());
        }
        is_free
    }

    pub(super) fn end(&self, app: &Point) {
        self.under_way.borrow_mut().retain(|other| other != app);
    }

    /// An application's part in this tab is over: nobody waits for it any more.
    pub(super) fn forget(&self, app: &Point) {
        self.waiting.borrow_mut().retain(|(other, _)| other != app);
        self.trials.borrow_mut().retain(|trial| trial.app != *app);
    }

    /// Keeps a state as it was before a migration, if its application is on trial.
    pub(crate) fn keep_before(&self, mechtron: &Point, pairs: Pairs) {
        let mut trials = self.trials.borrow_mut();
        let trial = trials.iter_mut().find(|trial| mechtron.is_within(&trial.app));
        if let Some(trial) = trial.filter(|trial| trial.states.iter().all(|(other, _)| other != mechtron)) {
            trial.states.push((mechtron.clone(), pairs));
        }
    }

    /// Another user is here: what trials have kept of the one before in this browser is not theirs.
    pub(super) fn forget_browser(&self, app: &Point) {
        for trial in self.trials.borrow_mut().iter_mut().filter(|trial| trial.app == *app) {
            let before = trial.before.clone();
            trial.states.retain(|(mechtron, _)| !before.mechtron(mechtron).is_some_and(is_in_browser));
        }
    }

    fn take_trial(&self, app: &Point, generation: Option<u64>) -> Option<Trial> {
        let mut trials = self.trials.borrow_mut();
        let is_it = |trial: &Trial| trial.app == *app && generation.is_none_or(|number| number == trial.generation);
        let at = trials.iter().position(is_it)?;
        Some(trials.swap_remove(at))
    }
}

/// The star says how far an upgrade is.
pub(crate) fn heard(shell: &Rc<Shell>, app: Point, generation: u64, step: Step) {
    let upgrades = &shell.apps.upgrades;
    match step {
        Step::Passed => drop(upgrades.take_trial(&app, Some(generation))),
        Step::Trapped(name) => {
            if let Some(trial) = upgrades.take_trial(&app, Some(generation)) {
                hold_back(shell, trial, name);
            }
        }
        step => {
            let mut waiting = upgrades.waiting.borrow_mut();
            if let Some(at) = waiting.iter().position(|(other, _)| *other == app) {
                // Whoever waited may have gone.
                let _ = waiting.swap_remove(at).1.send(step);
            }
        }
    }
}

/// Takes an application from what runs to another generation, whole or not at all.
pub(super) async fn take(shell: &Rc<Shell>, was: &Opened, next: &Arc<InstalledApp>, back: bool) -> Result<(), Problem> {
    let app = &next.point;
    let trial = shell.apps.upgrades.take_trial(app, None);
    let result = steps(shell, was, next, if back { Some(trial) } else { None }).await;
    if result.is_err() {
        shell.post(Event::Abandon(app.clone()));
    }
    result
}

async fn steps(
    shell: &Rc<Shell>,
    was: &Opened,
    next: &Arc<InstalledApp>,
    back: Option<Option<Trial>>,
) -> Result<(), Problem> {
    let (app, homes) = (&next.point, shell.store.homes());
    ask(shell, app, Event::Prepare { app: next.clone(), back: back.is_some() }).await?;
    ask(shell, app, Event::Stop(app.clone())).await?;
    let migrated = ask(shell, app, Event::Migrate(app.clone())).await?;
    let stored = match back {
        Some(trial) => {
            let states = trial.map(|trial| trial.states).unwrap_or_default();
            let homes = homes.ours(is_held(shell, app, &homes));
            shell.store.go_back(app, &homes, &was.made.way_back(next), states).await
        }
        None => store(shell, was, next, migrated, &homes).await,
    };
    stored
        .map_err(|reason| Problem::of(Code::StoreFailed, format!("the states of {app} cannot be stored: {reason}")))?;
    shell.post(Event::Switch(app.clone()));
    Ok(())
}

/// Stores what was migrated; what stood there before is kept for the trial.
async fn store(
    shell: &Rc<Shell>,
    was: &Opened,
    next: &InstalledApp,
    migrated: Step,
    homes: &Homes,
) -> Result<(), String> {
    let Step::Migrated(mut migrations) = migrated else { return Ok(()) };
    let mut states = Vec::new();
    for Migration { mechtron, placement, .. } in migrations.iter().filter(|migration| !migration.writes.is_empty()) {
        states.push((mechtron.clone(), shell.store.load(homes.of(*placement), mechtron).await?.pairs));
    }
    // What has gone to another tab meanwhile is migrated there.
    if !is_held(shell, &next.point, homes) {
        migrations.retain(|migration| migration.placement != Placement::Browser);
    }
    if !migrations.is_empty() {
        shell.store.migrate(homes, &migrations).await?;
    }
    let (app, generation) = (next.point.clone(), next.generation);
    shell.apps.upgrades.trials.borrow_mut().push(Trial { app, generation, before: was.made.clone(), states });
    Ok(())
}

fn is_in_browser(spec: &Arc<MechtronSpec>) -> bool {
    spec.placement == Placement::Browser
}

/// Whether what an application places in browsers is here, and still that of the user whose upgrade this was.
fn is_held(shell: &Rc<Shell>, app: &Point, homes: &Homes) -> bool {
    shell.apps.browser.has(app) && *homes == shell.store.homes()
}

/// Tells the star something, and waits for the step it takes.
async fn ask(shell: &Rc<Shell>, app: &Point, event: Event) -> Result<Step, Problem> {
    let (said, heard) = oneshot::channel();
    shell.apps.upgrades.waiting.borrow_mut().push((app.clone(), said));
    shell.post(event);
    match heard.await {
        Ok(Step::Failed(refusal)) => Err(refusal.into()),
        Ok(step) => Ok(step),
        Err(_) => Err(Problem::of(Code::NoRoute, format!("{app} is not installed any more"))),
    }
}

/// What ran before goes on in this tab, until the next generation.
fn hold_back(shell: &Rc<Shell>, trial: Trial, name: String) {
    let (app, generation) = (trial.app.clone(), trial.generation);
    let is_it = |one: &Opened| one.runs && one.generation == generation;
    let Some(was) = shell.apps.opened(&app).filter(is_it).filter(|_| shell.apps.upgrades.begin(&app)) else { return };
    let shell = shell.clone();
    wasm_bindgen_futures::spawn_local(async move {
        let before = trial.before.clone();
        let result = steps(&shell, &was, &before, Some(Some(trial))).await;
        let told = match &result {
            Ok(()) => format!(
                "`{name}` trapped three times on trial; {} goes on here until the next generation",
                before.bundle
            ),
            Err(problem) => format!("`{name}` trapped three times on trial, but cannot go back: {}", problem.message),
        };
        match result {
            Ok(()) => shell.apps.ran(&shell, Opened { made: before, ..was }),
            Err(_) => shell.post(Event::Abandon(app.clone())),
        }
        shell.tell(LogLevel::Error, format!("generation {generation} of {app} is held back: {told}"));
        shell.apps.upgrades.end(&app);
        super::look_again(&shell, &app, generation);
    });
}
