//! Upgrades: the next generation of an application, made ready beside the present one and taken over in one moment.
//!
//! What changes is prepared (code, instance, `init`) while the present generation goes on, then stops, then migrates, then
//! the shell stores what that gave together with the new generation and lets it switch. Until then everything can be
//! abandoned, and nothing has changed. A new instance that reads its state in `init` waits there until the old one has let go
//! of it, so none ever knows a state that is out of date.

mod hand_over;
mod prepare;
mod quiet;
mod switch;
mod trial;

use std::sync::Arc;

use litemap::LiteMap;
use starlane_protocol::{Point, Refusal};

use super::timers::TimerKey;
use super::{Slot, Star};
use crate::app::{InstalledApp, MechtronSpec};
use crate::event::{Effect, Migration, Step};
pub(super) use quiet::STOP_MS;
pub(super) use trial::Trials;

/// The upgrades under way, one for an application at most.
#[derive(Default)]
pub(super) struct Upgrades {
    all: LiteMap<Point, Upgrade>,
    begun: u64,
}

/// One upgrade of this star.
struct Upgrade {
    /// Names it, for its timer.
    number: u64,
    app: Arc<InstalledApp>,
    /// Whether it is the way back to the generation before.
    back: bool,
    stage: Stage,
    /// The mechtrons it makes ready, by the application's point for them.
    parts: LiteMap<Point, Part>,
    timer: Option<TimerKey>,
    /// What it stops and has not been seen at rest since it last began something. Looked at from the end, so that each
    /// is looked at once, however many there are.
    restless: Vec<Slot>,
    /// Whether the time for waves in hand is over.
    is_cut: bool,
    failed: Option<Refusal>,
}

/// How far an upgrade is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Its parts are being made ready.
    Preparing,
    /// They are, and the star has said so.
    Ready,
    /// What it changes comes to rest.
    Stopping,
    /// It has, and the star has said so; what others wait for may still begin.
    Quiet,
    /// Nothing of it begins; as soon as all rests, states are handed over and migrated.
    Freezing,
    /// They are being migrated.
    Migrating,
    /// They are, and the star has said so.
    Migrated,
    /// It cannot be, and the star has said so.
    Failed,
}

/// One mechtron that is made ready.
struct Part {
    /// The next instance, not found by its point.
    slot: Slot,
    stage: PartStage,
}

/// How far one mechtron is.
enum PartStage {
    /// Its code is on the way, or `init` runs.
    Making,
    /// It needs nothing but, perhaps, its state.
    Ready,
    /// Its state is being read from the store.
    Loading,
    /// It has its state: the rest of `init`, or the migration, runs.
    Migrating,
    /// It is what it will be.
    Done(Option<Migration>),
}

/// What a new generation means for a mechtron.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// Nothing.
    Same,
    /// It reads other files; all else is the same.
    Files,
    /// It goes on with other code, another bind, other limits or another config.
    Other,
    /// What stands there is something else now.
    Gone,
}

impl Change {
    /// From one generation's mechtron to the next one's.
    fn between(old: &MechtronSpec, new: Option<&Arc<MechtronSpec>>) -> Self {
        match new {
            // What its owner put there is none of the generation's.
            _ if old.own.is_some() => Change::Same,
            None => Change::Gone,
            Some(new) if new.placement != old.placement || new.keeps != old.keeps => Change::Gone,
            Some(new) if !new.is_like(old) => Change::Other,
            Some(new) if new.files != old.files => Change::Files,
            Some(_) => Change::Same,
        }
    }

    /// Whether it must not have a wave in hand when it comes.
    fn stops(self) -> bool {
        matches!(self, Change::Other | Change::Gone)
    }
}

impl Upgrades {
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Everything that the next generations are made of.
    pub(super) fn specs(&self) -> impl Iterator<Item = &Arc<MechtronSpec>> {
        self.all.values().flat_map(|upgrade| upgrade.app.mechtrons.values())
    }

    fn by_number(&self, number: u64) -> Option<Point> {
        self.all.iter().find(|(_, upgrade)| upgrade.number == number).map(|(app, _)| app.clone())
    }
}

impl Star {
    /// Sees how far the upgrades have come. Called after everything that happens while there are any.
    pub(super) fn see_to_upgrades(&mut self) {
        let apps: Vec<Point> = self.upgrades.all.keys().cloned().collect();
        for app in apps {
            let Some(upgrade) = self.upgrades.all.get(&app) else { continue };
            if upgrade.failed.is_some() && upgrade.stage != Stage::Failed {
                self.upgrade_failed(&app);
                continue;
            }
            let is_ready = || upgrade.parts.values().all(|part| matches!(part.stage, PartStage::Ready));
            let (stage, is_ready) = (upgrade.stage, upgrade.stage == Stage::Preparing && is_ready());
            match stage {
                Stage::Preparing if is_ready => self.reached(&app, Stage::Ready, Step::Ready),
                Stage::Stopping if self.is_quiet(&app) => self.reached(&app, Stage::Quiet, Step::Quiet),
                Stage::Freezing if self.is_quiet(&app) => self.hand_over(&app),
                Stage::Migrating => self.see_to_migrations(&app),
                _ => {}
            }
        }
    }

    /// An upgrade has come so far, and the shell is told.
    fn reached(&mut self, app: &Point, stage: Stage, step: Step) {
        let Some(upgrade) = self.upgrades.all.get_mut(app) else { return };
        upgrade.stage = stage;
        let generation = upgrade.app.generation;
        self.effects.push_back(Effect::Upgrade { app: app.clone(), generation, step });
    }

    fn upgrade_failed(&mut self, app: &Point) {
        let Some(refusal) = self.upgrades.all.get_mut(app).and_then(|upgrade| upgrade.failed.clone()) else { return };
        self.reached(app, Stage::Failed, Step::Failed(refusal));
    }

    /// The mechtrons of an application that its upgrade stops, in the order of their points.
    fn stopping(&self, app: &Point) -> Vec<Slot> {
        let Some(upgrade) = self.upgrades.all.get(app) else { return Vec::new() };
        let of_app = |slot: &Slot| {
            let mechtron = self.slots.get(*slot).filter(|mechtron| mechtron.spec.app == *app);
            mechtron.is_some_and(|mechtron| upgrade.changes(&mechtron.spec).stops())
        };
        self.slots.all().filter(of_app).collect()
    }
}
