//! The switchboard: where each wave goes.
//!
//! A point below a star leads down that star's lane, a server mechtron's to the star that owns it, a command to the
//! steward; everything else is no route. It never picks a tab for somebody else's wave. A pong passes only from the
//! target that was asked to the one who asked.

mod accounts;
mod meant;
mod open;
mod routes;
mod rules;

use std::sync::Arc;
use std::time::{Duration, Instant};

use starlane_host::admit::{Via, admit};
use starlane_host::star::Star;
use starlane_protocol::document::Placement;
use starlane_protocol::limits::HOPS;
use starlane_protocol::{Code, Point, Refusal, Wave, WaveKind};
use tokio::sync::oneshot;

pub(crate) use accounts::{Account, Accounts};
use open::Changing;
pub(crate) use open::{Asked, Asker, LaneOpen, OpenPings, Place};
pub(crate) use routes::Routes;
pub(crate) use rules::Law;

use crate::link::Lane;
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::registry::Picture;
use crate::remote::Remote;
use crate::steward;

/// How often open pings are looked through for those whose time is over.
pub(crate) const SWEEP: Duration = Duration::from_millis(100);

/// Waves on their way, in the order they came: those whose place is known, then those that answer.
#[derive(Default)]
struct Batch {
    placed: Vec<(Place, Asker, Box<Wave>)>,
    pongs: Vec<Box<Wave>>,
}

impl Mesh {
    /// Takes waves that came up a lane, each of which says truly that it is from the lane's star.
    pub(crate) fn from_lane(self: &Arc<Self>, lane: &Arc<Lane>, routes: &mut Routes, waves: Vec<Box<Wave>>) {
        let picture = self.registry.now();
        routes.renew(picture.number);
        let mut batch = Batch::default();
        for mut wave in waves {
            wave.agent = lane.agent.clone();
            let asker = Asker::Lane(lane.clone());
            match wave.kind {
                WaveKind::Pong => self.batch_pong(&mut batch, wave, Place::Lane(lane.id)),
                _ => match self.judge_routed(lane, routes, &picture, &mut wave) {
                    Ok(place) => self.batch_placed(&mut batch, place, asker, wave, Place::Lane(lane.id)),
                    Err(refusal) => self.refuse(asker, &wave, refusal),
                },
            }
        }
        self.send_batch(&mut batch, Place::Lane(lane.id));
    }

    /// Takes waves that one of the relay's own stars sends; they were judged there.
    pub(crate) fn from_star(self: &Arc<Self>, star: u32, waves: Vec<Box<Wave>>) {
        let picture = self.registry.now();
        let (mut batch, here) = (Batch::default(), Place::Star(star));
        for mut wave in waves {
            match wave.kind {
                WaveKind::Pong => self.batch_pong(&mut batch, wave, here),
                _ => match self.next_place(&picture, &mut wave) {
                    Ok(place) => self.batch_placed(&mut batch, place, Asker::Star(star), wave, here),
                    Err(refusal) => self.refuse(Asker::Star(star), &wave, refusal),
                },
            }
        }
        self.send_batch(&mut batch, here);
    }

    /// Sends a ping that came by HTTP from there, and waits for its answer.
    pub(crate) async fn ask(self: &Arc<Self>, mut wave: Wave, via: Via<'_>, remote: Remote) -> Wave {
        let picture = self.registry.now();
        let judged = self.judge(&wave, via, &picture).and_then(|()| self.next_place(&picture, &mut wave));
        let place = match judged {
            Ok(place) => place,
            Err(refusal) => return wave.refuse(&refusal),
        };
        let (asker, answer) = oneshot::channel();
        let asker = Asker::Http(asker, self.accounts.of(&wave.agent, remote));
        self.send_placed(vec![(place, asker, Box::new(wave.clone()))]);
        let lost = || wave.refuse(&Refusal::new(Code::StarAway, "the relay is being closed"));
        answer.await.unwrap_or_else(|_| lost())
    }

    /// Ends the open pings whose time is over.
    pub(crate) fn sweep(&self) {
        for asked in self.open.overdue() {
            let what = format!("`{}` did not answer in time", asked.to);
            self.end(asked, Refusal::new(Code::Deadline, what));
        }
    }

    /// Ends what a lane leaves open.
    pub(crate) fn lane_lost(&self, lane: &Lane) {
        self.open.forget_asker(lane.id);
        for asked in self.open.take_all(Place::Lane(lane.id)) {
            let what = format!("the lane of `{}` was lost before it answered", lane.star);
            self.end(asked, Refusal::new(Code::LaneLost, what));
        }
    }

    /// Ends what a star that fell leaves open.
    pub(crate) fn star_fell(&self, star: u32) {
        for asked in self.open.take_all(Place::Star(star)) {
            let what = format!("the star that runs `{}` fell", asked.to);
            self.end(asked, Refusal::new(Code::Internal, what));
        }
    }

    /// Commands to the relay are judged by the steward, each by the right it needs.
    fn judge(&self, wave: &Wave, via: Via<'_>, picture: &Picture) -> Result<(), Refusal> {
        if steward::takes(wave) {
            return Ok(());
        }
        admit(wave, via, &Law { picture, lanes: &self.lanes })
    }

    /// Judges a wave of a lane, unless one like it was admitted before; gives where it goes.
    fn judge_routed(
        &self,
        lane: &Lane,
        routes: &mut Routes,
        picture: &Picture,
        wave: &mut Wave,
    ) -> Result<Place, Refusal> {
        if wave.hops < HOPS
            && let Some(place) = routes.find(wave)
        {
            wave.hops += 1;
            return Ok(place);
        }
        self.judge(wave, Via::Lane { star: &lane.star, agent: &lane.agent }, picture)?;
        let place = self.next_place(picture, wave)?;
        if let Place::Star(star) = place
            && !wave.to.is_within(&self.stars)
        {
            routes.keep(wave, star);
        }
        Ok(place)
    }

    /// Where a wave goes that passes this relay.
    fn next_place(&self, picture: &Picture, wave: &mut Wave) -> Result<Place, Refusal> {
        wave.hops = wave.hops.saturating_add(1);
        self.place(picture, wave)
    }

    /// A pong goes on after the waves before it, and with the pongs before it.
    fn batch_pong(self: &Arc<Self>, batch: &mut Batch, pong: Box<Wave>, from: Place) {
        if !batch.placed.is_empty() {
            self.send_batch(batch, from);
        }
        batch.pongs.push(pong);
    }

    fn batch_placed(self: &Arc<Self>, batch: &mut Batch, place: Place, asker: Asker, wave: Box<Wave>, from: Place) {
        if !batch.pongs.is_empty() {
            self.send_batch(batch, from);
        }
        batch.placed.push((place, asker, wave));
    }

    fn send_batch(self: &Arc<Self>, batch: &mut Batch, from: Place) {
        self.pongs(std::mem::take(&mut batch.pongs), from);
        self.send_placed(std::mem::take(&mut batch.placed));
    }

    /// Notes the pings among these waves, and hands all over in their order.
    fn send_placed(self: &Arc<Self>, placed: Vec<(Place, Asker, Box<Wave>)>) {
        if placed.is_empty() {
            return;
        }
        let (mut noted, mut refused) = (Vec::with_capacity(placed.len()), Vec::new());
        let (mut open, now) = (self.open.change(), Instant::now());
        for (place, asker, wave) in placed {
            match wave.kind {
                WaveKind::Ping => match open.ask(&wave, place, asker, now) {
                    Ok(()) => noted.push((place, wave)),
                    Err((asker, refusal)) => refused.push((asker, wave, refusal)),
                },
                _ => noted.push((place, wave)),
            }
        }
        drop(open);
        refused.into_iter().for_each(|(asker, wave, refusal)| self.refuse(asker, &wave, refusal));
        self.hand_over(noted);
    }

    /// Hands waves over; those for one star together. One target has one place, so what a sender tells it keeps its order.
    fn hand_over(self: &Arc<Self>, noted: Vec<(Place, Box<Wave>)>) {
        let mut stars: Vec<Vec<Box<Wave>>> = self.inboxes.iter().map(|_| Vec::new()).collect();
        let most = noted.len();
        for (place, wave) in noted {
            match place {
                Place::Star(index) => {
                    let star = &mut stars[index as usize];
                    star.reserve_exact(if star.is_empty() { most } else { 0 });
                    star.push(wave);
                }
                Place::Lane(id) => self.hand_to_lane(id, wave),
                Place::Steward => self.command(wave),
            }
        }
        for (inbox, waves) in self.inboxes.iter().zip(stars).filter(|(_, waves)| !waves.is_empty()) {
            for wave in inbox.waves(waves) {
                let what = format!("the star of `{}` has no room left", wave.to);
                self.give_up(&wave, Refusal::new(Code::MailboxFull, what));
            }
        }
    }

    /// Ends a ping that was noted and could not be handed over. A signal is best effort: who has no room for it loses it.
    fn give_up(&self, wave: &Wave, refusal: Refusal) {
        if wave.kind == WaveKind::Ping
            && let Some(asked) = self.open.give_up(wave.id, &wave.from)
        {
            self.end(asked, refusal);
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
        let app = picture.app_of(to);
        if let Some((app, why)) = app.and_then(|one| Some((&one.app.point, one.halted.as_ref()?))) {
            return Err(Refusal::new(Code::Revoked, format!("nothing of `{app}` runs: {why}")));
        }
        match app.and_then(|one| one.app.mechtron(to)).filter(|_| to.path().is_none()) {
            Some(spec) if spec.placement.is_on_server() => Ok(Place::Star(Star::owner(to, self.star_count()))),
            Some(spec) => {
                let below: Vec<_> = to.segments().skip(1).collect();
                let star = format!("{}:<id>:{}", self.stars, below.join(":"));
                let place = if spec.placement == Placement::Browser { "each visitor's browser" } else { "tabs" };
                let what =
                    format!("`{to}` runs in {place}; one of them is reached below its star's point, as `{star}`");
                Err(Refusal::new(Code::NoRoute, what))
            }
            None if picture.has_keys_at(to) => {
                let what = format!("there is one of `{to}` for every key: name a key, like `{to}:some-key`");
                Err(Refusal::new(Code::NoRoute, what))
            }
            None => {
                let meant = meant::meant(picture, wave).unwrap_or_default();
                Err(Refusal::new(Code::NoRoute, format!("nothing stands at `{to}`{meant}")))
            }
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

    fn hand_to_lane(&self, id: u64, wave: Box<Wave>) {
        let lane = wave.to.segments().nth(2).and_then(|star| self.lanes.get(star));
        match lane.filter(|lane| lane.id == id) {
            Some(lane) => lane.send(wave),
            None => {
                let what = format!("the star of `{}` is gone", wave.to);
                self.give_up(&wave, Refusal::new(Code::StarAway, what));
            }
        }
    }

    fn command(self: &Arc<Self>, wave: Box<Wave>) {
        let Ok(permit) = self.commands.clone().try_acquire_owned() else {
            return self.give_up(&wave, Refusal::new(Code::TooMany, "too many commands are being carried out"));
        };
        let mesh = self.clone();
        self.runtime.spawn(async move {
            let pong = steward::answer(&mesh, &wave).await;
            drop(permit);
            mesh.pongs(vec![Box::new(pong)], Place::Steward);
        });
    }

    /// Hands pongs to whoever asked, if they come from where they asked.
    fn pongs(&self, pongs: Vec<Box<Wave>>, place: Place) {
        if pongs.is_empty() {
            return;
        }
        let mut open = self.open.change();
        let asker = |pong: &Wave, open: &mut Changing<'_>| open.answered(pong, place).map(|asked| asked.asker);
        let answered: Vec<_> = pongs.into_iter().map(|pong| (asker(&pong, &mut open), pong)).collect();
        drop(open);
        let mut lanes = Vec::with_capacity(answered.len());
        for (asker, pong) in answered {
            match asker {
                Some(Asker::Lane(lane)) => lanes.push((lane, pong)),
                Some(asker) => self.deliver(asker, pong),
                None => tracing::debug!(from = %pong.from, to = %pong.to, "an answer that nobody waits for"),
            }
        }
        send_all(lanes);
    }

    /// Ends a ping that gets no answer of its target's.
    fn end(&self, asked: Asked, refusal: Refusal) {
        let ping = asked.ping();
        self.refuse(asked.asker, &ping, refusal);
    }

    fn refuse(&self, asker: Asker, wave: &Wave, refusal: Refusal) {
        if wave.kind == WaveKind::Ping {
            self.deliver(asker, Box::new(Problem::from(refusal).pong(wave)));
        }
    }

    fn deliver(&self, asker: Asker, pong: Box<Wave>) {
        match asker {
            Asker::Lane(lane) => lane.send(pong),
            Asker::Star(index) => {
                if let Some(inbox) = self.inboxes.get(index as usize) {
                    inbox.pong(pong);
                }
            }
            // The request may be over.
            Asker::Http(answer, _) => drop(answer.send(*pong)),
        }
    }

    fn star_count(&self) -> u32 {
        u32::try_from(self.own.len()).unwrap_or(1)
    }
}

/// Sends each lane what is for it, all at once, in the order given.
fn send_all(mut waves: Vec<(Arc<Lane>, Box<Wave>)>) {
    waves.sort_by_key(|(lane, _)| lane.id);
    let mut waves = waves.into_iter().peekable();
    while let Some((lane, first)) = waves.next() {
        let mut together = vec![first];
        while let Some((_, wave)) = waves.next_if(|(next, _)| next.id == lane.id) {
            together.push(wave);
        }
        lane.send_all(together);
    }
}
