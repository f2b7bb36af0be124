//! Upgrades: an application goes from one generation to the next on all stars of the relay together, or on none.
//!
//! Every star prepares and comes to rest; then each migrates what it runs; then one transaction stores the new generation
//! with everything that was migrated, and from that moment on the stars switch. A relay that is killed before it has the old
//! generation, after it the new one. What is new is on trial for a while, and goes back by itself when it traps.

mod stars;
mod trial;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use starlane_bundle::InstallRecord;
use starlane_host::event::{Event, Migration, Step};
use starlane_protocol::lane::Frame;
use starlane_protocol::{Code, Point};
use tokio::sync::OwnedMutexGuard;

use crate::mesh::Mesh;
use crate::overrides;
use crate::problem::Problem;
use crate::registry::{Installation, Plan, Wanted};
use stars::{Heard, Stars};
use trial::Trials;

pub(crate) use trial::resume;

/// Changes of one application that are in hand or wait for it: more would take the places of everybody's commands.
const TURNS: usize = 16;

/// The upgrades and trials of one relay.
#[derive(Default)]
pub(crate) struct Upgrades {
    /// One change of an application at a time.
    turns: Mutex<HashMap<Point, Arc<tokio::sync::Mutex<()>>>>,
    heard: Heard,
    trials: Trials,
}

/// Which way an application goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// To what somebody wants.
    Forth {
        /// Whether callers may lose what the present generation takes and gives.
        breaking: bool,
    },
    /// Back to the generation before.
    Back,
}

impl Upgrades {
    /// Waits until no other change of this application is under way.
    pub(crate) async fn turn(&self, app: &Point) -> OwnedMutexGuard<()> {
        self.one(app).lock_owned().await
    }

    /// The same for a command, unless too many wait already.
    pub(crate) async fn turn_for_command(&self, app: &Point) -> Result<OwnedMutexGuard<()>, Problem> {
        let turn = self.one(app);
        // One is the table's, one is ours.
        if Arc::strong_count(&turn) > TURNS + 2 {
            let what = format!("{TURNS} other changes of `{app}` are waiting");
            return Err(Problem::new(Code::TooMany, what).hint("Try again when they are done."));
        }
        Ok(turn.lock_owned().await)
    }

    fn one(&self, app: &Point) -> Arc<tokio::sync::Mutex<()>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner).entry(app.clone()).or_default().clone()
    }

    /// An application is removed: nothing of it is on trial any more.
    pub(crate) fn forget(&self, app: &Point) {
        self.trials.end(app);
    }

    /// The application that may have to come back to a bundle, for the version after it is on trial.
    pub(crate) fn may_come_back(&self, bundle: &Point) -> Option<Point> {
        self.trials.may_come_back(bundle)
    }

    /// A star says how far an upgrade is there.
    pub(crate) fn heard(mesh: &Arc<Mesh>, star: u32, app: Point, generation: u64, step: Step) {
        match step {
            Step::Passed | Step::Trapped(_) => trial::heard(mesh, star, app, generation, step),
            step => mesh.upgrades.heard.say(star, &app, generation, step),
        }
    }

    /// A star is made anew: what it was preparing is lost.
    pub(crate) fn star_fell(&self, star: u32) {
        self.heard.star_fell(star);
    }
}

/// Takes an application from what stands there to what `want` makes of it, whole or not at all. `Ok(Err(…))`: that very thing
/// stands there already.
pub(crate) async fn change(
    mesh: &Arc<Mesh>,
    app: &Point,
    want: impl FnOnce(Option<&InstallRecord>) -> Result<Wanted, Problem>,
    breaking: bool,
) -> Result<Result<Arc<Installation>, Arc<Installation>>, Problem> {
    let _turn = mesh.upgrades.turn_for_command(app).await?;
    match mesh.registry.plan(app, want, Way::Forth { breaking }, &mesh.notary()).await? {
        Err(there) => Ok(Err(there)),
        Ok(plan) => take(mesh, plan).await.map(Ok),
    }
}

/// Takes an application to what is planned.
async fn take(mesh: &Arc<Mesh>, plan: Plan) -> Result<Arc<Installation>, Problem> {
    if plan.there.is_none() {
        return store(mesh, &plan, &[]).await;
    }
    let next = plan.next.clone();
    let mut stars = Stars::open(mesh, &next.app);
    let result = async {
        stars.ask(&Event::Prepare { app: next.app.clone(), back: plan.back }).await?;
        stars.ask(&Event::Stop(next.app.point.clone())).await?;
        let migrated = stars.ask(&Event::Migrate(next.app.point.clone())).await?;
        let migrations = migrated.into_iter().flat_map(migrations).collect::<Vec<_>>();
        store(mesh, &plan, &migrations).await
    };
    let result = result.await;
    if result.is_err() {
        stars.abandon().await;
    }
    result
}

fn migrations(step: Step) -> Vec<Migration> {
    match step {
        Step::Migrated(migrations) => migrations,
        _ => Vec::new(),
    }
}

/// Stores what is planned. Every star has switched before the first wave that comes after.
async fn store(mesh: &Arc<Mesh>, plan: &Plan, migrations: &[Migration]) -> Result<Arc<Installation>, Problem> {
    let (next, app) = (&plan.next, &plan.next.app);
    let switch = || {
        match plan.there.as_ref().filter(|_| !plan.back) {
            Some(there) => mesh.upgrades.trials.begin(mesh, there, next),
            None => mesh.upgrades.trials.end(&app.point),
        }
        for inbox in &mesh.inboxes {
            inbox.answer(Event::Switch(app.point.clone()));
            // A star that was made anew meanwhile has nothing prepared.
            inbox.answer(Event::Install(app.clone()));
        }
    };
    let change = mesh.registry.carry_out(plan, migrations, &mesh.store, switch).await?;
    overrides::tell(mesh);
    let frame = Frame::Install(change.what.told.clone());
    let grants = &mesh.registry.now().grants;
    mesh.lanes.tell(&frame, |lane| next.is_for(&lane.agent, grants));
    Ok(change.what.clone())
}
