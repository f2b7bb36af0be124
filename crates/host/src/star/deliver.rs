//! Mailboxes: a wave is held to the bind, then waits its turn.

use starlane_protocol::document::RouteMiss;
use starlane_protocol::{Code, MethodFamily, Point, Refusal, Wave, WaveId};

use super::mechtron::{Mail, Mechtron};
use super::route::Target;
use super::{Role, Slot, Star};
use crate::abi::percent_decode;
use crate::app::MechtronSpec;

/// The interpreter's stack of one mechtron at most, everywhere: it is not counted in the star's memory, and 1,000 nested
/// calls of ordinary functions need far less.
const STACK_BYTES: u64 = 16 << 20;

impl Star {
    /// Puts a wave into a mechtron's mailbox, or refuses it.
    pub(super) fn deliver(&mut self, target: Target, wave: Box<Wave>, local: bool) {
        if wave.method.as_ref().is_some_and(|method| method.as_str() == "Cmd<Watch>") {
            let slot = self.slot_of(target);
            self.watch(slot, &wave, local);
            return self.set_sweep();
        }
        // A wave that is refused for what it is leaves no trace of its key.
        let (params, reply_media) = match self.judge(&target, &wave) {
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
            mechtron.mailbox.push_back(Mail { wave, local, deadline, params, reply_media, _place: place });
        }
        self.enqueue(slot);
    }

    fn slot_of(&mut self, target: Target) -> Slot {
        match target {
            Target::Known(slot) => slot,
            Target::New(name, spec) => {
                let point = self.point_of(&name);
                let account = self.account(&spec.app);
                self.slots.insert(Mechtron::new(name, point, spec, account))
            }
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
    fn judge(&self, target: &Target, wave: &Wave) -> Result<Held, Refusal> {
        let (ceilings, point) = (self.ceilings, &wave.to);
        let spec = match target {
            Target::Known(slot) => self.slots.get(*slot).map(|mechtron| &mechtron.spec),
            Target::New(_, spec) => Some(spec),
        };
        let spec = spec.ok_or_else(|| Refusal::new(Code::Internal, "no such mechtron"))?;
        let (memory, stack, fuel) = (spec.limits.memory.0, spec.limits.stack.0, spec.limits.fuel);
        if memory > ceilings.memory || stack > STACK_BYTES || fuel > ceilings.fuel {
            let message = format!("{point} asks for more memory, stack or fuel than this place may give");
            return Err(Refusal::new(Code::LimitTooHigh, message));
        }
        hold_to_bind(spec, wave, point)
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

type Held = (Vec<(String, String)>, Option<String>);

/// The route's parameters and the content type its reply must have.
fn hold_to_bind(spec: &MechtronSpec, wave: &Wave, point: &Point) -> Result<Held, Refusal> {
    let method = wave.method.as_ref();
    let method = method.ok_or_else(|| Refusal::new(Code::BadWave, "a ping and a signal have a method"))?;
    if method.family() == MethodFamily::Cmd {
        return Err(Refusal::new(Code::WrongMethod, format!("{point} knows no command {method}")));
    }
    let found = spec.bind.find(method, &wave.path).map_err(|miss| match miss {
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
