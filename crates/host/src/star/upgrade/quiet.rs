//! Step 2, Stop: no new wave starts; the one in hand may end within 10 s.
//!
//! A wave for which a mechtron of the same application waits still begins: else the two would wait for each other until
//! the time is over. It does so behind what its sender has sent before, so the order of one sender stays.

use starlane_protocol::{Code, Point, Refusal, WaveKind};

use super::{Stage, Upgrade};
use crate::engine::Entry;
use crate::star::mechtron::{Mail, Mechtron, Phase};
use crate::star::timers::Timer;
use crate::star::{Slot, Star};

/// Milliseconds for the waves in hand.
pub(in crate::star) const STOP_MS: u64 = 10_000;

impl Star {
    /// What the upgrade of an application changes comes to rest.
    pub(in crate::star) fn stop(&mut self, app: &Point) {
        let by = self.now.plus(STOP_MS);
        let Some(upgrade) = self.upgrades.all.get_mut(app).filter(|upgrade| upgrade.stage == Stage::Ready) else {
            return;
        };
        upgrade.stage = Stage::Stopping;
        upgrade.timer = Some(self.timers.set(by, Timer::Stop(upgrade.number)));
        let stopping = self.stopping(app);
        for slot in &stopping {
            if let Some(mechtron) = self.slots.get_mut(*slot) {
                mechtron.stopped = true;
            }
        }
        if let Some(upgrade) = self.upgrades.all.get_mut(app) {
            upgrade.restless = stopping;
        }
    }

    /// A mechtron that was stopped begins something, because somebody waits for it.
    pub(in crate::star) fn stirs(&mut self, slot: Slot) {
        let Some(mechtron) = self.slots.get(slot).filter(|mechtron| mechtron.stopped) else { return };
        if let Some(upgrade) = self.upgrades.all.get_mut(&mechtron.spec.app) {
            upgrade.restless.push(slot);
        }
    }

    /// From now on nothing of it begins, and as soon as all rests, states are handed over.
    pub(in crate::star) fn freeze(&mut self, app: &Point) {
        if let Some(upgrade) = self.upgrades.all.get_mut(app)
            && matches!(upgrade.stage, Stage::Stopping | Stage::Quiet)
        {
            upgrade.stage = Stage::Freezing;
        }
    }

    /// Whether a mechtron that comes to be now is one of those that are stopped.
    pub(in crate::star) fn is_born_stopped(&self, mechtron: &Mechtron) -> bool {
        let upgrade = self.upgrades.all.get(&mechtron.spec.app);
        upgrade.is_some_and(|upgrade| upgrade.has_stopped() && upgrade.changes(&mechtron.spec).stops())
    }

    /// Takes the next wave out of a mailbox, if one may begin.
    pub(in crate::star) fn next_mail(&mut self, slot: Slot) -> Option<Mail> {
        let at = self.next_mail_at(slot)?;
        self.slots.get_mut(slot)?.mailbox.remove(at)
    }

    /// Where the next wave that may begin lies in a mailbox.
    pub(in crate::star) fn next_mail_at(&self, slot: Slot) -> Option<usize> {
        let mechtron = self.slots.get(slot).filter(|mechtron| !mechtron.turning)?;
        if !mechtron.stopped {
            return (!mechtron.mailbox.is_empty()).then_some(0);
        }
        let upgrade = self.upgrades.all.get(&mechtron.spec.app)?;
        if upgrade.is_cut || !matches!(upgrade.stage, Stage::Stopping | Stage::Quiet) {
            return None;
        }
        let awaited = mechtron.mailbox.iter().map(|mail| &mail.wave).find(|wave| {
            wave.kind == WaveKind::Ping && (!wave.chain.is_empty() || wave.from.is_within(&mechtron.spec.app))
        })?;
        mechtron.mailbox.iter().position(|mail| mail.wave.from == awaited.from)
    }

    /// Whether nothing that an upgrade stops has anything in hand or to be stored.
    pub(super) fn is_quiet(&mut self, app: &Point) -> bool {
        let Some(upgrade) = self.upgrades.all.get_mut(app) else { return false };
        let rests = |slot: &Slot| {
            self.slots.get(*slot).is_none_or(|mechtron| {
                matches!(mechtron.phase, Phase::Idle(_) | Phase::Asleep) && mechtron.held.is_empty()
            })
        };
        while upgrade.restless.pop_if(|slot| rests(slot)).is_some() {}
        upgrade.restless.is_empty()
    }

    /// The time for waves in hand is over: they are cancelled, and undone, and nothing begins any more.
    pub(in crate::star) fn stop_overdue(&mut self, number: u64) {
        let Some(app) = self.upgrades.by_number(number) else { return };
        let Some(upgrade) = self.upgrades.all.get_mut(&app) else { return };
        (upgrade.timer, upgrade.is_cut) = (None, true);
        if matches!(upgrade.stage, Stage::Stopping | Stage::Quiet | Stage::Freezing) {
            self.stopping(&app).into_iter().for_each(|slot| self.cut_short(slot));
        }
    }

    fn cut_short(&mut self, slot: Slot) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let message = format!("{} was swapped for its next version before it was done with this wave", mechtron.point);
        match &mut mechtron.phase {
            Phase::Waking => mechtron.phase = Phase::Asleep,
            Phase::Busy(busy) if busy.entry == Entry::Wave => {
                self.abandon(slot, Some(&Refusal::new(Code::Swapped, message)));
            }
            Phase::Busy(_) => self.abandon(slot, None),
            Phase::Idle(_) | Phase::Asleep => {}
        }
    }
}

impl Upgrade {
    fn has_stopped(&self) -> bool {
        self.stage >= Stage::Stopping
    }
}
