//! Installing and removing applications in a running star.

use std::collections::BTreeSet;
use std::sync::Arc;

use starlane_protocol::{Code, Point, Refusal};

use super::crash::Crashes;
use super::mechtron::{Mail, Phase};
use super::{Slot, Star};
use crate::app::{InstalledApp, MechtronSpec};

/// What a wave to an application is told that is installed and may not run.
pub(super) fn revoked(app: &Point, why: &str) -> Refusal {
    Refusal::new(Code::Revoked, format!("nothing of {app} runs: {why}"))
}

/// Whether a mechtron can go on as another version: it stands in the same place and keeps what it kept.
fn is_the_same(new: &MechtronSpec, old: &MechtronSpec) -> bool {
    new.placement == old.placement && new.keeps == old.keeps
}

impl Star {
    /// Takes in an application. Mechtrons of an older generation end the wave they have in hand and go on with the new
    /// code; those that are no longer there end.
    pub(super) fn install(&mut self, app: Arc<InstalledApp>) {
        let known = self.apps.get(&app.point).is_some_and(|old| old.generation >= app.generation);
        if known {
            return;
        }
        self.abandon_upgrade(&app.point);
        self.end_trial(&app.point);
        for slot in self.slots_of(&app.point) {
            let Some(mechtron) = self.slots.get_mut(slot) else { continue };
            if mechtron.spec.own.is_some() {
                continue;
            }
            match app.mechtron(&mechtron.name) {
                Some(spec) if is_the_same(spec, &mechtron.spec) => {
                    mechtron.spec = spec.clone();
                    // New code begins with a clean slate.
                    mechtron.crashes = Crashes::default();
                    match mechtron.phase {
                        Phase::Asleep | Phase::Waking => {}
                        Phase::Idle(_) | Phase::Busy(_) => mechtron.stale = true,
                    }
                    if matches!(mechtron.phase, Phase::Waking) {
                        self.wake(slot);
                    }
                }
                _ => self.remove_mechtron(slot),
            }
        }
        self.halted.remove(&app.point);
        self.apps.insert(app.point.clone(), app.clone());
        self.keep_overrides(&app);
        self.gather();
    }

    pub(super) fn remove(&mut self, app: &Point, halted: Option<String>) {
        self.abandon_upgrade(app);
        self.end_trial(app);
        let refusal = halted.as_deref().map(|why| revoked(app, why));
        for slot in self.slots_of(app) {
            match &refusal {
                Some(refusal) => self.end(slot, refusal),
                None => self.remove_mechtron(slot),
            }
        }
        match halted {
            Some(why) => _ = self.halted.insert(app.clone(), why),
            None => _ = self.halted.remove(app),
        }
        self.overrides.retain(|point, _| !point.is_within(app));
        self.apps.remove(app);
        self.accounts.remove(app);
        self.gather();
    }

    pub(super) fn drop_mechtron(&mut self, point: &Point) {
        if let Some(slot) = self.find_by_point(point) {
            self.remove_mechtron(slot);
        }
    }

    pub(super) fn slots_of(&mut self, app: &Point) -> Vec<Slot> {
        let slots = self.slots.all();
        slots.filter(|slot| self.slots.get_mut(*slot).is_some_and(|mechtron| mechtron.spec.app == *app)).collect()
    }

    /// Ends a mechtron: whoever waits for it is told that nothing stands there any more.
    pub(super) fn remove_mechtron(&mut self, slot: Slot) {
        let Some(mechtron) = self.slots.get(slot) else { return };
        let refusal = Refusal::new(Code::NoRoute, format!("{} was removed", mechtron.point));
        self.end(slot, &refusal);
    }

    /// Ends a mechtron: whoever waits for it is told why.
    pub(super) fn end(&mut self, slot: Slot, refusal: &Refusal) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let stored = Refusal::new(Code::StoreFailed, format!("{} was removed before it was stored", mechtron.point));
        let waiting: Vec<Mail> = mechtron.mailbox.drain(..).collect();
        self.refuse_held(slot, 0, &stored);
        self.abandon(slot, Some(refusal));
        for mail in waiting {
            self.refuse(&mail.wave, mail.local, refusal);
        }
        self.slots.remove(slot);
    }

    /// Brings together what all applications say, and drops code that none uses.
    pub(super) fn gather(&mut self) {
        let specs = self.apps.values().flat_map(|app| app.mechtrons.values());
        self.shortest_idle_ms = specs.filter_map(|spec| spec.idle_ms).fold(self.idle_ms, u64::min);
        self.pools.set_shared(self.apps.len() > 1);
        self.grants = self.apps.values().flat_map(|app| app.grants.iter().cloned()).collect();
        self.drop_modules();
    }

    /// Drops code that nothing uses. Of what owners put there only that which is awake counts: there may be as many as users.
    pub(super) fn drop_modules(&mut self) {
        let is_awake = |slot: &Slot| self.slots.get(*slot).filter(|one| !matches!(one.phase, Phase::Asleep));
        let awake = self.slots.all().filter_map(|slot| is_awake(&slot)).filter(|one| one.spec.own.is_some());
        let own: BTreeSet<_> = awake.map(|one| (one.spec.wasm.sha256, one.spec.limits.stack.0)).collect();
        self.modules.retain(|key, _| {
            let specs = self.apps.values().flat_map(|app| app.mechtrons.values());
            let mut specs = specs.chain(self.upgrades.specs());
            own.contains(key) || specs.any(|spec| (spec.wasm.sha256, spec.limits.stack.0) == *key)
        });
    }
}
