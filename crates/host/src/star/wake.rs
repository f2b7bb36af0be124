//! Waking and sleeping: state and code are fetched, an instance is made, and given up when nothing comes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;
use std::sync::Arc;

use starlane_bundle::Digest;
use starlane_protocol::document::Keeps;
use starlane_protocol::{Code, Point, Refusal};

use super::mechtron::{Awake, Mail, Phase};
use super::timers::Timer;
use super::{Slot, Star};
use crate::abi::{Blocked, Guest, Said, Turn};
use crate::app::lives_at;
use crate::engine::{Entry, Instance, Module, Trap};
use crate::event::{Effect, LogLevel, Stored};
use crate::limiter::Limiter;
use crate::pool::Share;
use crate::state::State;

/// Milliseconds an `init` may take, files it waits for included.
const INIT_MS: u64 = 15_000;

/// Bytes of state that stay at hand while a mechtron sleeps; more is read from the store again.
const KEPT_STATE: usize = 4_096;

impl Star {
    /// Brings a sleeping mechtron's state and code to hand, and starts it once both are.
    pub(super) fn wake(&mut self, slot: Slot) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let loading = matches!(mechtron.phase, Phase::Waking);
        mechtron.phase = Phase::Waking;
        let (wasm, stack, app) = (mechtron.spec.wasm.clone(), mechtron.spec.limits.stack.0, mechtron.spec.app.clone());
        if mechtron.spec.keeps == Keeps::None {
            mechtron.state.get_or_insert_default();
        }
        let state_at_hand = mechtron.state.is_some();
        if !state_at_hand && !loading {
            let (home, placement) = (mechtron.home.clone(), mechtron.spec.placement);
            *self.loading.entry(home.clone()).or_default() += 1;
            self.effects.push_back(Effect::Load { mechtron: home, placement });
        }
        let Some(module) = self.modules.get(&(wasm.sha256, stack)).cloned() else {
            return self.fetch(slot, wasm.sha256, wasm.size, app);
        };
        if state_at_hand {
            self.start(slot, module);
        }
    }

    fn fetch(&mut self, slot: Slot, digest: Digest, size: u64, app: Point) {
        let waiting = self.fetching.entry(digest).or_default();
        if waiting.is_empty() {
            self.effects.push_back(Effect::Fetch { digest, size, app });
        }
        waiting.insert(slot, ());
    }

    /// A suspended guest waits for a file.
    pub(super) fn fetch_for(&mut self, slot: Slot, digest: Digest, size: u64) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let app = mechtron.spec.app.clone();
        self.fetch(slot, digest, size, app);
    }

    pub(super) fn loaded(&mut self, point: &Point, mut state: Result<Stored, String>) {
        // Only the answer to the last question is as new as the commits before it.
        match self.loading.get_mut(point) {
            Some(more) if *more > 1 => return *more -= 1,
            _ => _ = self.loading.remove(point),
        }
        if !self.upgrades.is_empty() && self.next_loaded(point, &mut state) {
            return;
        }
        let Some(slot) = self.find_by_point(&lives_at(point)) else { return };
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        if !matches!(mechtron.phase, Phase::Waking) || mechtron.state.is_some() || mechtron.home != *point {
            return;
        }
        match state {
            Ok(Stored { stamp: Some(stamp), .. }) if stamp.refused == Some(mechtron.spec.wasm.sha256) => {
                let what = "was swapped back after its state had been migrated, and this version must not have it";
                self.cannot_wake(slot, &Refusal::new(Code::SwapFailed, format!("{point} {what}")));
            }
            Ok(Stored { pairs, stamp }) => {
                (mechtron.stored, mechtron.stamp) = (!pairs.is_empty(), stamp);
                mechtron.state = Some(State::from_pairs(pairs));
                self.wake(slot);
            }
            Err(reason) => {
                let message = format!("the state of {point} cannot be read: {reason}");
                self.cannot_wake(slot, &Refusal::new(Code::StoreFailed, message));
            }
        }
    }

    pub(super) fn fetched(&mut self, digest: Digest, bytes: Result<Arc<[u8]>, Refusal>) {
        for (slot, ()) in self.fetching.remove(&digest).unwrap_or_default() {
            let Some(mechtron) = self.slots.get_mut(slot) else { continue };
            match &mechtron.phase {
                Phase::Waking if mechtron.spec.wasm.sha256 == digest => self.code_arrived(slot, digest, &bytes),
                Phase::Busy(_) => self.file_arrived(slot, digest, &bytes),
                _ => {}
            }
        }
    }

    fn code_arrived(&mut self, slot: Slot, digest: Digest, bytes: &Result<Arc<[u8]>, Refusal>) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let (stack, point) = (mechtron.spec.limits.stack.0, mechtron.point.clone());
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(refusal) => return self.cannot_wake(slot, refusal),
        };
        if !self.modules.contains_key(&(digest, stack)) {
            match self.engine.compile(bytes.clone(), stack) {
                Ok(module) => _ = self.modules.insert((digest, stack), module),
                Err(error) => {
                    let message = format!("the code of {point} is refused ({}): {error}", error.code());
                    return self.cannot_wake(slot, &Refusal::new(Code::BadBundle, message));
                }
            }
        }
        self.wake(slot);
    }

    fn file_arrived(&mut self, slot: Slot, digest: Digest, bytes: &Result<Arc<[u8]>, Refusal>) {
        let unix_ms = self.unix_ms;
        let Some(busy) = self.slots.get_mut(slot).and_then(|mechtron| mechtron.busy()) else { return };
        let guest = busy.instance.guest();
        if !matches!(guest.turn.blocked, Some(Blocked::File { digest: wanted, .. }) if wanted == digest) {
            return;
        }
        match bytes {
            Ok(bytes) => {
                guest.turn.files.insert(digest, bytes.clone());
                let held = guest.state.bytes() as u64 + guest.turn.file_bytes();
                guest.limiter.count_state(held);
                guest.unix_ms = unix_ms;
                busy.blocked = false;
                self.enqueue(slot);
            }
            Err(refusal) => self.abandon(slot, Some(refusal)),
        }
    }

    /// Makes an instance and begins its `init`. Idle neighbours give way when the star is full.
    fn start(&mut self, slot: Slot, module: Rc<dyn Module>) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        if mechtron.is_next && mechtron.spec.keyed.is_keyed() {
            return self.next_ready(slot);
        }
        let state = mechtron.state.as_ref().map(State::bytes);
        let need = module.first_memory() + state.unwrap_or_default() as u64;
        let memory = mechtron.account.memory.clone();
        if memory.room() < need {
            self.make_room(&memory, need, slot);
        }
        match self.instantiate(slot, &*module) {
            Ok(instance) => self.begin(slot, Box::new(Awake::new(instance)), Entry::Init, INIT_MS),
            Err(trap) => {
                let Some(mechtron) = self.slots.get_mut(slot) else { return };
                let message = format!("{} cannot be started: {}", mechtron.point, trap.message);
                let refusal = Refusal::new(super::failure::code_of(trap.kind), message);
                self.cannot_wake(slot, &refusal);
                self.override_trapped(slot, &refusal);
            }
        }
    }

    fn instantiate(&mut self, slot: Slot, module: &dyn Module) -> Result<Box<dyn Instance>, Trap> {
        let (random, unix_ms) = (self.random.fork(), self.unix_ms);
        let missing = || Trap { kind: crate::engine::TrapKind::Code, message: "the mechtron is gone".into() };
        let mechtron = self.slots.get_mut(slot).ok_or_else(missing)?;
        let mut limiter = Limiter::new(mechtron.account.memory.clone(), mechtron.spec.limits.memory.0);
        let state = mechtron.state.take().unwrap_or_default();
        limiter.count_state(state.bytes() as u64);
        mechtron.stale = false;
        let (point, spec) = (mechtron.point.clone(), mechtron.spec.clone());
        let guest = Guest {
            point,
            spec,
            state,
            limiter,
            random,
            unix_ms,
            turn: Turn::default(),
            beyond: 0,
            said: Said::default(),
            has_read_files: false,
        };
        module.instantiate(Box::new(guest)).map_err(|(trap, guest)| {
            mechtron.state = Some(guest.state);
            trap
        })
    }

    /// Puts a call into a mechtron's hands; it runs when its turn in the queue comes.
    pub(super) fn begin(&mut self, slot: Slot, mut awake: Box<Awake>, entry: Entry, ms: u64) {
        let deadline = self.now.plus(ms);
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        mechtron.turn += 1;
        awake.begin(entry, mechtron.spec.limits.fuel, deadline);
        mechtron.phase = Phase::Busy(awake);
        self.enqueue(slot);
    }

    /// Gives up waking: everybody who waits is told why.
    pub(super) fn cannot_wake(&mut self, slot: Slot, refusal: &Refusal) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        mechtron.phase = Phase::Asleep;
        if mechtron.is_next {
            return self.next_failed(slot, refusal);
        }
        let mail: Vec<Mail> = mechtron.mailbox.drain(..).collect();
        let point = mechtron.point.clone();
        self.log(LogLevel::Error, point, refusal.to_string());
        for mail in mail {
            self.refuse(&mail.wave, mail.local, refusal);
        }
        self.set_sweep();
    }

    /// Puts mechtrons to sleep that have had nothing to do for a while.
    pub(super) fn sweep(&mut self) {
        let (now, usual) = (self.now, self.idle_ms);
        let (mut awake, mut own) = (false, false);
        for slot in self.slots.all() {
            let Some(mechtron) = self.slots.get_mut(slot) else { continue };
            let idle_ms = mechtron.spec.idle_ms.unwrap_or(usual);
            own |= mechtron.spec.own.is_some();
            match mechtron.phase {
                Phase::Idle(_) if now.since(mechtron.used_at) >= idle_ms => awake |= !self.sleep(slot),
                Phase::Asleep => awake |= !self.forget(slot),
                _ => awake = true,
            }
        }
        if own {
            self.drop_modules();
        }
        if awake {
            self.set_sweep();
        }
    }

    /// Sets the timer for the next sweep. Called whenever a mechtron becomes idle.
    pub(super) fn set_sweep(&mut self) {
        if !self.timers.has_sweep() {
            self.timers.set(self.now.plus(self.shortest_idle_ms.max(1)), Timer::Sweep);
        }
    }

    /// Puts idle mechtrons but one to sleep until an application has room for so many bytes, the one that was used longest
    /// ago first.
    pub(super) fn make_room(&mut self, memory: &Share, bytes: u64, but: Slot) {
        let mut idle = BinaryHeap::new();
        for slot in self.slots.all().filter(|slot| *slot != but) {
            if let Some(mechtron) = self.slots.get_mut(slot)
                && matches!(mechtron.phase, Phase::Idle(_))
            {
                idle.push(Reverse((mechtron.used_at, slot)));
            }
        }
        while memory.room() < bytes
            && let Some(Reverse((_, slot))) = idle.pop()
        {
            self.sleep(slot);
        }
    }

    /// Lets go of what a sleeping mechtron still holds; whether nothing is left to be let go of later.
    fn forget(&mut self, slot: Slot) -> bool {
        let now = self.now;
        let Some(mechtron) = self.slots.get_mut(slot) else { return true };
        if mechtron.leaves_nothing(now) {
            self.slots.remove(slot);
            return true;
        }
        let waits = !mechtron.held.is_empty() || !mechtron.mailbox.is_empty();
        mechtron.state.take_if(|state| !waits && state.bytes() > KEPT_STATE);
        // One that keeps something is asleep for good; others are looked at again.
        !waits && (mechtron.stored || !mechtron.spec.keyed.is_keyed())
    }

    /// Puts one mechtron to sleep, if it has nothing in hand and nothing to be stored.
    fn sleep(&mut self, slot: Slot) -> bool {
        let Some(mechtron) = self.slots.get_mut(slot) else { return false };
        let busy = mechtron.stopped || !matches!(mechtron.phase, Phase::Idle(_));
        if busy || !mechtron.held.is_empty() || !mechtron.mailbox.is_empty() {
            return false;
        }
        let Phase::Idle(awake) = std::mem::replace(&mut mechtron.phase, Phase::Asleep) else { return false };
        let state = awake.instance.into_guest().state;
        mechtron.stored = !state.is_empty();
        mechtron.state = (state.bytes() <= KEPT_STATE).then_some(state);
        self.forget(slot)
    }

    /// The mechtron with this outside point.
    pub(super) fn find_by_point(&self, point: &Point) -> Option<Slot> {
        let name = crate::admit::placed_from(point);
        self.slots.find(point).or_else(|| self.slots.find(&name?))
    }
}
