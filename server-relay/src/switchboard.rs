//! The switchboard: where each wave goes.
//!
//! A point below a star leads down that star's lane, a server mechtron's to the star that owns it, a command to the
//! steward; everything else is no route. It never picks a tab for somebody else's wave. A pong passes only from the
//! target that was asked to the one who asked.

mod open;
mod rules;

use std::sync::Arc;
use std::time::Duration;

use starlane_host::admit::{Via, admit};
use starlane_host::event::Event;
use starlane_host::star::Star;
use starlane_protocol::document::Placement;
use starlane_protocol::lane::{Bye, ByeCode};
use starlane_protocol::limits::HOPS;
use starlane_protocol::{Code, Point, Refusal, Wave, WaveKind};
use tokio::sync::oneshot;

pub(crate) use open::{Asker, OpenPings, Place};
pub(crate) use rules::Law;

use crate::link::Lane;
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::registry::Picture;
use crate::steward;

/// How often open pings are looked through for those whose time is over.
pub(crate) const SWEEP: Duration = Duration::from_millis(100);

impl Mesh {
    /// Takes a wave that came up a lane.
    pub(crate) fn from_lane(self: &Arc<Self>, lane: &Arc<Lane>, mut wave: Wave) -> Result<(), Bye> {
        if !wave.from.is_within(&lane.star) {
            let reason = format!("a wave over the lane of `{}` says that it is from `{}`", lane.star, wave.from);
            return Err(Bye { code: ByeCode::ForgedFrom, reason });
        }
        wave.agent = lane.agent.clone();
        if wave.kind == WaveKind::Pong {
            self.pong(wave, &Place::Lane(lane.id));
            return Ok(());
        }
        let picture = self.registry.now();
        let asker = Asker::Lane(lane.clone());
        let via = Via::Lane { star: &lane.star, agent: &lane.agent };
        match self.judge(&wave, via, &picture) {
            Ok(()) => self.route(&picture, wave, asker),
            Err(refusal) => self.refuse(asker, &wave, refusal),
        }
        Ok(())
    }

    /// Takes a wave that one of the relay's own stars sends; it was judged there.
    pub(crate) fn from_star(self: &Arc<Self>, star: u32, wave: Wave) {
        match wave.kind {
            WaveKind::Pong => self.pong(wave, &Place::Star(star)),
            _ => self.route(&self.registry.now(), wave, Asker::Star(star)),
        }
    }

    /// Sends a ping that came by HTTP, and waits for its answer.
    pub(crate) async fn ask(self: &Arc<Self>, wave: Wave, via: Via<'_>) -> Wave {
        let picture = self.registry.now();
        if let Err(refusal) = self.judge(&wave, via, &picture) {
            return wave.refuse(&refusal);
        }
        let (asker, answer) = oneshot::channel();
        self.route(&picture, wave.clone(), Asker::Http(asker));
        let lost = || wave.refuse(&Refusal::new(Code::StarAway, "the relay is being closed"));
        answer.await.unwrap_or_else(|_| lost())
    }

    /// Ends the open pings whose time is over.
    pub(crate) fn sweep(&self) {
        for asked in self.open.overdue() {
            let what = format!("`{}` did not answer in time", asked.stub.to);
            self.refuse(asked.asker, &asked.stub, Refusal::new(Code::Deadline, what));
        }
    }

    /// Ends what a lane leaves open.
    pub(crate) fn lane_lost(&self, lane: &Lane) {
        self.open.forget_asker(lane.id);
        for asked in self.open.take_all(&Place::Lane(lane.id)) {
            let what = format!("the lane of `{}` was lost before it answered", lane.star);
            self.refuse(asked.asker, &asked.stub, Refusal::new(Code::LaneLost, what));
        }
    }

    /// Ends what a star that fell leaves open.
    pub(crate) fn star_fell(&self, star: u32) {
        for asked in self.open.take_all(&Place::Star(star)) {
            let what = format!("the star that runs `{}` fell", asked.stub.to);
            self.refuse(asked.asker, &asked.stub, Refusal::new(Code::Internal, what));
        }
    }

    /// Commands to the relay are judged by the steward, each by the right it needs.
    fn judge(&self, wave: &Wave, via: Via<'_>, picture: &Picture) -> Result<(), Refusal> {
        if steward::takes(wave) {
            return Ok(());
        }
        admit(wave, via, &Law { picture, lanes: &self.lanes })
    }

    fn route(self: &Arc<Self>, picture: &Picture, mut wave: Wave, asker: Asker) {
        wave.hops = wave.hops.saturating_add(1);
        let place = match self.place(picture, &wave) {
            Ok(place) => place,
            Err(refusal) => return self.refuse(asker, &wave, refusal),
        };
        if wave.kind == WaveKind::Signal {
            // A signal is best effort: who has no room for it loses it.
            let _ = self.hand_over(&place, wave);
            return;
        }
        let (id, from) = (wave.id, wave.from.clone());
        if let Err((asker, refusal)) = self.open.ask(&wave, place.clone(), asker) {
            return self.refuse(asker, &wave, refusal);
        }
        if let Err(refusal) = self.hand_over(&place, wave)
            && let Some(asked) = self.open.give_up(id, &from)
        {
            self.refuse(asked.asker, &asked.stub, refusal);
        }
    }

    fn place(&self, picture: &Picture, wave: &Wave) -> Result<Place, Refusal> {
        let to = &wave.to;
        if wave.hops > HOPS {
            return Err(Refusal::new(Code::TooManyHops, format!("on its way to `{to}`")));
        }
        if steward::takes(wave) {
            return Ok(Place::Steward);
        }
        if to.is_within(&self.stars) {
            return self.star_place(to);
        }
        match picture.mechtron(to).filter(|_| to.path().is_none()) {
            Some(spec) if spec.placement == Placement::Server => Ok(Place::Star(Star::owner(to, self.star_count()))),
            Some(_) => {
                let what = format!("`{to}` runs in tabs; one of them is reached below its star's point");
                Err(Refusal::new(Code::NoRoute, what))
            }
            None => Err(Refusal::new(Code::NoRoute, format!("nothing stands at `{to}`"))),
        }
    }

    fn star_place(&self, to: &Point) -> Result<Place, Refusal> {
        if let Some(index) = self.own.iter().position(|star| to.is_within(star)) {
            return Ok(Place::Star(u32::try_from(index).unwrap_or_default()));
        }
        let id = to.segments().nth(2).unwrap_or_default();
        match self.lanes.get(id) {
            Some(lane) => Ok(Place::Lane(lane.id)),
            None if self.lanes.is_away(id) => {
                Err(Refusal::new(Code::StarAway, format!("the star of `{to}` has no lane at the moment")))
            }
            None => Err(Refusal::new(Code::NoRoute, format!("there is no star of `{to}`"))),
        }
    }

    fn hand_over(self: &Arc<Self>, place: &Place, wave: Wave) -> Result<(), Refusal> {
        match place {
            Place::Lane(id) => {
                let lane = wave.to.segments().nth(2).and_then(|star| self.lanes.get(star));
                let lane = lane.filter(|lane| lane.id == *id);
                let lost = || Refusal::new(Code::StarAway, format!("the star of `{}` is gone", wave.to));
                lane.ok_or_else(lost)?.send(wave);
            }
            Place::Star(index) => {
                let full = Refusal::new(Code::MailboxFull, format!("the star of `{}` has no room left", wave.to));
                self.inboxes.get(*index as usize).ok_or_else(|| full.clone())?.wave(wave).map_err(|_| full)?;
            }
            Place::Steward => self.command(wave)?,
        }
        Ok(())
    }

    fn command(self: &Arc<Self>, wave: Wave) -> Result<(), Refusal> {
        let busy = |_| Refusal::new(Code::TooMany, "too many commands are being carried out");
        let permit = self.commands.clone().try_acquire_owned().map_err(busy)?;
        let mesh = self.clone();
        self.runtime.spawn(async move {
            let pong = steward::answer(&mesh, &wave).await;
            drop(permit);
            mesh.pong(pong, &Place::Steward);
        });
        Ok(())
    }

    /// Hands a pong to whoever asked, if it comes from where they asked.
    fn pong(&self, pong: Wave, place: &Place) {
        match self.open.answered(&pong, place) {
            Some(asked) => self.deliver(asked.asker, pong),
            None => tracing::debug!(from = %pong.from, to = %pong.to, "an answer that nobody waits for"),
        }
    }

    fn refuse(&self, asker: Asker, wave: &Wave, refusal: Refusal) {
        if wave.kind == WaveKind::Ping {
            self.deliver(asker, Problem::from(refusal).pong(wave));
        }
    }

    fn deliver(&self, asker: Asker, pong: Wave) {
        match asker {
            Asker::Lane(lane) => lane.send(pong),
            Asker::Star(index) => {
                if let Some(inbox) = self.inboxes.get(index as usize) {
                    inbox.answer(Event::Arrived(pong));
                }
            }
            // The request may be over.
            Asker::Http(answer) => drop(answer.send(pong)),
        }
    }

    fn star_count(&self) -> u32 {
        u32::try_from(self.own.len()).unwrap_or(1)
    }
}
