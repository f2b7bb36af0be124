//! Step 1, Prepare: fetch, compile, instantiate, `init`, while the present generation goes on.

use std::sync::Arc;

use litemap::LiteMap;
use starlane_protocol::document::Placement;
use starlane_protocol::{Code, Point, Refusal};

use super::{Change, Part, PartStage, Stage, Upgrade};
use crate::app::{InstalledApp, MechtronSpec};
use crate::star::mechtron::Mechtron;
use crate::star::{Role, Slot, Star};
use crate::state::State;

impl Star {
    /// Begins an upgrade; one of the same application that is under way is abandoned.
    pub(in crate::star) fn prepare(&mut self, app: Arc<InstalledApp>, back: bool) {
        let point = app.point.clone();
        self.abandon_upgrade(&point);
        self.upgrades.begun += 1;
        let upgrade = Upgrade {
            number: self.upgrades.begun,
            app: app.clone(),
            back,
            stage: Stage::Preparing,
            parts: LiteMap::new(),
            timer: None,
            restless: Vec::new(),
            is_cut: false,
            failed: None,
        };
        self.upgrades.all.insert(point.clone(), upgrade);
        for spec in app.mechtrons.values() {
            if self.is_to_be_made(&point, spec) {
                self.make(&point, spec);
            }
        }
    }

    /// Whether a mechtron of the next generation is something else than what stands there now.
    fn is_to_be_made(&self, app: &Point, spec: &Arc<MechtronSpec>) -> bool {
        let old = self.apps.get(app).and_then(|old| old.mechtrons.get(&spec.name));
        old.is_none_or(|old| Change::between(old, Some(spec)).stops())
    }

    /// Makes the next instance of one mechtron. Of a keyed one only the code is looked at: its keys wake one by one.
    fn make(&mut self, app: &Point, spec: &Arc<MechtronSpec>) {
        let Ok(name) = app.child(&spec.name) else { return };
        if !self.looks_after(&name, spec) {
            return;
        }
        let account = self.account(app);
        let mut next = Mechtron::new(name.clone(), self.point_of(&name), spec.clone(), account);
        (next.is_next, next.state) = (true, Some(State::away()));
        let slot = self.slots.insert_hidden(next);
        if let Some(upgrade) = self.upgrades.all.get_mut(app) {
            upgrade.parts.insert(name, Part { slot, stage: PartStage::Making });
        }
        match self.is_within_ceilings(spec) {
            true => self.wake(slot),
            false => {
                let what = format!("{app}:{} asks for more memory, stack or fuel than this place may give", spec.name);
                self.next_failed(slot, &Refusal::new(Code::LimitTooHigh, what));
            }
        }
    }

    /// Whether this star runs a mechtron, or some of its keys.
    fn looks_after(&self, name: &Point, spec: &MechtronSpec) -> bool {
        match self.role {
            Role::Tab => spec.placement.is_in_tabs() && self.is_here(&spec.app, spec.placement),
            Role::Server { .. } if spec.keyed.is_keyed() => spec.placement.is_on_server(),
            Role::Server { index, count } => spec.placement.is_on_server() && Star::owner(name, count) == index,
        }
    }

    /// Next instances that are placed in browsers, and no more in this tab, end.
    pub(in crate::star) fn leave_parts(&mut self, app: &Point) {
        let Some(upgrade) = self.upgrades.all.get_mut(app) else { return };
        let mut left = Vec::new();
        upgrade.parts.retain(|_, part| {
            let next = self.slots.get(part.slot);
            let stays = next.is_none_or(|next| next.spec.placement != Placement::Browser);
            left.extend((!stays).then_some(part.slot));
            stays
        });
        for slot in left {
            self.take_busy(slot);
            self.slots.remove(slot);
        }
    }

    /// A next instance needs nothing more but, perhaps, its state.
    pub(in crate::star) fn next_ready(&mut self, slot: Slot) {
        self.with_part(slot, |part| {
            if matches!(part.stage, PartStage::Making) {
                part.stage = PartStage::Ready;
            }
        });
    }

    /// A next instance cannot be: neither can its generation.
    pub(in crate::star) fn next_failed(&mut self, slot: Slot, refusal: &Refusal) {
        let Some(app) = self.slots.get(slot).map(|next| next.spec.app.clone()) else { return };
        if let Some(upgrade) = self.upgrades.all.get_mut(&app) {
            upgrade.failed.get_or_insert_with(|| refusal.clone());
        }
    }

    /// Does something with the part that a next instance belongs to.
    pub(super) fn with_part(&mut self, slot: Slot, change: impl FnOnce(&mut Part)) {
        let Some(next) = self.slots.get(slot) else { return };
        let part = self.upgrades.all.get_mut(&next.spec.app).and_then(|upgrade| upgrade.parts.get_mut(&next.name));
        if let Some(part) = part.filter(|part| part.slot == slot) {
            change(part);
        }
    }
}
