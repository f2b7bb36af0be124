//! Turns: one wave through a guest, slice by slice, as one transaction.

use starlane_protocol::{Agent, Code, Point, Refusal, Wave, WaveKind};

use super::commit::Outputs;
use super::deliver::overdue;
use super::mechtron::{Busy, Mail, Phase};
use super::pings::Asker;
use super::timers::Timer;
use super::{Role, Slot, Star};
use crate::abi::{AskOut, Blocked, Guest, Message, Open, SignalOut, Turn};
use crate::engine::{Entry, Instance, Outcome, Trap, TrapKind};
use crate::event::LogLevel;

/// Fuel of the longest call that is run again to name the functions it trapped in: a few milliseconds.
const TRACED_FUEL: u64 = 2_000_000;
/// How much more fuel an instrumented copy burns than the original, at most.
const TRACE_COST: u64 = 4;

/// A call that is given up, its state as before it.
struct Undone {
    entry: Entry,
    local: bool,
    wave: Option<Wave>,
    guest: Box<Guest>,
}

impl Undone {
    fn new(busy: Busy) -> Self {
        let (entry, local) = (busy.entry, busy.local);
        let mut guest = busy.instance.into_guest();
        guest.state.undo();
        let wave = guest.turn.wave.clone();
        Self { entry, local, wave, guest }
    }

    /// Lets the guest's data be used for one more run, which changes nothing that lasts.
    fn traced(&mut self, run: impl FnOnce(Box<Guest>) -> (Vec<String>, Box<Guest>)) -> Vec<String> {
        let guest = &mut self.guest;
        let (wave, params) = (guest.turn.wave.take(), std::mem::take(&mut guest.turn.params));
        let (files, past) = (std::mem::take(&mut guest.turn.files), std::mem::take(&mut guest.turn.past));
        let again = Guest {
            point: guest.point.clone(),
            spec: guest.spec.clone(),
            state: std::mem::take(&mut guest.state),
            limiter: guest.limiter.fresh(),
            random: guest.random.clone(),
            unix_ms: guest.unix_ms,
            turn: Turn { wave, params, files, past, ..Turn::default() },
            beyond: 0,
        };
        let (names, mut again) = run(Box::new(again));
        again.state.undo();
        guest.state = std::mem::take(&mut again.state);
        names
    }
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
    /// Lets one mechtron go on for at most about `fuel`; gives what it burnt.
    pub(super) fn step(&mut self, slot: Slot, fuel: u64) -> u64 {
        let Some(mechtron) = self.slots.get_mut(slot) else { return 0 };
        mechtron.queued = false;
        match &mut mechtron.phase {
            Phase::Asleep if !mechtron.mailbox.is_empty() => self.wake(slot),
            Phase::Idle(_) => self.begin_turn(slot),
            _ => {}
        }
        self.slice(slot, fuel)
    }

    /// Takes the next wave that is still wanted out of the mailbox.
    fn begin_turn(&mut self, slot: Slot) {
        let (now, unix_ms) = (self.now, self.unix_ms);
        let mail = loop {
            let Some(mechtron) = self.slots.get_mut(slot) else { return };
            let Some(mail) = mechtron.mailbox.pop_front() else { return };
            if mail.deadline > now {
                break mail;
            }
            let refusal = overdue(&mechtron.point);
            self.refuse(&mail.wave, mail.local, &refusal);
        };
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        if mechtron.stale {
            mechtron.mailbox.push_front(mail);
            return self.renew(slot);
        }
        let Phase::Idle(mut instance) = std::mem::replace(&mut mechtron.phase, Phase::Asleep) else { return };
        mechtron.waves += 1;
        let Mail { mut wave, local, deadline, params, reply_media } = mail;
        // What is left of the sender's time after the wait in the mailbox.
        wave.wait = u32::try_from(deadline.since(now)).unwrap_or(u32::MAX);
        let guest = instance.guest();
        guest.turn = Turn { wave: Some(wave), params, ..Turn::default() };
        guest.unix_ms = unix_ms;
        self.begin(slot, instance, Entry::Wave, deadline.since(now));
        if let Some(busy) = self.slots.get_mut(slot).and_then(|mechtron| mechtron.busy()) {
            (busy.local, busy.reply_media) = (local, reply_media);
        }
    }

    /// An instance of an older generation makes way for a new one.
    fn renew(&mut self, slot: Slot) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        mechtron.stale = false;
        if let Phase::Idle(instance) = std::mem::replace(&mut mechtron.phase, Phase::Asleep) {
            mechtron.state = Some(instance.into_guest().state);
        }
        self.enqueue(slot);
    }

    fn slice(&mut self, slot: Slot, fuel: u64) -> u64 {
        let Some(mechtron) = self.slots.get_mut(slot) else { return 0 };
        let Some(busy) = mechtron.busy().filter(|busy| !busy.blocked) else { return 0 };
        let given = fuel.max(busy.needs).min(busy.fuel_left);
        let room = busy.instance.guest().limiter.room();
        if self.budget.free() < room {
            self.make_room(room, slot);
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
        let asks = std::mem::take(&mut busy.instance.guest().turn.asks);
        let log = std::mem::take(&mut busy.instance.guest().turn.log);
        mechtron.fuel += burnt;
        let point = mechtron.point.clone();
        for (level, line) in log {
            self.log(level, point.clone(), line);
        }
        for ask in asks {
            self.ask(slot, ask);
        }
        self.after_slice(slot, outcome);
        burnt
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
                self.enqueue(slot);
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
        let (id, now, role, star_agent) = (self.random.wave_id(), self.now, self.role, self.agent.clone());
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let (point, turn, spec) = (mechtron.point.clone(), mechtron.turn, mechtron.spec.clone());
        let Some(busy) = mechtron.busy() else { return };
        let left = busy.deadline.since(now).min(u64::from(u32::MAX)) as u32;
        let guest = busy.instance.guest();
        let Some(in_hand) = guest.turn.wave.as_ref() else { return };
        let Some(mut wave) = compose(id, WaveKind::Ping, &point, agent(role, &star_agent, &point), ask.message) else {
            return;
        };
        wave.wait = ask.wait_ms.min(left);
        wave.trace = in_hand.trace.clone();
        wave.hops = in_hand.hops;
        if in_hand.kind == WaveKind::Ping {
            wave.chain = in_hand.chain.clone();
            wave.chain.push(in_hand.id);
        }
        guest.turn.open.insert(ask.token, Open::Asked(Some(id)));
        self.open_ping(&wave, Asker::Mechtron { slot, turn, token: ask.token });
        match wave.check() {
            Ok(()) => self.send_judged(wave, &spec),
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
            None => {}
        }
        self.time_turn(slot);
    }

    /// Takes the call out of a mechtron's hands.
    pub(super) fn take_busy(&mut self, slot: Slot) -> Option<Box<Busy>> {
        let now = self.now;
        let mechtron = self.slots.get_mut(slot)?;
        mechtron.used_at = now;
        match std::mem::replace(&mut mechtron.phase, Phase::Asleep) {
            Phase::Busy(mut busy) => {
                if let Some(timer) = busy.timer.take() {
                    self.timers.unset(timer);
                }
                let open = std::mem::take(&mut busy.instance.guest().turn.open);
                let ids = open.values().filter_map(|open| match open {
                    Open::Asked(id) => *id,
                    Open::Answered(_) => None,
                });
                self.forget_asks(ids);
                Some(busy)
            }
            other => {
                mechtron.phase = other;
                None
            }
        }
    }

    /// Gives an instance back to its mechtron, which goes on with the next wave.
    fn rest(&mut self, slot: Slot, instance: Box<dyn Instance>) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        mechtron.phase = Phase::Idle(instance);
        if !mechtron.mailbox.is_empty() {
            self.enqueue(slot);
        }
        self.set_sweep();
    }

    fn done(&mut self, slot: Slot, value: i32) {
        let now = self.now;
        let Some(mut busy) = self.take_busy(slot) else { return };
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let point = mechtron.point.clone();
        if busy.entry == Entry::Init {
            if value != 0 {
                mechtron.state = Some(busy.instance.into_guest().state);
                let message = format!("{point} could not be made ready: `mechtron_init` returned {value}");
                return self.init_failed(slot, &Refusal::new(Code::InitFailed, message));
            }
            // The files that `init` read are not kept.
            busy.instance.guest().turn = Turn::default();
            return self.rest(slot, busy.instance);
        }
        let turn = std::mem::take(&mut busy.instance.guest().turn);
        if value != 0 {
            busy.instance.guest().state.undo();
            let refusal = Refusal::new(Code::GuestFailed, format!("{point} failed: `mechtron_wave` returned {value}"));
            self.rest(slot, busy.instance);
            return self.turn_failed(slot, turn.wave, busy.local, &refusal);
        }
        mechtron.crashes.well(now);
        let guest = busy.instance.guest();
        let writes = guest.state.commit();
        guest.limiter.count_state(guest.state.bytes() as u64);
        mechtron.stored |= !writes.is_empty();
        let outputs = self.outputs(slot, turn, &busy);
        self.rest(slot, busy.instance);
        self.hold(slot, writes, outputs);
    }

    /// What a turn that ended well says.
    fn outputs(&mut self, slot: Slot, turn: Turn, busy: &Busy) -> Outputs {
        let (role, star_agent) = (self.role, self.agent.clone());
        let Some(mechtron) = self.slots.get_mut(slot) else { return Outputs::default() };
        let point = mechtron.point.clone();
        let agent = agent(role, &star_agent, &point);
        let Some(wave) = turn.wave else { return Outputs::default() };
        let pong = (wave.kind == WaveKind::Ping).then(|| {
            let pong = match turn.reply {
                Some(reply) => self.reply(&wave, reply, agent.clone(), busy),
                None => {
                    wave.refuse(&Refusal::new(Code::NoReply, format!("{point} handled the wave and did not reply")))
                }
            };
            (self.marked(pong, busy), busy.local)
        });
        let mut signals = Vec::new();
        for signal in turn.signals {
            self.signal(slot, &point, &agent, signal, &wave, &mut signals);
        }
        Outputs { pong, signals }
    }

    fn reply(&self, wave: &Wave, reply: Message, agent: Agent, busy: &Busy) -> Wave {
        let status = reply.status.unwrap_or(200);
        if let Some(media) = &busy.reply_media
            && status < 400
            && !media.eq_ignore_ascii_case(reply.body.essence())
        {
            let message = format!("{} replied with `{}`, and its bind promises {media}", wave.to, reply.body.essence());
            return wave.refuse(&Refusal::new(Code::BadReply, message));
        }
        wave.pong(agent, status, reply.headers, reply.body)
    }

    /// A pong that leaves the mesh for a person or another star says what it cost, and where.
    fn marked(&self, mut pong: Wave, busy: &Busy) -> Wave {
        if !busy.local || self.shell_asked(pong.id) {
            // A reply with 64 headers of its own goes without.
            let _ = pong.headers.push("starlane-fuel", &busy.burnt.to_string());
            let _ = pong.headers.push("starlane-star", self.point.as_str());
        }
        pong
    }

    fn signal(
        &mut self,
        slot: Slot,
        point: &Point,
        agent: &Agent,
        signal: SignalOut,
        in_hand: &Wave,
        signals: &mut Vec<(Wave, bool)>,
    ) {
        let watchers = if signal.watchers { self.watchers(slot) } else { Vec::new() };
        let mut message = signal.message;
        if signal.watchers {
            message.to = Some(point.clone());
        }
        let id = self.random.wave_id();
        let Some(mut wave) = compose(id, WaveKind::Signal, point, agent.clone(), message) else { return };
        (wave.trace, wave.hops) = (in_hand.trace.clone(), in_hand.hops);
        if let Err(error) = wave.check() {
            return self.log(LogLevel::Warning, point.clone(), format!("a signal was dropped: {error}"));
        }
        if !signal.watchers {
            return signals.push((wave, false));
        }
        for watcher in watchers {
            let mut copy = wave.clone();
            (copy.id, copy.to) = (self.random.wave_id(), watcher);
            signals.push((copy, true));
        }
    }

    /// A turn that ended badly: it is undone, and its caller is told.
    fn turn_failed(&mut self, slot: Slot, wave: Option<Wave>, local: bool, refusal: &Refusal) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let point = mechtron.point.clone();
        self.log(LogLevel::Error, point, refusal.to_string());
        let ping = wave.filter(|wave| wave.kind == WaveKind::Ping);
        let pong = ping.map(|wave| (wave.refuse(refusal), local));
        self.hold(slot, Vec::new(), Outputs { pong, signals: Vec::new() });
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
            Some(refusal) => self.turn_failed(slot, wave, local, refusal),
            None => {}
        }
        self.set_sweep();
        self.enqueue(slot);
    }

    fn init_failed(&mut self, slot: Slot, refusal: &Refusal) {
        // Those who waited are told why, not that it happened too often.
        self.cannot_wake(slot, refusal);
        self.note_crash(slot);
    }

    fn out_of_fuel(&mut self, slot: Slot) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let message = format!("{} burnt all {} fuel of one wave", mechtron.point, mechtron.spec.limits.fuel);
        self.abandon(slot, Some(&Refusal::new(Code::OutOfFuel, message)));
    }

    fn trapped(&mut self, slot: Slot, trap: &Trap) {
        let Some(busy) = self.take_busy(slot) else { return };
        let burnt = busy.burnt;
        let mut undone = Undone::new(*busy);
        let names = self.trace(slot, &mut undone, burnt);
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let place = if names.is_empty() { String::new() } else { format!(", in {}", names.join(" ← ")) };
        let message = format!("{} trapped: {}{place}", mechtron.point, trap.message);
        let in_wave = undone.entry == Entry::Wave;
        self.end_undone(slot, undone, Some(&Refusal::new(code_of(trap.kind), message)));
        if in_wave {
            self.note_crash(slot);
        }
    }

    /// The functions a short call trapped in, the innermost first.
    fn trace(&mut self, slot: Slot, undone: &mut Undone, burnt: u64) -> Vec<String> {
        let Some(mechtron) = self.slots.get_mut(slot) else { return Vec::new() };
        let key = (mechtron.spec.wasm.sha256, mechtron.spec.limits.stack.0);
        let Some(module) = self.modules.get(&key).filter(|_| burnt <= TRACED_FUEL).cloned() else { return Vec::new() };
        undone.traced(|guest| module.trace(guest, TRACED_FUEL * TRACE_COST))
    }

    fn note_crash(&mut self, slot: Slot) {
        let now = self.now;
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
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

    pub(super) fn turn_overdue(&mut self, slot: Slot, turn: u64) {
        let Some(mechtron) = self.slots.get_mut(slot).filter(|mechtron| mechtron.turn == turn) else { return };
        let point = mechtron.point.clone();
        if mechtron.busy().is_some() {
            let refusal = Refusal::new(Code::Deadline, format!("{point} did not finish within the time of the wave"));
            self.abandon(slot, Some(&refusal));
        }
    }
}

/// A server mechtron answers for itself; in a tab the tab's user does.
fn agent(role: Role, star_agent: &Agent, point: &Point) -> Agent {
    match role {
        Role::Tab => star_agent.clone(),
        Role::Server { .. } => Agent::Point(point.clone()),
    }
}

/// A wave from a finished message. The ABI has seen to it that it has a target and a method.
fn compose(
    id: starlane_protocol::WaveId,
    kind: WaveKind,
    from: &Point,
    agent: Agent,
    message: Message,
) -> Option<Wave> {
    let mut wave = Wave::new(id, kind, from.clone(), agent, message.to?, message.method?);
    if let Some(path) = message.path {
        wave.path = path;
    }
    if let Some(query) = message.query {
        wave.query = query;
    }
    wave.headers = message.headers;
    wave.body = message.body;
    Some(wave)
}
