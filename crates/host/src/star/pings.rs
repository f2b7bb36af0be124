//! Open pings: those that began in this star and have no answer yet. Every one ends: answered, refused, overdue or cancelled.

use std::collections::BTreeMap;

use litemap::LiteMap;
use starlane_protocol::{Code, Refusal, ReturnAddress, Wave, WaveId, WaveKind};

use super::timers::{Timer, TimerKey};
use super::{Slot, Star};
use crate::abi::{Blocked, Open};
use crate::event::{CallId, Effect};

/// Who waits for an answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asker {
    Shell(CallId),
    /// The ask with this token of this turn of a mechtron.
    Mechtron {
        slot: Slot,
        turn: u64,
        token: u32,
    },
}

#[derive(Debug)]
struct OpenPing {
    asker: Asker,
    /// Where its answer goes.
    back: ReturnAddress,
    /// Whether it left this star.
    away: bool,
    timer: TimerKey,
}

/// The open pings of a star.
#[derive(Debug, Default)]
pub(super) struct Pings {
    /// A tree: a relay has many, and their ids come in no order. Boxed, for they are large.
    open: BTreeMap<WaveId, Box<OpenPing>>,
    calls: LiteMap<CallId, WaveId>,
}

impl Star {
    /// Opens a ping of this star's own.
    pub(super) fn open_ping(&mut self, ping: &Wave, asker: Asker) {
        let timer = self.timers.set(self.now.plus(u64::from(ping.wait)), Timer::Ping(ping.id));
        if let Asker::Shell(call) = asker {
            self.pings.calls.insert(call, ping.id);
        }
        let open = OpenPing { asker, back: ReturnAddress::of(ping), away: false, timer };
        self.pings.open.insert(ping.id, Box::new(open));
    }

    /// Notes that a ping has left this star: its answer comes from outside.
    pub(super) fn ping_left(&mut self, id: WaveId) {
        if let Some(open) = self.pings.open.get_mut(&id) {
            open.away = true;
        }
    }

    /// A pong from outside. One that answers nothing that was asked there is dropped.
    pub(super) fn pong_arrived(&mut self, pong: Wave) {
        let asked = self.pings.open.get(&pong.id).is_some_and(|open| open.away && open.back.to == pong.from);
        if asked {
            self.settle(Box::new(pong));
        }
    }

    /// Ends an open ping with its answer.
    pub(super) fn settle(&mut self, pong: Box<Wave>) {
        debug_assert_eq!(pong.kind, WaveKind::Pong);
        let Some(open) = self.pings.open.remove(&pong.id) else { return };
        self.timers.unset(open.timer);
        match open.asker {
            Asker::Shell(call) => {
                self.pings.calls.remove(&call);
                self.effects.push_back(Effect::Settle { call, pong: *pong });
            }
            Asker::Mechtron { slot, turn, token } => self.answer_mechtron(slot, turn, token, pong),
        }
    }

    /// Whether the shell, not a mechtron, waits for this ping's answer.
    pub(super) fn shell_asked(&self, id: WaveId) -> bool {
        self.pings.open.get(&id).is_some_and(|open| matches!(open.asker, Asker::Shell(_)))
    }

    /// Ends a ping of this star's own with a refusal.
    pub(super) fn refuse_own(&mut self, id: WaveId, refusal: &Refusal) {
        if let Some(open) = self.pings.open.get(&id) {
            let pong = open.back.clone().refuse(refusal);
            self.settle(Box::new(pong));
        }
    }

    pub(super) fn ping_overdue(&mut self, id: WaveId) {
        let Some(open) = self.pings.open.get(&id) else { return };
        let message = format!("{} did not answer within {} ms", open.back.to, open.back.wait);
        self.refuse_own(id, &Refusal::new(Code::Deadline, message));
    }

    pub(super) fn lane_down(&mut self) {
        self.lane = false;
        let away = self.pings.open.iter().filter(|(_, open)| open.away).map(|(id, _)| *id);
        for id in away.collect::<Vec<_>>() {
            self.refuse_own(id, &Refusal::new(Code::LaneLost, "the lane broke before the answer came"));
        }
    }

    pub(super) fn cancel(&mut self, call: CallId) {
        if let Some(id) = self.pings.calls.remove(&call)
            && let Some(open) = self.pings.open.remove(&id)
        {
            self.timers.unset(open.timer);
        }
    }

    fn answer_mechtron(&mut self, slot: Slot, turn: u64, token: u32, pong: Box<Wave>) {
        let unix_ms = self.unix_ms;
        let Some(mechtron) = self.slots.get_mut(slot).filter(|mechtron| mechtron.turn == turn) else { return };
        let Some(busy) = mechtron.busy() else { return };
        let guest = busy.instance.guest();
        if let Some(open) = guest.turn.open.get_mut(&token) {
            *open = Open::Answered(pong);
            if guest.turn.blocked == Some(Blocked::Pong(token)) && busy.blocked {
                guest.unix_ms = unix_ms;
                (busy.blocked, busy.waits_for) = (false, None);
                self.enqueue(slot);
            }
        }
    }

    /// Forgets a ping of a mechtron whose turn has ended.
    pub(super) fn forget_ask(&mut self, id: WaveId) {
        if let Some(open) = self.pings.open.remove(&id) {
            self.timers.unset(open.timer);
        }
    }
}
