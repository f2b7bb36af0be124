//! A star on its own thread: events from the inbox, guests in slices, effects to store, blobs, switchboard and log.
//!
//! Nothing of a guest ever runs on a thread of the sockets. What the star says is done in the order it is said.

mod inbox;
mod slice;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use starlane_bundle::Digest;
use starlane_host::engine::Interpreter;
use starlane_host::event::{Effect, Event, LogLevel, LogLine};
use starlane_host::star::{Ceilings, MechtronInfo, Role, Star, StarConfig};
use starlane_protocol::{Agent, Point, Wave};
use tokio::sync::{mpsc, oneshot};

pub(crate) use inbox::{Inbox, Item};
use slice::Slice;

use crate::clock::Clock;
use crate::keys::random;
use crate::mesh::Mesh;
use crate::overrides;
use crate::store::Job;
use crate::upgrade::Upgrades;

/// Bytes the guests of all stars of a relay may hold: 4 GiB, which a server has to spare.
const GUESTS: u64 = 4 << 30;

/// Bounds of one of `stars` server stars. Places differ only in these.
fn ceilings(stars: u32) -> Ceilings {
    Ceilings {
        // 1 GiB for one mechtron.
        memory: 1 << 30,
        // Some minutes of interpreted work.
        fuel: 100_000_000_000,
        guests: GUESTS / u64::from(stars.max(1)),
    }
}

/// The longest sleep of a star that has nothing to do; it then only looks at the clock.
const NAP: Duration = Duration::from_secs(60);

/// How the stars of a relay are set up.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    /// Their points, in the order of their numbers.
    pub(crate) points: Vec<Point>,
    /// After how long a mechtron without waves is put to sleep.
    pub(crate) idle: Duration,
    /// One clock for all.
    pub(crate) clock: Clock,
}

/// Starts the thread of one star.
pub(crate) fn start(
    index: u32,
    setup: Setup,
    mesh: Arc<Mesh>,
    jobs: mpsc::Sender<Job>,
) -> std::io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Handle::current();
    std::thread::Builder::new().name(format!("star-{index}")).spawn(move || {
        let shell = Shell { index, setup, mesh, jobs, runtime };
        while let Err(panic) = catch_unwind(AssertUnwindSafe(|| shell.run())) {
            shell.fell(panic.as_ref());
        }
    })
}

struct Shell {
    index: u32,
    setup: Setup,
    mesh: Arc<Mesh>,
    jobs: mpsc::Sender<Job>,
    runtime: tokio::runtime::Handle,
}

/// What changes while a star lives.
struct Running {
    star: Star,
    slice: Slice,
}

impl Shell {
    /// Runs a fresh star until the inbox is closed.
    fn run(&self) {
        let inbox = self.inbox();
        let Some(mut running) = self.make() else { return };
        self.effects(&mut running);
        loop {
            let patience = if running.star.ready() { Duration::ZERO } else { self.patience(&running.star) };
            let Some(items) = inbox.take(patience) else { return };
            running.star.handle(self.setup.clock.event());
            self.effects(&mut running);
            for (_, item) in items {
                self.item(&mut running, item);
            }
            if running.star.ready() {
                running.slice.run(&mut running.star);
                self.effects(&mut running);
            }
        }
    }

    fn make(&self) -> Option<Running> {
        let point = self.setup.points.get(self.index as usize)?.clone();
        let count = u32::try_from(self.setup.points.len()).ok()?;
        let seed = random().inspect_err(|error| tracing::error!(%error, "no random numbers, no star")).ok()?;
        let idle_ms = u64::try_from(self.setup.idle.as_millis()).unwrap_or(u64::MAX);
        let role = Role::Server { index: self.index, count };
        let agent = Agent::Point(point.clone());
        let config = StarConfig { point, agent, role, ceilings: ceilings(count), idle_ms, seed };
        let mut star = Star::new(config, Rc::new(Interpreter));
        star.handle(self.setup.clock.event());
        for one in self.mesh.registry.now().apps.values().filter(|one| one.halted.is_none()) {
            star.handle(Event::Install(one.app.clone()));
        }
        for event in overrides::in_force(&self.mesh, self.index) {
            star.handle(event);
        }
        Some(Running { star, slice: Slice::default() })
    }

    fn patience(&self, star: &Star) -> Duration {
        let now = self.setup.clock.now();
        star.wake_at().map_or(NAP, |at| Duration::from_millis(at.since(now)).min(NAP))
    }

    fn item(&self, running: &mut Running, item: Item) {
        match item {
            Item::Wave(wave) => running.star.handle(Event::Arrived(*wave)),
            Item::Event(event) => running.star.handle(event),
            Item::Forget { lost, event, done } => self.forget(running, lost, event, done),
            Item::Inspect(to) => self.inspect(running, to),
            #[cfg(test)]
            Item::Fall(when) => tests::fall(&when),
        }
        self.effects(running);
    }

    /// Deletes a state in the order of this star's own jobs, then lets the star know.
    fn forget(
        &self,
        running: &mut Running,
        lost: Option<Point>,
        event: Event,
        done: oneshot::Sender<Result<(), String>>,
    ) {
        let (tell, told) = oneshot::channel();
        let result = match self.jobs.blocking_send(Job::Forget { lost, done: tell }) {
            Ok(()) => told.blocking_recv().unwrap_or_else(|_| Err("the store is closed".into())),
            Err(_) => Err("the store is closed".into()),
        };
        running.star.handle(event);
        // Whoever asked may have gone.
        let _ = done.send(result);
    }

    fn inspect(&self, running: &mut Running, to: oneshot::Sender<Vec<MechtronInfo>>) {
        // Whoever asked may have gone.
        let _ = to.send(running.star.mechtrons());
    }

    /// Carries out what the star says. Waves that it sends one after the other go on together.
    fn effects(&self, running: &mut Running) {
        let mut waves = Vec::new();
        while let Some(effect) = running.star.next_effect() {
            match effect {
                Effect::Send(wave) => waves.push(Box::new(wave)),
                other => {
                    self.send(&mut waves);
                    self.effect(other);
                }
            }
        }
        self.send(&mut waves);
    }

    fn send(&self, waves: &mut Vec<Box<Wave>>) {
        if !waves.is_empty() {
            self.mesh.from_star(self.index, std::mem::take(waves));
        }
    }

    fn effect(&self, effect: Effect) {
        let inbox = self.inbox();
        match effect {
            Effect::Commit(commit) => self.job(Job::Commit { commit, to: inbox.clone() }),
            Effect::Load { mechtron, .. } => self.job(Job::Load { mechtron, to: inbox.clone() }),
            Effect::Send(wave) => self.send(&mut vec![Box::new(wave)]),
            Effect::Log(line) => self.mesh.log.write(line),
            Effect::Upgrade { app, generation, step } => Upgrades::heard(&self.mesh, self.index, app, generation, step),
            Effect::Fetch { digest, .. } => match self.mesh.blobs.at_hand(&digest) {
                // Whoever reads a page's files with every wave need not wait a slice for each.
                Some(bytes) => inbox.answer(Event::Fetched { digest, bytes: Ok(bytes) }),
                None => self.fetch(digest),
            },
            Effect::OverrideFailed { point, number, why } => overrides::failed(&self.mesh, point, number, why),
            // This shell asks nothing of its own star and serves no names in it.
            Effect::Settle { .. } | Effect::Deliver { .. } => {}
        }
    }

    fn fetch(&self, digest: Digest) {
        let (mesh, inbox) = (self.mesh.clone(), self.inbox().clone());
        self.runtime.spawn(async move {
            let bytes = mesh.blobs.read(&digest).await.map_err(Into::into);
            inbox.answer(Event::Fetched { digest, bytes });
        });
    }

    fn job(&self, job: Job) {
        if self.jobs.blocking_send(job).is_err() {
            tracing::error!(star = self.index, "the store is closed");
        }
    }

    fn inbox(&self) -> &Arc<Inbox> {
        &self.mesh.inboxes[self.index as usize]
    }

    /// A fault of the host itself: the star is made anew from the store, and whoever waits for it hears so.
    fn fell(&self, panic: &(dyn std::any::Any + Send)) {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        let text = format!("the star fell and is made anew: {text}");
        // Answers to the fallen star's jobs are not for the next one, which counts its commits anew.
        let (tell, told) = oneshot::channel();
        if self.jobs.blocking_send(Job::Sync(tell)).is_ok() {
            let _ = told.blocking_recv();
        }
        self.inbox().clear();
        self.mesh.star_fell(self.index);
        self.mesh.upgrades.star_fell(self.index);
        self.mesh.log.write(LogLine {
            level: LogLevel::Error,
            point: self.setup.points[self.index as usize].clone(),
            text,
        });
    }
}
