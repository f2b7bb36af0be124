//! Where a wave goes: here, up the lane, or nowhere.

use std::sync::Arc;

use starlane_protocol::document::Placement;
use starlane_protocol::limits::HOPS;
use starlane_protocol::{Agent, Body, Code, Grant, Headers, Point, Refusal, Wave, WaveKind};

use super::browser;
use super::install::revoked;
use super::pings::Asker;
use super::timers::Timer;
use super::{Role, Slot, Star};
use crate::admit::{self, Rules, Via};
use crate::app::MechtronSpec;
use crate::event::{CallId, Draft, Effect, LogLevel};

/// Pings the shell may have in hand at once; the oldest promise of a page is long over by then.
const DELIVERED: usize = 10_000;

/// Where a point stands, seen from this star.
enum Place {
    /// A name the shell serves.
    Shell(String),
    /// A mechtron of this star.
    Mechtron(Target),
    /// Elsewhere: up.
    Up,
    /// In another tab of this browser.
    OtherTab,
    /// Nowhere.
    Nowhere,
}

/// A mechtron of this star.
pub(super) enum Target {
    /// One that was spoken to before.
    Known(Slot),
    /// One that is not yet in memory: the application's point for it, and what it is made of.
    New(Point, Arc<MechtronSpec>),
}

/// What a server star knows of grants: those of the installed applications.
struct AppRules<'a>(&'a [Grant]);

impl Rules for AppRules<'_> {
    fn grants(&self) -> &[Grant] {
        self.0
    }

    fn star_agent(&self, _: &Point) -> Option<Agent> {
        None
    }

    fn owner(&self, _: &Point) -> Option<Point> {
        // What is judged here speaks for a mechtron, never for a user.
        None
    }
}

impl Star {
    pub(super) fn ask_from_shell(&mut self, call: CallId, draft: Draft) {
        let wave = self.begin_wave(draft, WaveKind::Ping);
        self.open_ping(&wave, Asker::Shell(call));
        if let Err(error) = wave.check() {
            return self.refuse_own(wave.id, &error.into());
        }
        self.send(wave);
    }

    pub(super) fn tell_from_shell(&mut self, draft: Draft) {
        let wave = self.begin_wave(draft, WaveKind::Signal);
        match wave.check() {
            Ok(()) => self.send(wave),
            Err(error) => self.log(LogLevel::Warning, self.point.clone(), format!("a signal was dropped: {error}")),
        }
    }

    fn begin_wave(&mut self, draft: Draft, kind: WaveKind) -> Box<Wave> {
        let from = draft.from.unwrap_or_else(|| self.point.clone());
        let agent = draft.agent.unwrap_or_else(|| self.agent.clone());
        let id = self.random.wave_id();
        let mut wave = Box::new(Wave::with_body(id, kind, from, agent, draft.to, draft.method, draft.body));
        (wave.path, wave.query, wave.wait) = (draft.path, draft.query, draft.wait);
        wave.headers = draft.headers;
        wave
    }

    /// A wave that a mechtron of this star sends: judged here, by its fence and, on a server, by the grants.
    pub(super) fn send_judged(&mut self, wave: Box<Wave>, slot: Slot) {
        let Some(mechtron) = self.slots.get(slot) else { return };
        let fence = Via::Here { fence: Some(&mechtron.spec.fence), outsider: mechtron.spec.own.is_some() };
        let judged = match self.role {
            // What goes up is judged by the relay; what stays belongs to one user.
            Role::Tab => Ok(()),
            Role::Server { .. } => admit::admit(&wave, fence, &AppRules(&self.grants)),
        };
        match judged {
            Ok(()) => self.send(wave),
            Err(refusal) => self.bounce(&wave, &refusal),
        }
    }

    /// Sends an admitted wave that begins in this star.
    pub(super) fn send(&mut self, mut wave: Box<Wave>) {
        let place = self.place(&wave.to);
        // A circle of pings within a star ends by its chain; one of signals has no chain.
        if wave.kind == WaveKind::Signal || matches!(place, Place::Up) {
            wave.hops = wave.hops.saturating_add(1);
        }
        if wave.hops > HOPS {
            return self.bounce(&wave, &Refusal::new(Code::TooManyHops, "the wave passed more than 32 holders"));
        }
        match place {
            Place::Shell(name) => self.hand_to_shell(name, *wave, true),
            Place::Mechtron(target) => self.deliver(target, wave, true),
            Place::Up => self.send_up(wave),
            Place::OtherTab => self.bounce(&wave, &browser::elsewhere(&wave.to)),
            Place::Nowhere => {
                let refusal = self.no_route(&wave.to);
                self.bounce(&wave, &refusal);
            }
        }
    }

    fn send_up(&mut self, wave: Box<Wave>) {
        if self.role == Role::Tab && !self.lane {
            let message = format!("{} is not in this tab, and there is no lane", wave.to);
            return self.bounce(&wave, &Refusal::new(Code::Offline, message));
        }
        self.ping_left(wave.id);
        self.effects.push_back(Effect::Send(*wave));
    }

    /// A wave of this star's own that cannot go on: pings are refused, signals leave a line in the log.
    fn bounce(&mut self, wave: &Wave, refusal: &Refusal) {
        match wave.kind {
            WaveKind::Ping => self.refuse_own(wave.id, refusal),
            _ => self.log(
                LogLevel::Warning,
                wave.from.clone(),
                format!("a signal to {} was dropped: {refusal}", wave.to),
            ),
        }
    }

    /// A wave from outside, admitted there.
    pub(super) fn arrived(&mut self, wave: Wave) {
        if wave.kind == WaveKind::Pong {
            return self.pong_arrived(wave);
        }
        match self.place(&wave.to) {
            Place::Shell(name) => self.hand_to_shell(name, wave, false),
            Place::Mechtron(target) => self.deliver(target, Box::new(wave), false),
            Place::OtherTab => self.refuse(&wave, false, &browser::elsewhere(&wave.to)),
            Place::Up | Place::Nowhere => {
                let refusal = self.no_route(&wave.to);
                self.refuse(&wave, false, &refusal);
            }
        }
    }

    /// Refuses a wave that stands at its target. Signals are dropped without a word to their sender.
    pub(super) fn refuse(&mut self, wave: &Wave, local: bool, refusal: &Refusal) {
        if wave.kind == WaveKind::Ping {
            self.answer(Box::new(wave.refuse(refusal)), local);
        }
    }

    /// Sends a pong to where its ping began.
    pub(super) fn answer(&mut self, pong: Box<Wave>, local: bool) {
        match local {
            true => self.settle(pong),
            false => self.effects.push_back(Effect::Send(*pong)),
        }
    }

    fn hand_to_shell(&mut self, name: String, wave: Wave, local: bool) {
        if wave.kind == WaveKind::Ping {
            if self.delivered.contains_key(&wave.id) {
                let refusal = Refusal::new(Code::BadWave, "a ping with this id is in hand already");
                return self.refuse(&wave, local, &refusal);
            }
            if self.delivered.len() == DELIVERED {
                let refusal = Refusal::new(Code::MailboxFull, format!("{} has too much in hand", wave.to));
                return self.refuse(&wave, local, &refusal);
            }
            self.timers.set(self.now.plus(u64::from(wave.wait)), Timer::Delivered(wave.id));
            self.delivered.insert(wave.id, local);
        }
        self.effects.push_back(Effect::Deliver { name, wave });
    }

    pub(super) fn shell_answers(&mut self, ping: &Wave, status: u16, headers: Headers, body: Body) {
        let Some(local) = self.delivered.remove(&ping.id) else { return };
        let pong = ping.pong(self.agent.clone(), status, headers, body);
        match pong.check() {
            Ok(()) => self.answer(Box::new(pong), local),
            Err(error) => self.refuse(ping, local, &Refusal::new(Code::BadReply, error.to_string())),
        }
    }

    fn place(&self, to: &Point) -> Place {
        if to.path().is_some() {
            return Place::Nowhere;
        }
        match self.role {
            Role::Tab if to.is_within(&self.point) => self.place_below(to),
            Role::Tab => match self.placed(to) {
                Some((place, placement)) if placement.is_in_tabs() => self.here_or_not(to, place, placement),
                _ => Place::Up,
            },
            // To find one that was spoken to before takes less than to work out whose it is.
            Role::Server { index, count } => match self.placed(to) {
                Some((place, Placement::Anywhere)) => place,
                Some((place @ Place::Mechtron(Target::Known(_)), Placement::Server)) => place,
                Some((place, Placement::Server)) if Star::owner(to, count) == index => place,
                _ => Place::Up,
            },
        }
    }

    /// A point below this tab's own.
    fn place_below(&self, to: &Point) -> Place {
        let mut below = to.segments().skip(self.point.segments().count());
        match (below.next(), below.next()) {
            (Some(name), None) if self.served.contains_key(name) => Place::Shell(name.to_owned()),
            (Some(_), Some(_)) => {
                let from = admit::placed_from(to);
                let placed = from.and_then(|from| Some((self.placed(&from)?, from)));
                match placed {
                    Some(((place, placement), name)) if placement.is_in_tabs() => {
                        self.here_or_not(&name, place, placement)
                    }
                    _ => Place::Nowhere,
                }
            }
            _ => Place::Nowhere,
        }
    }

    /// A mechtron that is placed in tabs: in this one, or in another of this browser.
    fn here_or_not(&self, name: &Point, place: Place, placement: Placement) -> Place {
        let here = placement != Placement::Browser || app_of(name).is_some_and(|app| self.is_here(&app, placement));
        if here { place } else { Place::OtherTab }
    }

    /// A mechtron of an installed application, and where such are placed.
    fn placed(&self, to: &Point) -> Option<(Place, Placement)> {
        // One that was spoken to before is found at once.
        if let Some(slot) = self.slots.find(to) {
            let placement = self.slots.get(slot)?.spec.placement;
            return Some((Place::Mechtron(Target::Known(slot)), placement));
        }
        let spec = self.apps.get(&app_of(to)?)?.mechtron(to)?;
        let spec = self.overrides.get(to).unwrap_or(spec);
        Some((Place::Mechtron(Target::New(to.clone(), spec.clone())), spec.placement))
    }

    /// Why nothing answers at a point.
    fn no_route(&self, to: &Point) -> Refusal {
        let app = admit::placed_from(to).as_ref().map_or_else(|| app_of(to), app_of);
        let halted = app.and_then(|app| Some(revoked(&app, self.halted.get(&app)?)));
        halted.unwrap_or_else(|| Refusal::new(Code::NoRoute, format!("nothing stands at {to}")))
    }
}

/// The point of the application that a mechtron's point would be in.
fn app_of(mechtron: &Point) -> Option<Point> {
    let mut app = mechtron.clone();
    while app.segments().count() > 2 {
        app = app.parent()?;
    }
    Some(app)
}
