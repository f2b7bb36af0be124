//! Overrides: what its owner put behind a point, in the place of the application's own mechtron, and the way back.
//!
//! One takes the other's place between two waves, when everything the one before has written is stored and said. No code
//! ever runs, sends or answers with what belongs to the other: neither its state nor its rights.

use std::sync::Arc;

use starlane_protocol::{Code, Point, Refusal};

use super::crash::Crashes;
use super::mechtron::Phase;
use super::timers::Timer;
use super::upgrade::STOP_MS;
use super::{Slot, Star};
use crate::app::{InstalledApp, MechtronSpec};
use crate::engine::Entry;
use crate::event::{Effect, LogLevel};

/// Traps within 60 s after which the application's own mechtron comes back.
const TRAPS: usize = 3;

impl Star {
    /// Something else stands at a point from now on.
    pub(super) fn set_override(&mut self, point: Point, spec: Option<Arc<MechtronSpec>>) {
        match spec {
            Some(spec) => _ = self.overrides.insert(point.clone(), spec),
            None => _ = self.overrides.remove(&point),
        }
        self.begin_turning(&point);
    }

    /// A generation is in force: what it does not let its owners override is not overridden any more.
    pub(super) fn keep_overrides(&mut self, app: &InstalledApp) {
        let of_app = self.overrides.keys().filter(|point| point.is_within(&app.point));
        let may = |point: &Point| app.mechtron(point).is_some_and(|spec| spec.overridable.is_some());
        let ended: Vec<Point> = of_app.filter(|point| !may(point)).cloned().collect();
        for point in ended {
            self.overrides.remove(&point);
            self.begin_turning(&point);
        }
    }

    /// What is to stand at a point.
    fn standing(&self, name: &Point) -> Option<Arc<MechtronSpec>> {
        let app = self.slots.find(name).and_then(|slot| self.slots.get(slot)).map(|mechtron| &mechtron.spec.app)?;
        let own = self.apps.get(app)?.mechtron(name)?;
        Some(self.overrides.get(name).unwrap_or(own).clone())
    }

    /// What runs at a point comes to rest. A wave in hand has as long as in an upgrade.
    fn begin_turning(&mut self, name: &Point) {
        let Some(slot) = self.slots.find(name) else { return };
        let by = self.now.plus(STOP_MS);
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        mechtron.turning = true;
        match &mechtron.phase {
            Phase::Waking => mechtron.phase = Phase::Asleep,
            Phase::Busy(busy) if busy.entry == Entry::Wave => {
                let turn = mechtron.turn;
                self.timers.set(by, Timer::Turning(slot, turn));
            }
            Phase::Busy(_) => self.abandon(slot, None),
            Phase::Idle(_) | Phase::Asleep => {}
        }
        self.enqueue(slot);
    }

    /// The time for the wave in hand is over.
    pub(super) fn turning_overdue(&mut self, slot: Slot, turn: u64) {
        let Some(mechtron) = self.slots.get_mut(slot).filter(|found| found.turning && found.turn == turn) else {
            return;
        };
        let message = format!("something else was put at {} before it was done with this wave", mechtron.point);
        if mechtron.busy().is_some() {
            self.abandon(slot, Some(&Refusal::new(Code::Swapped, message)));
        }
    }

    /// A mechtron may have come to rest.
    pub(super) fn see_to_turning(&mut self, slot: Slot) {
        if self.slots.get(slot).is_some_and(|mechtron| mechtron.turning) {
            self.enqueue(slot);
        }
    }

    /// Puts what is to stand here in its place, if what stood here rests and all that it has written is stored.
    pub(super) fn turn_over(&mut self, slot: Slot) {
        let rests = |phase: &Phase| matches!(phase, Phase::Idle(_) | Phase::Asleep);
        let Some(mechtron) = self.slots.get(slot).filter(|one| rests(&one.phase) && one.held.is_empty()) else {
            return;
        };
        let name = mechtron.name.clone();
        let Some(spec) = self.standing(&name) else { return self.remove_mechtron(slot) };
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        mechtron.turning = false;
        if !Arc::ptr_eq(&spec, &mechtron.spec) {
            let home = spec.home(&name);
            if let Phase::Idle(awake) = std::mem::replace(&mut mechtron.phase, Phase::Asleep) {
                mechtron.state = Some(awake.instance.into_guest().state);
            }
            if home != mechtron.home {
                (mechtron.state, mechtron.stamp, mechtron.stored) = (None, None, false);
            }
            // New code begins with a clean slate.
            (mechtron.spec, mechtron.home, mechtron.crashes, mechtron.stale) = (spec, home, Crashes::default(), false);
        }
        let stopped = self.slots.get(slot).is_some_and(|mechtron| self.is_born_stopped(mechtron));
        if let Some(mechtron) = self.slots.get_mut(slot) {
            mechtron.stopped = stopped;
        }
        self.set_sweep();
    }

    /// What its owner put here trapped, or burnt all its fuel: the third time within a minute the application's own comes
    /// back. A star that is full, and a caller who has no patience, are not its fault.
    pub(super) fn override_trapped(&mut self, slot: Slot, refusal: &Refusal) {
        let now = self.now;
        let Some(mechtron) = self.slots.get_mut(slot).filter(|mechtron| mechtron.spec.own.is_some()) else { return };
        if refusal.code == Code::StarFull {
            return;
        }
        mechtron.crashes.note(now);
        if mechtron.crashes.recent() < TRAPS {
            return;
        }
        let (name, number) = (mechtron.name.clone(), mechtron.spec.own);
        let Some(number) = number.filter(|_| self.overrides.get(&name).is_some_and(|now| now.own == number)) else {
            // Its owner has put something else here meanwhile.
            return;
        };
        self.overrides.remove(&name);
        let text =
            format!("what its owner put here trapped {TRAPS} times within 60 s, and the application's own is back");
        self.log(LogLevel::Error, name.clone(), text);
        self.effects.push_back(Effect::OverrideFailed { point: name.clone(), number, why: refusal.to_string() });
        self.begin_turning(&name);
    }
}
