//! What a turn that ended well says: its answer and its signals.

use starlane_protocol::{Agent, Code, Point, Refusal, Wave, WaveKind};

use super::commit::Outputs;
use super::mechtron::Busy;
use super::{Role, Slot, Star};
use crate::abi::{Message, SignalOut, Turn};
use crate::event::LogLevel;

impl Star {
    /// What a turn that ended well says.
    pub(super) fn outputs(&mut self, slot: Slot, turn: Turn, busy: &Busy) -> Outputs {
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
