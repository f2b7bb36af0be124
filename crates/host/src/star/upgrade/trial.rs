//! Step 5, Trial: 20 waves or 30 s of what has changed. Three traps of one mechtron, and the shell is told.

use litemap::LiteMap;
use starlane_protocol::Point;

use crate::event::Step;
use crate::star::timers::{Timer, TimerKey};
use crate::star::{Slot, Star};

/// Waves after which a mechtron has passed.
const WAVES: u32 = 20;
/// Milliseconds after which all have.
const TRIAL_MS: u64 = 30_000;
/// Traps that end a trial.
const TRAPS: u32 = 3;

/// The trials under way, one for an application at most.
#[derive(Default)]
pub(in crate::star) struct Trials {
    all: LiteMap<Point, Trial>,
    begun: u64,
}

struct Trial {
    /// Names it, for its timer.
    number: u64,
    generation: u64,
    timer: TimerKey,
    /// What has not passed yet, by name; all keys of a keyed mechtron count together.
    tallies: LiteMap<String, Tally>,
}

#[derive(Default)]
struct Tally {
    waves: u32,
    traps: u32,
}

impl Star {
    /// These mechtrons of an application are on trial. One with nothing to try is over at once.
    pub(in crate::star) fn begin_trial(&mut self, app: &Point, names: Vec<String>) {
        self.end_trial(app);
        let Some(generation) = self.apps.get(app).map(|app| app.generation) else { return };
        if names.is_empty() {
            return self.tell_trial(app, generation, Step::Passed);
        }
        self.trials.begun += 1;
        let number = self.trials.begun;
        let timer = self.timers.set(self.now.plus(TRIAL_MS), Timer::Trial(number));
        let tallies = names.into_iter().map(|name| (name, Tally::default())).collect();
        self.trials.all.insert(app.clone(), Trial { number, generation, timer, tallies });
    }

    /// A trial is over without a verdict.
    pub(in crate::star) fn end_trial(&mut self, app: &Point) {
        if let Some(trial) = self.trials.all.remove(app) {
            self.timers.unset(trial.timer);
        }
    }

    /// Whether a mechtron's application is on trial.
    pub(in crate::star) fn is_on_trial(&self, slot: Slot) -> bool {
        let mechtron = self.slots.get(slot).filter(|mechtron| mechtron.spec.own.is_none());
        mechtron.is_some_and(|mechtron| self.trials.all.contains_key(&mechtron.spec.app))
    }

    pub(in crate::star) fn trial_overdue(&mut self, number: u64) {
        let found = self.trials.all.iter().find(|(_, trial)| trial.number == number);
        let Some((app, generation)) = found.map(|(app, trial)| (app.clone(), trial.generation)) else { return };
        self.trials.all.remove(&app);
        self.tell_trial(&app, generation, Step::Passed);
    }

    /// A mechtron begins a wave.
    pub(in crate::star) fn note_wave(&mut self, slot: Slot) {
        if self.trials.all.is_empty() {
            return;
        }
        let has_passed = self.tally(slot, |tally| {
            tally.waves += 1;
            tally.waves > WAVES
        });
        if has_passed {
            self.passed(slot);
        }
    }

    /// A mechtron trapped.
    pub(in crate::star) fn note_trap(&mut self, slot: Slot) {
        if self.trials.all.is_empty() {
            return;
        }
        let has_failed = self.tally(slot, |tally| {
            tally.traps += 1;
            tally.traps >= TRAPS
        });
        let Some(spec) = self.slots.get(slot).map(|mechtron| mechtron.spec.clone()).filter(|_| has_failed) else {
            return;
        };
        if let Some(trial) = self.trials.all.remove(&spec.app) {
            self.timers.unset(trial.timer);
            self.tell_trial(&spec.app, trial.generation, Step::Trapped(spec.name.clone()));
        }
    }

    fn tally(&mut self, slot: Slot, count: impl FnOnce(&mut Tally) -> bool) -> bool {
        // What its owner put there is not what is tried.
        let Some(mechtron) = self.slots.get(slot).filter(|mechtron| mechtron.spec.own.is_none()) else { return false };
        let trial = self.trials.all.get_mut(&mechtron.spec.app);
        trial.and_then(|trial| trial.tallies.get_mut(&mechtron.spec.name)).is_some_and(count)
    }

    /// A mechtron has had all its waves of the trial; with the last one the trial is over.
    fn passed(&mut self, slot: Slot) {
        let Some(spec) = self.slots.get(slot).map(|mechtron| mechtron.spec.clone()) else { return };
        let Some(trial) = self.trials.all.get_mut(&spec.app) else { return };
        trial.tallies.remove(&spec.name);
        if trial.tallies.is_empty() {
            let generation = trial.generation;
            self.end_trial(&spec.app);
            self.tell_trial(&spec.app, generation, Step::Passed);
        }
    }
}
