//! What a turn that ended well says: its answer and its signals.

use starlane_protocol::{Agent, Code, Point, Refusal, Wave, WaveKind};

use super::commit::{Outputs, refuse_instead};
use super::mechtron::Awake;
use super::{Role, Slot, Star};
use crate::abi::{Message, SignalOut};
use crate::event::LogLevel;

/// The header of every answer of what an owner has put behind a point: the bundle it is from.
pub const OVERRIDE: &str = "starlane-override";

/// The status of a reply that names none.
pub(super) const OK: u16 = 200;

impl Star {
    /// What a turn that ended well says. Ends the turn.
    pub(super) fn outputs(&mut self, slot: Slot, awake: &mut Awake) -> Outputs {
        let turn = &mut awake.instance.guest().turn;
        let (wave, reply, signals) = (turn.wave.take(), turn.reply.take(), std::mem::take(&mut turn.signals));
        turn.clear();
        let (Some(wave), Some(mechtron)) = (wave, self.slots.get(slot)) else { return Outputs::default() };
        let mut outputs = Outputs::default();
        if !signals.is_empty() {
            let point = mechtron.point.clone();
            let agent = agent(self.role, &self.agent, &point);
            for signal in signals {
                self.signal(slot, &point, &agent, signal, &wave, &mut outputs.signals);
            }
        }
        if wave.kind == WaveKind::Ping {
            outputs.pong = Some((self.pong(slot, wave, reply, awake), awake.local));
        }
        outputs
    }

    fn pong(&self, slot: Slot, mut wave: Box<Wave>, reply: Option<Message>, awake: &Awake) -> Box<Wave> {
        let point = self.slots.get(slot).map_or(&wave.to, |mechtron| &mechtron.point);
        let pong = match reply {
            Some(mut reply) => {
                let agent = agent(self.role, &self.agent, point);
                let body = reply.take_body();
                wave.become_pong(agent, reply.status.unwrap_or(OK), reply.headers, body);
                wave
            }
            None => {
                let message = format!("{point} handled the wave and did not reply");
                Box::new(wave.refuse(&Refusal::new(Code::NoReply, message)))
            }
        };
        self.marked(self.signed(slot, pong), awake)
    }

    /// What was put here by an owner says so, and cannot be brought not to.
    fn signed(&self, slot: Slot, mut pong: Box<Wave>) -> Box<Wave> {
        let Some(mechtron) = self.slots.get(slot).filter(|mechtron| mechtron.spec.own.is_some()) else { return pong };
        let spec = &mechtron.spec;
        if pong.headers.push(OVERRIDE, spec.bundle.as_str()).is_ok() {
            return pong;
        }
        let what = format!("{} leaves no room among its headers for `{OVERRIDE}`", mechtron.point);
        refuse_instead(*pong, &Refusal::new(Code::BadReply, what))
    }

    /// Whether the reply of a turn is what its route promises.
    pub(super) fn hold_reply(&self, slot: Slot, awake: &mut Awake) -> Result<(), Refusal> {
        let route = awake.route;
        let turn = &awake.instance.guest().turn;
        let (Some(mechtron), Some(wave), Some(reply)) = (self.slots.get(slot), &turn.wave, &turn.reply) else {
            return Ok(());
        };
        let status = reply.status.unwrap_or(OK);
        mechtron.spec.bind.hold_reply(route, wave, status, (reply.media(), reply.bytes()))
    }

    /// A pong that leaves the mesh for a person or another star says what it cost, and where.
    fn marked(&self, mut pong: Box<Wave>, busy: &Awake) -> Box<Wave> {
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
        signals: &mut Vec<(Box<Wave>, bool)>,
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
}

/// A server mechtron answers for itself; in a tab the tab's user does.
pub(super) fn agent(role: Role, star_agent: &Agent, point: &Point) -> Agent {
    match role {
        Role::Tab => star_agent.clone(),
        Role::Server { .. } => Agent::Point(point.clone()),
    }
}

/// A wave from a finished message. The ABI has seen to it that it has a target and a method.
pub(super) fn compose(
    id: starlane_protocol::WaveId,
    kind: WaveKind,
    from: &Point,
    agent: Agent,
    mut message: Message,
) -> Option<Box<Wave>> {
    let body = message.take_body();
    let mut wave = Box::new(Wave::with_body(id, kind, from.clone(), agent, message.to?, message.method?, body));
    if let Some(path) = message.path {
        wave.path = path;
    }
    if let Some(query) = message.query {
        wave.query = query;
    }
    wave.headers = message.headers;
    Some(wave)
}
