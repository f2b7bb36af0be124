//! Mailboxes: a wave is held to the bind, then waits its turn.

use std::sync::Arc;

use starlane_protocol::document::RouteMiss;
use starlane_protocol::{Code, MethodFamily, Point, Refusal, Wave, WaveId};

use super::mechtron::{Mail, Mechtron};
use super::{Role, Slot, Star};
use crate::abi::percent_decode;
use crate::app::MechtronSpec;

impl Star {
    /// Puts a wave into a mechtron's mailbox, or refuses it.
    pub(super) fn deliver(&mut self, name: Point, spec: &Arc<MechtronSpec>, wave: Wave, local: bool) {
        let slot = self.slots.find(&name).unwrap_or_else(|| self.make(name, spec));
        if wave.method.as_ref().is_some_and(|method| method.as_str() == "Cmd<Watch>") {
            return self.watch(slot, &wave, local);
        }
        match self.take_in(slot, spec, &wave, local) {
            Ok(mail) => {
                if let Some(mechtron) = self.slots.get_mut(slot) {
                    mechtron.mailbox.push_back(Mail { wave, ..mail });
                }
                self.enqueue(slot);
            }
            Err(refusal) => self.refuse(&wave, local, &refusal),
        }
    }

    fn make(&mut self, name: Point, spec: &Arc<MechtronSpec>) -> Slot {
        let point = self.point_of(&name);
        self.slots.insert(Mechtron::new(name, point, spec.clone()))
    }

    /// What a mechtron of this star is called from outside.
    pub(super) fn point_of(&self, name: &Point) -> Point {
        let Role::Tab = self.role else { return name.clone() };
        let below: Vec<&str> = name.segments().skip(1).collect();
        // A star's point and an application's are short; joined they are a point unless a key is extremely long.
        format!("{}:{}", self.point, below.join(":")).parse().unwrap_or_else(|_| name.clone())
    }

    /// Holds a wave to the bind, the limits and the mailbox's bound.
    fn take_in(&mut self, slot: Slot, spec: &MechtronSpec, wave: &Wave, local: bool) -> Result<Mail, Refusal> {
        let (now, ceilings) = (self.now, self.ceilings);
        let mechtron = self.slots.get_mut(slot).ok_or_else(|| Refusal::new(Code::Internal, "no such mechtron"))?;
        let point = &mechtron.point;
        if spec.limits.memory.0 > ceilings.memory || spec.limits.fuel > ceilings.fuel {
            let message = format!("{point} asks for more memory or fuel than this place may give");
            return Err(Refusal::new(Code::LimitTooHigh, message));
        }
        if let Some(ms) = mechtron.crashes.pause(now) {
            let message = format!("{point} trapped again and again; it is started again in {ms} ms");
            return Err(Refusal::new(Code::CrashLoop, message));
        }
        let (params, reply_media) = hold_to_bind(spec, wave, point)?;
        if mechtron.mailbox.len() >= spec.limits.mailbox as usize {
            return Err(Refusal::new(Code::MailboxFull, format!("{} waves wait for {point}", mechtron.mailbox.len())));
        }
        if let Some(waited) = mechtron.busy().and_then(|busy| busy.waits_for)
            && leads_to(wave, waited)
        {
            return Err(would_deadlock(&mechtron.point));
        }
        let deadline = now.plus(u64::from(wave.wait));
        // The wave itself is moved in by the caller, which still needs it for a refusal.
        let stub = Wave::new(wave.id, wave.kind, wave.from.clone(), wave.agent.clone(), wave.to.clone(), method(wave)?);
        Ok(Mail { wave: stub, local, deadline, params, reply_media })
    }

    /// Refuses what waits for a mechtron that itself waits for `waited`.
    pub(super) fn refuse_deadlocked(&mut self, slot: Slot, waited: WaveId) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        let mailbox = std::mem::take(&mut mechtron.mailbox);
        let (stuck, rest): (Vec<_>, Vec<_>) = mailbox.into_iter().partition(|mail| leads_to(&mail.wave, waited));
        mechtron.mailbox = rest.into();
        let refusal = would_deadlock(&mechtron.point);
        for mail in stuck {
            self.refuse(&mail.wave, mail.local, &refusal);
        }
    }
}

fn method(wave: &Wave) -> Result<starlane_protocol::Method, Refusal> {
    wave.method.clone().ok_or_else(|| Refusal::new(Code::BadWave, "a ping and a signal have a method"))
}

/// Whether the answer to `waited` depends on this wave.
fn leads_to(wave: &Wave, waited: WaveId) -> bool {
    wave.id == waited || wave.chain.contains(&waited)
}

fn would_deadlock(point: &Point) -> Refusal {
    Refusal::new(Code::WouldDeadlock, format!("{point} waits for the very wave that led to this one"))
}

type Held = (Vec<(String, String)>, Option<String>);

/// The route's parameters and the content type its reply must have.
fn hold_to_bind(spec: &MechtronSpec, wave: &Wave, point: &Point) -> Result<Held, Refusal> {
    let method = method(wave)?;
    if method.family() == MethodFamily::Cmd {
        return Err(Refusal::new(Code::WrongMethod, format!("{point} knows no command {method}")));
    }
    let found = spec.bind.find(&method, &wave.path).map_err(|miss| match miss {
        RouteMiss::Path => Refusal::new(Code::NotFound, format!("{point} has no route for {}", wave.path)),
        RouteMiss::Method => {
            Refusal::new(Code::WrongMethod, format!("{point} does not take {method} at {}", wave.path))
        }
    })?;
    if let Some(body) = &found.route.body
        && !body.media.eq_ignore_ascii_case(wave.body.essence())
    {
        let message = format!("{method} of {point} takes {}, not `{}`", body.media, wave.body.essence());
        return Err(Refusal::new(Code::WrongType, message));
    }
    let decode = |text: &str| String::from_utf8_lossy(&percent_decode(text, false)).into_owned();
    let params = found.params.iter().map(|(name, value)| ((*name).to_owned(), decode(value))).collect();
    Ok((params, found.route.reply.as_ref().map(|reply| reply.media.clone())))
}
