//! Turns: one wave through a guest, slice by slice, as one transaction.

use std::sync::Arc;

use starlane_protocol::{Code, Refusal, WaveKind};

use super::commit::{By, Outputs};
use super::deliver::overdue;
use super::mechtron::{Awake, Mail, Phase};
use super::outputs::{agent, compose};
use super::pings::Asker;
use super::share::Turn;
use super::timers::Timer;
use super::{Slot, Star};
use crate::abi::{AskOut, Blocked, Open};
use crate::engine::{Entry, Outcome};

impl Star {
    /// Lets one mechtron go on for at most about `fuel`; gives what it burnt.
    pub(super) fn step(&mut self, slot: Slot, fuel: u64) -> u64 {
        let Some(mechtron) = self.slots.get_mut(slot) else { return 0 };
        mechtron.queued = false;
        if mechtron.turning {
            self.turn_over(slot);
        }
        let Some(mechtron) = self.slots.get_mut(slot) else { return 0 };
        let (asleep, idle) = (matches!(mechtron.phase, Phase::Asleep), matches!(mechtron.phase, Phase::Idle(_)));
        if asleep && self.next_mail_at(slot).is_some() {
            self.wake(slot);
        } else if idle {
            self.begin_turn(slot);
        }
        if (asleep || idle) && !self.upgrades.is_empty() {
            self.stirs(slot);
        }
        self.slice(slot, fuel)
    }

    /// Takes the next wave that is still wanted out of the mailbox.
    fn begin_turn(&mut self, slot: Slot) {
        let (now, unix_ms) = (self.now, self.unix_ms);
        let mail = loop {
            let Some(mail) = self.next_mail(slot) else { return };
            if mail.deadline > now {
                break mail;
            }
            let Some(mechtron) = self.slots.get(slot) else { return };
            let refusal = overdue(&mechtron.point);
            self.refuse(&mail.wave, mail.local, &refusal);
        };
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        if mechtron.stale {
            mechtron.mailbox.push_front(mail);
            return self.renew(slot);
        }
        if !Arc::ptr_eq(&mail.bind, &mechtron.spec.bind) {
            return self.hold_again(slot, mail);
        }
        let Phase::Idle(mut awake) = std::mem::replace(&mut mechtron.phase, Phase::Asleep) else { return };
        mechtron.waves += 1;
        self.note_wave(slot);
        let Mail { mut wave, local, deadline, matched, .. } = mail;
        // What is left of the sender's time after the wait in the mailbox.
        wave.wait = u32::try_from(deadline.since(now)).unwrap_or(u32::MAX);
        let guest = awake.instance.guest();
        (guest.turn.wave, guest.turn.params, guest.unix_ms) = (Some(wave), matched.params, unix_ms);
        self.begin(slot, awake, Entry::Wave, deadline.since(now));
        if let Some(busy) = self.slots.get_mut(slot).and_then(|mechtron| mechtron.busy()) {
            (busy.local, busy.route) = (local, matched.route);
        }
    }

    /// A wave that came before the mechtron changed is held to the bind it has now.
    fn hold_again(&mut self, slot: Slot, mut mail: Mail) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        mail.bind = mechtron.spec.bind.clone();
        match mail.bind.hold(&mail.wave) {
            Ok(matched) => {
                mail.matched = matched;
                mechtron.mailbox.push_front(mail);
            }
            Err(refusal) => self.refuse(&mail.wave, mail.local, &refusal),
        }
        self.enqueue(slot);
    }

    /// An instance of an older generation makes way for a new one.
    fn renew(&mut self, slot: Slot) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        mechtron.stale = false;
        if let Phase::Idle(awake) = std::mem::replace(&mut mechtron.phase, Phase::Asleep) {
            mechtron.state = Some(awake.instance.into_guest().state);
        }
        self.enqueue(slot);
    }

    fn slice(&mut self, slot: Slot, fuel: u64) -> u64 {
        let Some(mechtron) = self.slots.get_mut(slot) else { return 0 };
        let Some(busy) = mechtron.busy().filter(|busy| !busy.blocked) else { return 0 };
        let given = fuel.max(busy.needs).min(busy.fuel_left);
        let room = busy.instance.guest().limiter.room();
        if mechtron.account.memory.room() < room {
            let memory = mechtron.account.memory.clone();
            self.make_room(&memory, room, slot);
        }
        let Some(mechtron) = self.slots.get_mut(slot) else { return 0 };
        let Some(busy) = mechtron.busy() else { return 0 };
        let outcome = if std::mem::replace(&mut busy.begun, true) {
            busy.instance.resume(given)
        } else {
            busy.instance.start(busy.entry, given)
        };
        let burnt = busy.instance.burnt();
        busy.burnt += burnt;
        busy.fuel_left = busy.fuel_left.saturating_sub(burnt);
        let turn = &busy.instance.guest().turn;
        let said = !turn.log.is_empty() || !turn.asks.is_empty();
        mechtron.fuel += burnt;
        if said {
            self.hear(slot);
        }
        self.after_slice(slot, outcome);
        burnt
    }

    /// What a guest said in a slice: lines of the log, and pings.
    fn hear(&mut self, slot: Slot) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let Some(busy) = mechtron.busy() else { return };
        let turn = &mut busy.instance.guest().turn;
        let (mut asks, log) = (std::mem::take(&mut turn.asks), std::mem::take(&mut turn.log));
        if !log.is_empty() {
            let point = mechtron.point.clone();
            log.into_iter().for_each(|(level, line)| self.log(level, point.clone(), line));
        }
        asks.drain(..).for_each(|ask| self.ask(slot, ask));
        // Whoever asked once will ask again.
        if let Some(busy) = self.slots.get_mut(slot).and_then(|mechtron| mechtron.busy()) {
            busy.instance.guest().turn.asks = asks;
        }
    }

    fn after_slice(&mut self, slot: Slot, outcome: Outcome) {
        match outcome {
            Outcome::Done(value) => self.done(slot, value),
            Outcome::Waiting => self.blocked(slot),
            Outcome::OutOfFuel(needed) => {
                let Some(busy) = self.slots.get_mut(slot).and_then(|mechtron| mechtron.busy()) else { return };
                if needed > busy.fuel_left {
                    return self.out_of_fuel(slot);
                }
                busy.needs = needed;
                self.time_turn(slot);
                self.enqueue_as(slot, Turn::Spent);
            }
            Outcome::Trapped(trap) => self.trapped(slot, &trap),
        }
    }

    /// A turn that outlives its first slice gets a timer for its deadline.
    fn time_turn(&mut self, slot: Slot) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let turn = mechtron.turn;
        if let Some(busy) = mechtron.busy()
            && busy.timer.is_none()
        {
            busy.timer = Some(self.timers.set(busy.deadline, Timer::Turn(slot, turn)));
        }
    }

    /// A ping of a guest leaves at once.
    fn ask(&mut self, slot: Slot, ask: AskOut) {
        let (id, now) = (self.random.wave_id(), self.now);
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let (point, turn, agent) = (&mechtron.point, mechtron.turn, agent(self.role, &self.agent, &mechtron.point));
        let Phase::Busy(busy) = &mut mechtron.phase else { return };
        let left = busy.deadline.since(now).min(u64::from(u32::MAX)) as u32;
        let guest = busy.instance.guest();
        let Some(in_hand) = guest.turn.wave.as_ref() else { return };
        let Some(mut wave) = compose(id, WaveKind::Ping, point, agent, ask.message) else { return };
        wave.wait = ask.wait_ms.min(left);
        wave.trace = in_hand.trace.clone();
        wave.hops = in_hand.hops;
        if in_hand.kind == WaveKind::Ping {
            wave.chain.reserve_exact(in_hand.chain.len() + 1);
            wave.chain.extend_from_slice(&in_hand.chain);
            wave.chain.push(in_hand.id);
        }
        if let Some(open) = guest.turn.open.get_mut(&ask.token) {
            *open = Open::Asked(Some(id));
        }
        self.open_ping(&wave, Asker::Mechtron { slot, turn, token: ask.token });
        match wave.check() {
            Ok(()) => self.send_judged(wave, slot),
            Err(error) => self.refuse_own(id, &error.into()),
        }
    }

    fn blocked(&mut self, slot: Slot) {
        let Some(busy) = self.slots.get_mut(slot).and_then(|mechtron| mechtron.busy()) else { return };
        busy.blocked = true;
        let guest = busy.instance.guest();
        match guest.turn.blocked {
            Some(Blocked::Pong(token)) => match guest.turn.open.get(&token) {
                Some(Open::Asked(Some(id))) => {
                    let id = *id;
                    busy.waits_for = Some(id);
                    self.refuse_deadlocked(slot, id);
                }
                // It was answered (refused) before the slice was over.
                _ => {
                    busy.blocked = false;
                    self.enqueue(slot);
                }
            },
            Some(Blocked::File { digest, size, .. }) => self.fetch_for(slot, digest, size),
            // It is ready but for its state, which comes when the one before lets go of it.
            Some(Blocked::State(..)) => {
                if let Some(timer) = busy.timer.take() {
                    self.timers.unset(timer);
                }
                return self.next_ready(slot);
            }
            None => {}
        }
        self.time_turn(slot);
    }

    /// Takes the call out of a mechtron's hands.
    pub(super) fn take_busy(&mut self, slot: Slot) -> Option<Box<Awake>> {
        let now = self.now;
        let mechtron = self.slots.get_mut(slot)?;
        mechtron.used_at = now;
        match std::mem::replace(&mut mechtron.phase, Phase::Asleep) {
            Phase::Busy(mut busy) => {
                if let Some(timer) = busy.timer.take() {
                    self.timers.unset(timer);
                }
                let asks = &mut busy.instance.guest().turn.open;
                for open in asks.values() {
                    if let Open::Asked(Some(id)) = open {
                        self.forget_ask(*id);
                    }
                }
                asks.clear();
                Some(busy)
            }
            other => {
                mechtron.phase = other;
                None
            }
        }
    }

    /// Gives an instance back to its mechtron, which goes on with the next wave.
    fn rest(&mut self, slot: Slot, mut awake: Box<Awake>) {
        let guest = awake.instance.guest();
        guest.limiter.count_state(guest.state.bytes() as u64);
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        mechtron.phase = Phase::Idle(awake);
        if !mechtron.mailbox.is_empty() || mechtron.turning {
            self.enqueue(slot);
        }
        self.set_sweep();
    }

    fn done(&mut self, slot: Slot, value: i32) {
        let now = self.now;
        let Some(mut busy) = self.take_busy(slot) else { return };
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        if busy.entry == Entry::Init {
            if value != 0 {
                mechtron.state = Some(busy.instance.into_guest().state);
                let message = format!("{} could not be made ready: `mechtron_init` returned {value}", mechtron.point);
                return self.init_failed(slot, &Refusal::new(Code::InitFailed, message));
            }
            // The files that `init` read are not kept.
            busy.instance.guest().turn.clear();
            self.rest(slot, busy);
            return self.made_ready(slot);
        }
        if busy.entry == Entry::Migrate {
            return self.migrated(slot, busy, value);
        }
        let guest = busy.instance.guest();
        if value != 0 {
            guest.state.undo();
            let (wave, local) = (guest.turn.wave.take(), busy.local);
            guest.turn.clear();
            let message = format!("{} failed: `mechtron_wave` returned {value}", mechtron.point);
            self.rest(slot, busy);
            return self.turn_failed(slot, wave, local, &Refusal::new(Code::GuestFailed, message));
        }
        if let Err(refusal) = self.hold_reply(slot, &mut busy) {
            let guest = busy.instance.guest();
            guest.state.undo();
            let (wave, local) = (guest.turn.wave.take(), busy.local);
            guest.turn.clear();
            self.rest(slot, busy);
            return self.turn_failed(slot, wave, local, &refusal);
        }
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let guest = busy.instance.guest();
        mechtron.crashes.well(now);
        let (writes, code) = (guest.state.commit(), guest.spec.wasm.sha256);
        mechtron.stored |= !writes.is_empty();
        let outputs = self.outputs(slot, &mut busy);
        self.rest(slot, busy);
        self.hold(slot, By { code, migrates: false }, writes, outputs);
    }

    /// `init` is done: a state that other code has written is migrated before the first wave.
    fn made_ready(&mut self, slot: Slot) {
        match self.slots.get(slot).is_some_and(|mechtron| mechtron.is_next) {
            true => self.next_is_idle(slot),
            false => _ = self.begin_migration(slot),
        }
    }

    /// `mechtron_migrate` is done.
    fn migrated(&mut self, slot: Slot, mut busy: Box<Awake>, value: i32) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let (is_next, point) = (mechtron.is_next, mechtron.point.clone());
        let guest = busy.instance.guest();
        guest.turn.clear();
        if value != 0 {
            guest.state.undo();
            mechtron.state = Some(busy.instance.into_guest().state);
            let message = format!("the state of {point} stays as it was: `mechtron_migrate` returned {value}");
            return self.migration_failed(slot, &Refusal::new(Code::SwapFailed, message));
        }
        if is_next {
            self.rest(slot, busy);
            return self.next_migrated(slot);
        }
        let (writes, code) = (guest.state.commit(), guest.spec.wasm.sha256);
        self.rest(slot, busy);
        self.hold(slot, By { code, migrates: true }, writes, Outputs::default());
    }

    pub(super) fn turn_overdue(&mut self, slot: Slot, turn: u64) {
        let Some(mechtron) = self.slots.get_mut(slot).filter(|mechtron| mechtron.turn == turn) else { return };
        let point = mechtron.point.clone();
        if mechtron.busy().is_some() {
            let refusal = Refusal::new(Code::Deadline, format!("{point} did not finish within the time of the wave"));
            self.abandon(slot, Some(&refusal));
        }
    }
}
