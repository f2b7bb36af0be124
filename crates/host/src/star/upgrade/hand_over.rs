//! Step 3, Migrate: each next instance gets the state, ends an `init` that waits for it, and brings it up to date.

use starlane_protocol::{Code, Point, Refusal};

use super::{PartStage, Stage};
use crate::abi::Blocked;
use crate::engine::Entry;
use crate::event::{Effect, Migration, Stamp, Step, Stored};
use crate::star::mechtron::{Mechtron, Phase};
use crate::star::{Slot, Star};
use crate::state::State;

/// Milliseconds that the rest of an `init` and a migration may take, each.
const MIGRATE_MS: u64 = 15_000;

impl Star {
    /// Hands every state over. On the way back none is: they are read again, as the shell has put them right.
    pub(super) fn hand_over(&mut self, app: &Point) {
        let Some(upgrade) = self.upgrades.all.get_mut(app) else { return };
        upgrade.stage = Stage::Migrating;
        if let Some(timer) = upgrade.timer.take() {
            self.timers.unset(timer);
        }
        let back = upgrade.back;
        let parts: Vec<_> = upgrade.parts.iter().map(|(name, part)| (name.clone(), part.slot)).collect();
        for (name, slot) in parts {
            match back {
                true => self.with_part(slot, |part| part.stage = PartStage::Done(None)),
                false => self.give_state(&name, slot),
            }
        }
        self.see_to_migrations(app);
    }

    fn give_state(&mut self, name: &Point, slot: Slot) {
        let Some(next) = self.slots.get(slot) else { return };
        let (waits, placement) = (matches!(next.phase, Phase::Busy(_)), next.spec.placement);
        let needs_it = !next.spec.keyed.is_keyed() && (waits || self.can_migrate(next));
        match self.take_state(name) {
            Some((state, stamp)) => self.state_given(slot, state, stamp),
            None if needs_it => {
                self.with_part(slot, |part| part.stage = PartStage::Loading);
                *self.loading.entry(name.clone()).or_default() += 1;
                self.effects.push_back(Effect::Load { mechtron: name.clone(), placement });
            }
            None => self.with_part(slot, |part| part.stage = PartStage::Done(None)),
        }
    }

    /// The state of the present instance, if it is at hand.
    fn take_state(&mut self, name: &Point) -> Option<(State, Option<Stamp>)> {
        let mechtron = self.slots.find(name).and_then(|slot| self.slots.get_mut(slot))?;
        let state = match &mut mechtron.phase {
            Phase::Idle(awake) => std::mem::take(&mut awake.instance.guest().state),
            _ => mechtron.state.take()?,
        };
        Some((state, mechtron.stamp))
    }

    /// The state that a part waits for came from the store; whether one did wait.
    pub(in crate::star) fn next_loaded(&mut self, name: &Point, stored: &mut Result<Stored, String>) -> bool {
        let part = self.upgrades.all.values().find_map(|upgrade| upgrade.parts.get(name));
        let Some(slot) = part.filter(|part| matches!(part.stage, PartStage::Loading)).map(|part| part.slot) else {
            return false;
        };
        match std::mem::replace(stored, Ok(Stored::default())) {
            Ok(Stored { pairs, stamp }) => self.state_given(slot, State::from_pairs(pairs), stamp),
            Err(reason) => {
                let what = format!("the state of {name} cannot be read: {reason}");
                self.next_failed(slot, &Refusal::new(Code::StoreFailed, what));
            }
        }
        true
    }

    fn state_given(&mut self, slot: Slot, state: State, stamp: Option<Stamp>) {
        self.with_part(slot, |part| part.stage = PartStage::Migrating);
        let deadline = self.now.plus(MIGRATE_MS);
        let Some(next) = self.slots.get_mut(slot) else { return };
        (next.stamp, next.stored) = (stamp, !state.is_empty());
        match &mut next.phase {
            Phase::Idle(awake) => {
                let guest = awake.instance.guest();
                guest.limiter.count_state(state.bytes() as u64);
                guest.state = state;
                self.migrate_next(slot);
            }
            Phase::Busy(busy) => {
                let guest = busy.instance.guest();
                let waits = matches!(guest.turn.blocked, Some(Blocked::State(..)));
                guest.limiter.count_state(state.bytes() as u64);
                guest.state = state;
                if waits {
                    (busy.blocked, busy.deadline) = (false, deadline);
                    self.enqueue(slot);
                }
            }
            // A key's own state never comes here.
            Phase::Asleep | Phase::Waking => next.state = Some(state),
        }
    }

    /// `init` is done: what is left is the migration, if there is one.
    pub(in crate::star) fn next_is_idle(&mut self, slot: Slot) {
        let Some(next) = self.slots.get_mut(slot) else { return };
        let Phase::Idle(awake) = &mut next.phase else { return };
        match awake.instance.guest().state.is_away() {
            true => self.next_ready(slot),
            false => self.migrate_next(slot),
        }
    }

    fn migrate_next(&mut self, slot: Slot) {
        if !self.begin_migration(slot) {
            self.with_part(slot, |part| part.stage = PartStage::Done(None));
        }
    }

    /// Begins the migration of an idle instance's state, if it needs one.
    pub(in crate::star) fn begin_migration(&mut self, slot: Slot) -> bool {
        let Some(mechtron) = self.slots.get(slot) else { return false };
        let code = mechtron.spec.wasm.sha256;
        let is_older = mechtron.stamp.is_some_and(|stamp| stamp.code != code);
        if !is_older || !self.can_migrate(mechtron) {
            return false;
        }
        let Some(mechtron) = self.slots.get_mut(slot) else { return false };
        let mut awake = match std::mem::replace(&mut mechtron.phase, Phase::Asleep) {
            Phase::Idle(awake) => awake,
            other => {
                mechtron.phase = other;
                return false;
            }
        };
        let guest = awake.instance.guest();
        if guest.state.is_empty() {
            mechtron.phase = Phase::Idle(awake);
            return false;
        }
        guest.turn.migrating = true;
        guest.state.migrate();
        self.begin(slot, awake, Entry::Migrate, MIGRATE_MS);
        true
    }

    fn can_migrate(&self, mechtron: &Mechtron) -> bool {
        let module = self.modules.get(&(mechtron.spec.wasm.sha256, mechtron.spec.limits.stack.0));
        module.is_some_and(|module| module.migrates())
    }

    /// A next instance has migrated its state. The writes can still be undone.
    pub(in crate::star) fn next_migrated(&mut self, slot: Slot) {
        let Some(next) = self.slots.get_mut(slot) else { return };
        let Phase::Idle(awake) = &mut next.phase else { return };
        let writes = awake.instance.guest().state.changes();
        let (mechtron, placement, code) = (next.name.clone(), next.spec.placement, next.spec.wasm.sha256);
        let migration = Migration { mechtron, placement, writes, code };
        self.with_part(slot, |part| part.stage = PartStage::Done(Some(migration)));
    }

    /// Tells the shell once every part is what it will be.
    pub(super) fn see_to_migrations(&mut self, app: &Point) {
        let Some(upgrade) = self.upgrades.all.get_mut(app) else { return };
        if !upgrade.parts.values().all(|part| matches!(part.stage, PartStage::Done(_))) {
            return;
        }
        let done = upgrade.parts.values().filter_map(|part| match &part.stage {
            PartStage::Done(migration) => migration.clone(),
            _ => None,
        });
        let migrations = done.collect();
        self.reached(app, Stage::Migrated, Step::Migrated(migrations));
    }
}
