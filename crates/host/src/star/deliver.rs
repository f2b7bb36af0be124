//! Mailboxes: a wave is held to the bind, then waits its turn.

use std::sync::Arc;

use starlane_protocol::{Body, Code, Headers, Method, Point, Refusal, Wave, WaveId, WaveKind};

use super::mechtron::{Mail, Mechtron};
use super::outputs::OK;
use super::route::Target;
use super::{Role, Slot, Star};
use crate::app::MechtronSpec;
use crate::bind::{CompiledBind, Matched};

/// The interpreter's stack of one mechtron at most, everywhere: it is not counted in the star's memory, and 1,000 nested
/// calls of ordinary functions need far less.
const STACK_BYTES: u64 = 16 << 20;

impl Star {
    /// Puts a wave into a mechtron's mailbox, or refuses it.
    pub(super) fn deliver(&mut self, target: Target, wave: Box<Wave>, local: bool) {
        match wave.method.as_ref().map(Method::as_str) {
            Some("Cmd<Watch>") => {
                let slot = self.slot_of(target);
                self.watch(slot, &wave, local);
                return self.set_sweep();
            }
            Some("Cmd<Bind>") => return self.tell_bind(&target, &wave, local),
            _ => {}
        }
        // A wave that is refused for what it is leaves no trace of its key.
        let (bind, matched) = match self.judge(&target, &wave) {
            Ok(held) => held,
            Err(refusal) => return self.refuse(&wave, local, &refusal),
        };
        let account = match &target {
            Target::Known(slot) => self.slots.get(*slot).map(|mechtron| mechtron.account.clone()),
            Target::New(_, spec) => Some(self.account(&spec.app)),
        };
        let Some(place) = account.and_then(|account| account.place(wave.weight())) else {
            let message = format!("as many waves as the star of {} can hold for its application wait in it", wave.to);
            return self.refuse(&wave, local, &Refusal::new(Code::MailboxFull, message));
        };
        let slot = self.slot_of(target);
        if let Err(refusal) = self.find_room(slot, &wave) {
            return self.refuse(&wave, local, &refusal);
        }
        let deadline = self.now.plus(u64::from(wave.wait));
        if let Some(mechtron) = self.slots.get_mut(slot) {
            mechtron.mailbox.push_back(Mail { wave, local, deadline, bind, matched, _place: place });
        }
        self.enqueue(slot);
    }

    fn slot_of(&mut self, target: Target) -> Slot {
        match target {
            Target::Known(slot) => slot,
            Target::New(name, spec) => {
                let point = self.point_of(&name);
                let account = self.account(&spec.app);
                let mut mechtron = Mechtron::new(name, point, spec, account);
                mechtron.stopped = !self.upgrades.is_empty() && self.is_born_stopped(&mechtron);
                self.slots.insert(mechtron)
            }
        }
    }

    /// What a wave's target is made of.
    fn spec_of<'a>(&'a self, target: &'a Target) -> Result<&'a Arc<MechtronSpec>, Refusal> {
        let spec = match target {
            Target::Known(slot) => self.slots.get(*slot).map(|mechtron| &mechtron.spec),
            Target::New(_, spec) => Some(spec),
        };
        spec.ok_or_else(|| Refusal::new(Code::Internal, "no such mechtron"))
    }

    /// Answers with the bind in force, as JSON. The mechtron sleeps on.
    fn tell_bind(&mut self, target: &Target, wave: &Wave, local: bool) {
        if wave.kind == WaveKind::Ping {
            let pong = match self.spec_of(target) {
                Ok(spec) => {
                    let body = Body::json(spec.bind.document.to_json());
                    wave.pong(self.agent.clone(), OK, Headers::default(), body)
                }
                Err(refusal) => wave.refuse(&refusal),
            };
            self.answer(Box::new(pong), local);
        }
    }

    /// What a mechtron of this star is called from outside.
    pub(super) fn point_of(&self, name: &Point) -> Point {
        let Role::Tab = self.role else { return name.clone() };
        let below: Vec<&str> = name.segments().skip(1).collect();
        // A star's point and an application's are short; joined they are a point unless a key is extremely long.
        format!("{}:{}", self.point, below.join(":")).parse().unwrap_or_else(|_| name.clone())
    }

    /// Holds a wave to the bind, and its target to the limits of this place.
    fn judge(&self, target: &Target, wave: &Wave) -> Result<(Arc<CompiledBind>, Matched), Refusal> {
        let spec = self.spec_of(target)?;
        if !self.is_within_ceilings(spec) {
            let message = format!("{} asks for more memory, stack or fuel than this place may give", wave.to);
            return Err(Refusal::new(Code::LimitTooHigh, message));
        }
        Ok((spec.bind.clone(), spec.bind.hold(wave)?))
    }

    /// Whether a mechtron asks for no more than this place may give.
    pub(super) fn is_within_ceilings(&self, spec: &MechtronSpec) -> bool {
        let limits = &spec.limits;
        limits.memory.0 <= self.ceilings.memory && limits.stack.0 <= STACK_BYTES && limits.fuel <= self.ceilings.fuel
    }

    /// Whether the mailbox takes a wave.
    fn find_room(&mut self, slot: Slot, wave: &Wave) -> Result<(), Refusal> {
        let now = self.now;
        self.drop_overdue(slot);
        let mechtron = self.slots.get_mut(slot).ok_or_else(|| Refusal::new(Code::Internal, "no such mechtron"))?;
        let (point, most) = (&mechtron.point, mechtron.spec.limits.mailbox as usize);
        if let Some(ms) = mechtron.crashes.pause(now) {
            let message = format!("{point} trapped again and again; it is started again in {ms} ms");
            return Err(Refusal::new(Code::CrashLoop, message));
        }
        if mechtron.mailbox.len() >= most {
            return Err(Refusal::new(Code::MailboxFull, format!("{} waves wait for {point}", mechtron.mailbox.len())));
        }
        if let Some(waited) = mechtron.busy().and_then(|busy| busy.waits_for)
            && leads_to(wave, waited)
        {
            return Err(would_deadlock(&mechtron.point));
        }
        Ok(())
    }

    /// Makes room in a full mailbox: waves whose time is over are answered now instead of when their turn comes.
    fn drop_overdue(&mut self, slot: Slot) {
        let now = self.now;
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        if mechtron.mailbox.len() < mechtron.spec.limits.mailbox as usize {
            return;
        }
        let mailbox = std::mem::take(&mut mechtron.mailbox);
        let (rest, over): (Vec<_>, Vec<_>) = mailbox.into_iter().partition(|mail| mail.deadline > now);
        mechtron.mailbox = rest.into();
        let refusal = overdue(&mechtron.point);
        for mail in over {
            self.refuse(&mail.wave, mail.local, &refusal);
        }
    }

    /// Refuses what waits for a mechtron that itself waits for `waited`.
    pub(super) fn refuse_deadlocked(&mut self, slot: Slot, waited: WaveId) {
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        if !mechtron.mailbox.iter().any(|mail| leads_to(&mail.wave, waited)) {
            return;
        }
        let mailbox = std::mem::take(&mut mechtron.mailbox);
        let (stuck, rest): (Vec<_>, Vec<_>) = mailbox.into_iter().partition(|mail| leads_to(&mail.wave, waited));
        mechtron.mailbox = rest.into();
        let refusal = would_deadlock(&mechtron.point);
        for mail in stuck {
            self.refuse(&mail.wave, mail.local, &refusal);
        }
    }
}

/// Whether the answer to `waited` depends on this wave.
fn leads_to(wave: &Wave, waited: WaveId) -> bool {
    wave.id == waited || wave.chain.contains(&waited)
}

/// A wave whose time was over before its turn came.
pub(super) fn overdue(point: &Point) -> Refusal {
    Refusal::new(Code::Deadline, format!("{point} was busy until the time for this wave was over"))
}

fn would_deadlock(point: &Point) -> Refusal {
    Refusal::new(Code::WouldDeadlock, format!("{point} waits for the very wave that led to this one"))
}
