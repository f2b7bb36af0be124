//! Commits: what a turn did leaves the star only when it and every turn before it are stored.

use starlane_bundle::Digest;
use starlane_protocol::{Code, Refusal, Wave};

use super::mechtron::Phase;
use super::{Slot, Star};
use crate::engine::Entry;
use crate::event::{Commit, CommitId, Effect, LogLevel, Stamp};
use crate::state::Writes;

/// A turn that is done.
pub(super) struct Held {
    /// The commit it waits for; none when it wrote nothing or is stored.
    commit: Option<CommitId>,
    outputs: Outputs,
}

/// Whose writes a turn brings.
#[derive(Debug, Clone, Copy)]
pub(super) struct By {
    /// The SHA-256 of the module.
    pub(super) code: Digest,
    /// Whether it is a migration: then the state is made for that module, even if nothing in it changed.
    pub(super) migrates: bool,
}

/// What a turn says.
#[derive(Default)]
pub(super) struct Outputs {
    /// The answer, and whether its ping began in this star.
    pub(super) pong: Option<(Box<Wave>, bool)>,
    /// Signals, each with whether it goes to a watcher (who asked for it, so no grant is needed).
    pub(super) signals: Vec<(Box<Wave>, bool)>,
}

impl Star {
    /// Ends a turn: stores what it wrote and holds back what it says.
    pub(super) fn hold(&mut self, slot: Slot, by: By, writes: Writes, outputs: Outputs) {
        match writes.is_empty() && !by.migrates {
            true => self.hold_answer(slot, outputs),
            false => self.hold_writes(slot, by, writes, outputs),
        }
    }

    /// Holds back what a turn says that wrote nothing, behind what was said before it.
    pub(super) fn hold_answer(&mut self, slot: Slot, outputs: Outputs) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        match mechtron.held.is_empty() {
            true => self.release(slot, outputs),
            false => mechtron.held.push_back(Held { commit: None, outputs }),
        }
    }

    fn hold_writes(&mut self, slot: Slot, by: By, writes: Writes, outputs: Outputs) {
        let keep_before = by.migrates && !writes.is_empty() && self.is_on_trial(slot);
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let stamp = Some(Stamp { code: by.code, refused: None });
        let code = (std::mem::replace(&mut mechtron.stamp, stamp) != stamp).then_some(by.code);
        self.last_commit += 1;
        let id = CommitId(self.last_commit);
        self.commits.insert(id, slot);
        mechtron.held.push_back(Held { commit: Some(id), outputs });
        let (placement, mechtron) = (mechtron.spec.placement, mechtron.home.clone());
        self.effects.push_back(Effect::Commit(Commit { id, mechtron, placement, writes, code, keep_before }));
    }

    pub(super) fn committed(&mut self, id: CommitId, result: Result<(), String>) {
        let Some(slot) = self.commits.remove(&id) else { return };
        if let Err(reason) = result {
            return self.commit_failed(slot, id, &reason);
        }
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        if let Some(held) = mechtron.held.iter_mut().find(|held| held.commit == Some(id)) {
            held.commit = None;
        }
        while let Some(mechtron) = self.slots.get_mut(slot)
            && mechtron.held.front().is_some_and(|held| held.commit.is_none())
            && let Some(held) = mechtron.held.pop_front()
        {
            self.release(slot, held.outputs);
        }
        self.see_to_turning(slot);
    }

    /// Undoes the turns from the failed one on; the mechtron wakes again from what is stored.
    fn commit_failed(&mut self, slot: Slot, id: CommitId, reason: &str) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let point = mechtron.point.clone();
        let first = mechtron.held.iter().position(|held| held.commit == Some(id)).unwrap_or(0);
        let refusal = Refusal::new(Code::StoreFailed, format!("{point} could not store its state: {reason}"));
        self.log(LogLevel::Error, point, refusal.message.clone());
        self.refuse_held(slot, first, &refusal);
        match self.slots.get_mut(slot).and_then(|mechtron| mechtron.busy()) {
            Some(busy) if busy.entry == Entry::Wave => self.abandon(slot, Some(&refusal)),
            _ => _ = self.take_busy(slot),
        }
        if let Some(mechtron) = self.slots.get_mut(slot) {
            (mechtron.state, mechtron.phase) = (None, Phase::Asleep);
            self.enqueue(slot);
        }
    }

    /// Refuses what the turns from the `first` held one on would have answered.
    pub(super) fn refuse_held(&mut self, slot: Slot, first: usize, refusal: &Refusal) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        for held in mechtron.held.drain(first..).collect::<Vec<Held>>() {
            if let Some(commit) = held.commit {
                self.commits.remove(&commit);
            }
            if let Some((pong, local)) = held.outputs.pong {
                self.answer(refuse_instead(*pong, refusal), local);
            }
        }
    }

    fn release(&mut self, slot: Slot, outputs: Outputs) {
        for (signal, to_watcher) in outputs.signals {
            match to_watcher {
                true => self.send(signal),
                false => self.send_judged(signal, slot),
            }
        }
        if let Some((pong, local)) = outputs.pong {
            self.answer(pong, local);
        }
    }
}

/// The refusal of the ping that this pong was to answer.
pub(super) fn refuse_instead(pong: Wave, refusal: &Refusal) -> Box<Wave> {
    let mut refused = pong.refuse(refusal);
    // `refuse` turns the ends round, and a pong already goes back.
    (refused.from, refused.to) = (pong.from, pong.to);
    Box::new(refused)
}
