//! Steps 4 and never: the next generation takes over, or the present one goes on.

use std::sync::Arc;

use starlane_protocol::Point;

use super::{Change, Part, Stage, Upgrade};
use crate::app::MechtronSpec;
use crate::event::{Effect, Stamp, Step};
use crate::star::crash::Crashes;
use crate::star::mechtron::{Awake, Mechtron, Phase};
use crate::star::{Slot, Star};
use crate::state::State;

impl Star {
    /// The next generation takes over.
    pub(in crate::star) fn switch(&mut self, app: &Point) {
        if self.upgrades.all.get(app).is_none_or(|upgrade| upgrade.stage != Stage::Migrated) {
            return;
        }
        let slots = self.slots_of(app);
        let Some(upgrade) = self.upgrades.all.remove(app) else { return };
        for slot in slots {
            self.change_over(slot, &upgrade);
        }
        let Upgrade { app: next, parts, back, .. } = upgrade;
        self.apps.insert(app.clone(), next.clone());
        self.keep_overrides(&next);
        let names: Vec<String> = parts.keys().filter_map(|name| Some(name.segments().nth(2)?.to_owned())).collect();
        for (name, part) in parts {
            self.take_over(&name, part, back);
        }
        self.gather();
        match back {
            true => self.end_trial(app),
            false => self.begin_trial(app, names),
        }
        self.set_sweep();
    }

    /// What a new generation means for one mechtron that is there.
    fn change_over(&mut self, slot: Slot, upgrade: &Upgrade) {
        let Some(mechtron) = self.slots.get(slot) else { return };
        if mechtron.spec.own.is_some() {
            return self.enqueue(slot);
        }
        let change = upgrade.changes(&mechtron.spec);
        let Some(spec) = upgrade.app.mechtron(&mechtron.name).filter(|_| change != Change::Gone) else {
            return self.remove_mechtron(slot);
        };
        match change {
            Change::Other => self.lay_down(slot, spec, upgrade.back),
            Change::Files => self.read_anew(slot, spec),
            Change::Same | Change::Gone => {}
        }
        if let Some(mechtron) = self.slots.get_mut(slot) {
            mechtron.stopped = false;
        }
        self.enqueue(slot);
    }

    /// The old instance ends. Its state stays, unless the shell has just put another in its place.
    fn lay_down(&mut self, slot: Slot, spec: &Arc<MechtronSpec>, back: bool) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        mechtron.spec = spec.clone();
        // New code begins with a clean slate.
        (mechtron.crashes, mechtron.stale) = (Crashes::default(), false);
        if let Phase::Idle(awake) = std::mem::replace(&mut mechtron.phase, Phase::Asleep) {
            mechtron.state = Some(awake.instance.into_guest().state);
        }
        if back {
            (mechtron.state, mechtron.stamp) = (None, None);
        }
    }

    /// Only the files are others: an instance that may know what was in them makes way for one that does not.
    fn read_anew(&mut self, slot: Slot, spec: &Arc<MechtronSpec>) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        mechtron.spec = spec.clone();
        mechtron.stale |= match &mut mechtron.phase {
            Phase::Idle(awake) => {
                let guest = awake.instance.guest();
                guest.spec = spec.clone();
                guest.has_read_files
            }
            Phase::Busy(_) => true,
            Phase::Asleep | Phase::Waking => false,
        };
    }

    /// The next instance takes the place of the one before, if it has the state. Else the mechtron sleeps until it is asked.
    fn take_over(&mut self, name: &Point, part: Part, back: bool) {
        let Some(mut next) = self.slots.remove(part.slot) else { return };
        let Phase::Idle(mut awake) = std::mem::replace(&mut next.phase, Phase::Asleep) else { return };
        let code = next.spec.wasm.sha256;
        let state = &mut awake.instance.guest().state;
        if back || state.is_away() {
            return;
        }
        let has_changed = !state.commit().is_empty();
        let stored = !state.is_empty();
        let slot = match self.slots.find(name) {
            Some(slot) => slot,
            // Nobody has asked it since the star began: it was woken for its state only.
            None => self.slots.insert(Mechtron::new(
                name.clone(),
                next.point.clone(),
                next.spec.clone(),
                next.account.clone(),
            )),
        };
        let stamp = if has_changed { Some(Stamp { code, refused: None }) } else { next.stamp };
        let now = self.now;
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        (mechtron.state, mechtron.stamp, mechtron.stored, mechtron.used_at) = (None, stamp, stored, now);
        mechtron.stale = mechtron.point != next.point;
        mechtron.phase = Phase::Idle(awake);
        self.enqueue(slot);
    }

    /// The present generation goes on: every state is given back as it was.
    pub(in crate::star) fn abandon_upgrade(&mut self, app: &Point) {
        let stopped = self.stopping(app);
        let Some(upgrade) = self.upgrades.all.remove(app) else { return };
        if let Some(timer) = upgrade.timer {
            self.timers.unset(timer);
        }
        for (name, part) in upgrade.parts {
            let busy = self.take_busy(part.slot);
            let Some(next) = self.slots.remove(part.slot) else { continue };
            let given = state_of(*next, busy);
            if let Some(state) = given.filter(|state| !state.is_away()) {
                self.give_back(&name, state);
            }
        }
        for slot in stopped {
            if let Some(mechtron) = self.slots.get_mut(slot) {
                mechtron.stopped = false;
            }
            self.enqueue(slot);
        }
        self.gather();
    }

    fn give_back(&mut self, name: &Point, state: State) {
        let Some(mechtron) = self.slots.find(name).and_then(|slot| self.slots.get_mut(slot)) else { return };
        mechtron.stored = !state.is_empty();
        match &mut mechtron.phase {
            Phase::Idle(awake) => awake.instance.guest().state = state,
            _ => mechtron.state = Some(state),
        }
    }

    /// Tells the shell that a trial is over.
    pub(super) fn tell_trial(&mut self, app: &Point, generation: u64, step: Step) {
        self.effects.push_back(Effect::Upgrade { app: app.clone(), generation, step });
    }
}

/// The state that a next instance was given, as it was.
fn state_of(next: Mechtron, busy: Option<Box<Awake>>) -> Option<State> {
    let awake = match (next.phase, busy) {
        (Phase::Idle(awake), _) | (_, Some(awake)) => awake,
        _ => return next.state,
    };
    let mut state = awake.instance.into_guest().state;
    state.undo();
    Some(state)
}

impl Upgrade {
    /// What it means for a mechtron of the present generation.
    pub(super) fn changes(&self, spec: &MechtronSpec) -> Change {
        Change::between(spec, self.app.mechtrons.get(&spec.name))
    }
}
