//! The star: mechtrons, their mailboxes, and the waves between them.
//!
//! Events only change plain data and are cheap; guests run in [`Star::run`], slice by slice. One mechtron handles one wave
//! at a time, without exception. A reply leaves only when its turn and every turn before it are committed.

mod browser;
mod commit;
mod crash;
mod deliver;
mod failure;
mod install;
mod mechtron;
mod outputs;
mod overrides;
mod pings;
mod route;
mod share;
mod slots;
mod timers;
mod turn;
mod upgrade;
mod wake;
mod watch;

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use litemap::LiteMap;
use starlane_bundle::Digest;
use starlane_protocol::{Agent, Grant, MechtronStatus, Point, WaveId};

use crate::app::{InstalledApp, MechtronSpec};
use crate::engine::{Engine, Module};
use crate::event::{CommitId, Effect, Event, LogLevel, LogLine, Millis};
use crate::random::Random;
pub use outputs::OVERRIDE;
use pings::Pings;
use share::{Account, Pools, Ready, Turn};
use slots::{Slot, Slots};
use timers::{Timer, Timers};
use upgrade::{Trials, Upgrades};
use watch::Leases;

/// Fuel that beginning and ending a turn is taken to cost, so that a slice of many short turns ends in time.
const TURN_FUEL: u64 = 2_000;

/// How a star is set up. Nothing in it changes while the star lives, but its name (see [`Event::Named`]).
pub struct StarConfig {
    /// Its point; a tab that never met a relay has one in the space `local` until it is named.
    pub point: Point,
    /// Who answers for what begins here.
    pub agent: Agent,
    /// Tab, or one of the stars of a relay.
    pub role: Role,
    /// What no config may exceed here, and what all guests together may hold.
    pub ceilings: Ceilings,
    /// Milliseconds without a wave after which a mechtron is put to sleep.
    pub idle_ms: u64,
    /// 32 random bytes: ids and the guests' random numbers come from them.
    pub seed: [u8; 32],
}

/// What part a star plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A tab: runs what is placed in tabs, sends the rest up its lane.
    Tab,
    /// The `index`th of `count` stars of a relay: runs the server mechtrons it owns.
    Server {
        /// From 0.
        index: u32,
        /// At least 1.
        count: u32,
    },
}

/// Bounds of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceilings {
    /// Bytes of memory a config may ask for.
    pub memory: u64,
    /// Fuel a config may ask for.
    pub fuel: u64,
    /// Bytes all guests of the star may hold.
    pub guests: u64,
}

/// What one call of [`Star::run`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ran {
    /// Fuel burnt.
    pub fuel: u64,
    /// Whether something is left to run at once.
    pub more: bool,
}

/// How one mechtron of a star is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MechtronInfo {
    /// Its point.
    pub point: Point,
    /// What it is doing.
    pub status: MechtronStatus,
    /// Waves handled since the star started.
    pub waves: u64,
    /// Fuel burnt since the star started.
    pub fuel: u64,
    /// Bytes its instance and state hold now.
    pub memory: u64,
}

/// A star without the world. Events in, effects out; single-threaded; needs no `Send`.
pub struct Star {
    point: Point,
    agent: Agent,
    role: Role,
    ceilings: Ceilings,
    idle_ms: u64,
    /// The least that any application asks for, or the star's own: how often it is looked who is idle.
    shortest_idle_ms: u64,
    engine: Rc<dyn Engine>,
    random: Random,
    pools: Pools,
    /// What each application holds of them.
    accounts: LiteMap<Point, Rc<Account>>,
    now: Millis,
    unix_ms: i64,
    lane: bool,
    apps: LiteMap<Point, Arc<InstalledApp>>,
    /// What owners put behind points of theirs.
    overrides: LiteMap<Point, Arc<MechtronSpec>>,
    grants: Vec<Grant>,
    slots: Slots,
    ready: Ready,
    /// Whether the last slice ended before its fuel was burnt, for others waited for what it had to say.
    ended_early: bool,
    modules: LiteMap<(Digest, u64), Rc<dyn Module>>,
    /// Who waits for which file.
    fetching: LiteMap<Digest, LiteMap<Slot, ()>>,
    /// States that were asked for and are not here yet: how often each.
    loading: LiteMap<Point, u32>,
    pings: Pings,
    leases: Leases,
    timers: Timers,
    commits: LiteMap<CommitId, Slot>,
    last_commit: u64,
    upgrades: Upgrades,
    trials: Trials,
    /// Applications whose browser mechtrons are in this tab.
    here: LiteMap<Point, ()>,
    /// Applications that are installed and may not run, each with the reason.
    halted: LiteMap<Point, String>,
    served: LiteMap<String, ()>,
    /// Pings the shell has in hand, and whether they began in this star.
    delivered: LiteMap<WaveId, bool>,
    effects: VecDeque<Effect>,
}

impl Star {
    /// A star with nothing installed.
    pub fn new(config: StarConfig, engine: Rc<dyn Engine>) -> Self {
        Self {
            point: config.point,
            agent: config.agent,
            role: config.role,
            ceilings: config.ceilings,
            idle_ms: config.idle_ms,
            shortest_idle_ms: config.idle_ms,
            engine,
            random: Random::new(config.seed),
            pools: Pools::new(config.ceilings.guests),
            accounts: LiteMap::new(),
            now: Millis::default(),
            unix_ms: 0,
            lane: false,
            apps: LiteMap::new(),
            overrides: LiteMap::new(),
            grants: Vec::new(),
            slots: Slots::default(),
            ready: Ready::default(),
            ended_early: false,
            modules: LiteMap::new(),
            fetching: LiteMap::new(),
            loading: LiteMap::new(),
            pings: Pings::default(),
            leases: Leases::default(),
            timers: Timers::default(),
            commits: LiteMap::new(),
            last_commit: 0,
            upgrades: Upgrades::default(),
            trials: Trials::default(),
            here: LiteMap::new(),
            halted: LiteMap::new(),
            served: LiteMap::new(),
            delivered: LiteMap::new(),
            effects: VecDeque::new(),
        }
    }

    /// Takes in an event. Cheap: guests run only in [`Star::run`].
    pub fn handle(&mut self, event: Event) {
        match event {
            Event::Time { now, unix_ms } => self.time(now, unix_ms),
            Event::Named { point, agent } => self.named(point, agent),
            Event::LaneUp => self.lane = true,
            Event::LaneDown => self.lane_down(),
            Event::Ask { call, draft } => self.ask_from_shell(call, draft),
            Event::Cancel { call } => self.cancel(call),
            Event::Tell { draft } => self.tell_from_shell(draft),
            Event::Arrived(wave) => self.arrived(wave),
            Event::Install(app) => self.install(app),
            Event::Prepare { app, back } => self.prepare(app, back),
            Event::Stop(app) => self.stop(&app),
            Event::Migrate(app) => self.freeze(&app),
            Event::Switch(app) => self.switch(&app),
            Event::Abandon(app) => self.abandon_upgrade(&app),
            Event::Try { app, mechtrons } => self.begin_trial(&app, mechtrons),
            Event::Override { point, spec } => self.set_override(point, spec),
            Event::Remove { app, halted } => self.remove(&app, halted),
            Event::Place { app, here } => self.place_browser(&app, here),
            Event::Drop(mechtron) => self.drop_mechtron(&mechtron),
            Event::StarAnew(star) => self.star_anew(&star),
            Event::Serve(name) => _ = self.served.insert(name, ()),
            Event::Unserve(name) => _ = self.served.remove(&name),
            Event::Answer { ping, status, headers, body } => self.shell_answers(&ping, status, headers, body),
            Event::Loaded { mechtron, state } => self.loaded(&mechtron, state),
            Event::Fetched { digest, bytes } => self.fetched(digest, bytes),
            Event::Committed { id, result } => self.committed(id, result),
        }
        if !self.upgrades.is_empty() {
            self.see_to_upgrades();
        }
    }

    /// Runs guests for one slice of at most about `fuel`. It ends early when what it has to say would only wait for those that
    /// used up a slice before, but never twice in a row.
    pub fn run(&mut self, fuel: u64) -> Ran {
        let (mut burnt, mut ends_early) = (0, false);
        while burnt < fuel {
            ends_early = burnt > 0 && !self.ended_early && !self.effects.is_empty() && self.ready.is_spent();
            if ends_early {
                break;
            }
            let Some((slot, given)) = self.ready.pop(fuel, burnt) else { break };
            burnt += TURN_FUEL + self.step(slot, given);
        }
        self.ended_early = ends_early;
        if !self.upgrades.is_empty() {
            self.see_to_upgrades();
        }
        Ran { fuel: burnt, more: self.ready() }
    }

    /// The next effect, in order; call until `None` after every `handle` and `run`.
    pub fn next_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When [`Event::Time`] is needed next, if ever.
    pub fn wake_at(&self) -> Option<Millis> {
        self.timers.first()
    }

    /// Whether something is ready to run.
    pub fn ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// This star's point.
    pub fn point(&self) -> &Point {
        &self.point
    }

    /// All mechtrons it knows, in the order of their points.
    pub fn mechtrons(&mut self) -> Vec<MechtronInfo> {
        let now = self.now;
        self.slots.all().filter_map(|slot| self.slots.get_mut(slot).map(|mechtron| mechtron.info(now))).collect()
    }

    /// Of `count` stars of a relay, the index of the one that owns this server mechtron. The same for every build and machine.
    pub fn owner(mechtron: &Point, count: u32) -> u32 {
        if count <= 1 {
            return 0;
        }
        let digest = Digest::of(mechtron.stem().as_bytes()).0;
        let number = u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]);
        number % count
    }

    /// The mechtrons of a tab stand below its point, so they move with it.
    fn named(&mut self, point: Point, agent: Agent) {
        let moved = self.point != point;
        (self.point, self.agent) = (point, agent);
        for slot in self.slots.all().filter(|_| moved) {
            let Some(name) = self.slots.get_mut(slot).map(|mechtron| mechtron.name.clone()) else { continue };
            let point = self.point_of(&name);
            if let Some(mechtron) = self.slots.get_mut(slot) {
                (mechtron.point, mechtron.stale) = (point, true);
            }
        }
    }

    fn time(&mut self, now: Millis, unix_ms: i64) {
        self.now = self.now.max(now);
        self.unix_ms = unix_ms;
        while let Some(timer) = self.timers.due(self.now) {
            match timer {
                Timer::Ping(id) => self.ping_overdue(id),
                Timer::Turn(slot, turn) => self.turn_overdue(slot, turn),
                Timer::Delivered(id) => _ = self.delivered.remove(&id),
                Timer::Sweep => self.sweep(),
                Timer::Turning(slot, turn) => self.turning_overdue(slot, turn),
                Timer::Stop(upgrade) => self.stop_overdue(upgrade),
                Timer::Trial(trial) => self.trial_overdue(trial),
            }
        }
    }

    /// What an application holds of this star.
    fn account(&mut self, app: &Point) -> Rc<Account> {
        if let Some(account) = self.accounts.get(app) {
            return account.clone();
        }
        let account = self.pools.account();
        self.accounts.insert(app.clone(), account.clone());
        account
    }

    fn log(&mut self, level: LogLevel, point: Point, text: impl Into<String>) {
        self.effects.push_back(Effect::Log(LogLine { level, point, text: text.into() }));
    }

    /// Puts a mechtron into the queue of those that can go on, once.
    fn enqueue(&mut self, slot: Slot) {
        self.enqueue_as(slot, Turn::Fresh);
    }

    fn enqueue_as(&mut self, slot: Slot, turn: Turn) {
        if let Some(mechtron) = self.slots.get_mut(slot)
            && !std::mem::replace(&mut mechtron.queued, true)
        {
            self.ready.push(&mechtron.account, slot, turn);
        }
    }
}
