//! Turns that end badly: undone, told, and, if they trapped, found again to say where.

use starlane_protocol::{Code, Refusal, Wave, WaveKind};

use super::commit::Outputs;
use super::mechtron::{Awake, Mail};
use super::{Slot, Star};
use crate::abi::{Guest, Said, Turn};
use crate::engine::{Entry, Trap, TrapKind};
use crate::event::LogLevel;

/// Fuel of the longest call that is run again to name the functions it trapped in. The copy burns up to four times as
/// much, and all of it in one go: that is some 10 ms in a tab, and must stay far from a long task.
const TRACED_FUEL: u64 = 500_000;
/// Bytes of the largest module that is copied for that: copying and checking it takes about as long again, whatever it burnt.
const TRACED_BYTES: u64 = 512 * 1_024;
/// How much more fuel an instrumented copy burns than the original, at most.
const TRACE_COST: u64 = 4;

/// A call that is given up, its state as before it.
struct Undone {
    entry: Entry,
    local: bool,
    wave: Option<Box<Wave>>,
    guest: Box<Guest>,
}

impl Undone {
    fn new(busy: Awake) -> Self {
        let (entry, local) = (busy.entry, busy.local);
        let mut guest = busy.instance.into_guest();
        guest.state.undo();
        let wave = guest.turn.wave.clone();
        Self { entry, local, wave, guest }
    }

    /// Lets the guest's data be used for one more run, which changes nothing that lasts.
    fn traced(&mut self, run: impl FnOnce(Box<Guest>) -> (Vec<String>, Box<Guest>)) -> Vec<String> {
        let guest = &mut self.guest;
        guest.turn.retire_pong();
        let (wave, params) = (guest.turn.wave.take(), std::mem::take(&mut guest.turn.params));
        let (files, past) = (std::mem::take(&mut guest.turn.files), std::mem::take(&mut guest.turn.past));
        let again = Guest {
            point: guest.point.clone(),
            spec: guest.spec.clone(),
            state: std::mem::take(&mut guest.state),
            limiter: guest.limiter.fresh(),
            random: guest.random.copy(),
            unix_ms: guest.unix_ms,
            turn: Turn { wave, params, files, past, ..Turn::default() },
            beyond: 0,
            said: Said::default(),
            has_read_files: guest.has_read_files,
        };
        let (names, mut again) = run(Box::new(again));
        again.state.undo();
        guest.state = std::mem::take(&mut again.state);
        names
    }
}

/// What a caller is told of a migration that trapped or went on for too long.
fn of_migration(refusal: &Refusal) -> Refusal {
    Refusal::new(Code::SwapFailed, format!("{} (in `mechtron_migrate`; the state stays as it was)", refusal.message))
}

/// The code a caller gets for a trap.
pub(super) fn code_of(kind: TrapKind) -> Code {
    match kind {
        TrapKind::Memory => Code::MemoryLimit,
        TrapKind::Table => Code::TableLimit,
        TrapKind::Stack => Code::StackLimit,
        TrapKind::Star => Code::StarFull,
        _ => Code::Trapped,
    }
}

impl Star {
    /// A turn that ended badly: it is undone, and its caller is told.
    pub(super) fn turn_failed(&mut self, slot: Slot, wave: Option<Box<Wave>>, local: bool, refusal: &Refusal) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let point = mechtron.point.clone();
        self.log(LogLevel::Error, point, refusal.to_string());
        let ping = wave.filter(|wave| wave.kind == WaveKind::Ping);
        let pong = ping.map(|wave| (Box::new(wave.refuse(refusal)), local));
        self.hold_answer(slot, Outputs { pong, signals: Vec::new() });
    }

    /// Gives up the call in hand together with its instance. The caller is told, if there is a reason.
    pub(super) fn abandon(&mut self, slot: Slot, refusal: Option<&Refusal>) {
        if let Some(busy) = self.take_busy(slot) {
            self.end_undone(slot, Undone::new(*busy), refusal);
        }
    }

    fn end_undone(&mut self, slot: Slot, undone: Undone, refusal: Option<&Refusal>) {
        let Undone { entry, local, wave, mut guest } = undone;
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        mechtron.state = Some(std::mem::take(&mut guest.state));
        drop(guest);
        match refusal {
            Some(refusal) if entry == Entry::Init => self.init_failed(slot, refusal),
            Some(refusal) if entry == Entry::Migrate => self.migration_failed(slot, &of_migration(refusal)),
            Some(refusal) => self.turn_failed(slot, wave, local, refusal),
            None => {}
        }
        self.set_sweep();
        self.enqueue(slot);
    }

    pub(super) fn init_failed(&mut self, slot: Slot, refusal: &Refusal) {
        // Those who waited are told why, not that it happened too often.
        self.cannot_wake(slot, refusal);
        self.note_crash(slot, refusal);
    }

    /// A state cannot be brought up to date, and stays as it was.
    pub(super) fn migration_failed(&mut self, slot: Slot, refusal: &Refusal) {
        self.cannot_wake(slot, refusal);
        self.note_crash(slot, refusal);
    }

    pub(super) fn out_of_fuel(&mut self, slot: Slot) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let in_wave = mechtron.busy().is_some_and(|busy| busy.entry == Entry::Wave);
        let message = format!("{} burnt all {} fuel of one wave", mechtron.point, mechtron.spec.limits.fuel);
        let refusal = Refusal::new(Code::OutOfFuel, message);
        self.abandon(slot, Some(&refusal));
        // How much there is to burn its owner knows: it is a trap like any other.
        if in_wave {
            self.override_trapped(slot, &refusal);
        }
    }

    pub(super) fn trapped(&mut self, slot: Slot, trap: &Trap) {
        let Some(busy) = self.take_busy(slot) else { return };
        let burnt = busy.burnt;
        let mut undone = Undone::new(*busy);
        let names = self.trace(slot, &mut undone, burnt);
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let place = if names.is_empty() { String::new() } else { format!(", in {}", names.join(" ← ")) };
        let message = format!("{} trapped: {}{place}", mechtron.point, trap.message);
        let in_wave = undone.entry == Entry::Wave;
        let refusal = Refusal::new(code_of(trap.kind), message);
        self.end_undone(slot, undone, Some(&refusal));
        if in_wave {
            self.note_crash(slot, &refusal);
        }
    }

    /// The functions a short call trapped in, the innermost first.
    fn trace(&mut self, slot: Slot, undone: &mut Undone, burnt: u64) -> Vec<String> {
        let Some(mechtron) = self.slots.get_mut(slot) else { return Vec::new() };
        let key = (mechtron.spec.wasm.sha256, mechtron.spec.limits.stack.0);
        let is_away = undone.guest.state.is_away() || undone.entry == Entry::Migrate;
        let short = burnt <= TRACED_FUEL && mechtron.spec.wasm.size <= TRACED_BYTES && !is_away;
        let Some(module) = self.modules.get(&key).filter(|_| short).cloned() else { return Vec::new() };
        undone.traced(|guest| module.trace(guest, TRACED_FUEL * TRACE_COST))
    }

    fn note_crash(&mut self, slot: Slot, refusal: &Refusal) {
        let now = self.now;
        // That the star is full is no version's fault.
        if refusal.code != Code::StarFull {
            self.note_trap(slot);
        }
        let Some(mechtron) = self.slots.get_mut(slot).filter(|mechtron| !mechtron.is_next) else { return };
        if mechtron.spec.own.is_some() {
            return self.override_trapped(slot, refusal);
        }
        if mechtron.crashes.note(now) {
            let (point, ms) = (mechtron.point.clone(), mechtron.crashes.pause(now).unwrap_or_default());
            let waiting: Vec<Mail> = mechtron.mailbox.drain(..).collect();
            let message = format!("{point} trapped 5 times within 60 s; it rests for {ms} ms");
            self.log(LogLevel::Error, point, message.clone());
            for mail in waiting {
                self.refuse(&mail.wave, mail.local, &Refusal::new(Code::CrashLoop, message.clone()));
            }
        }
    }
}
