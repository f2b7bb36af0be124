//! The shell of a tab's star: events in, effects carried out, guests run in short slices.
//!
//! Every event passes [`Shell::post`], which tells the time first. Effects are carried out in their order; what comes
//! back in from JavaScript meanwhile only adds events, and the loop that runs already sees to their effects.

mod pace;
mod pings;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Uint8Array;
use serde::Serialize;
use starlane_host::event::{Effect, Event, LogLevel, LogLine};
use starlane_host::star::{MechtronInfo, Ran, Star};
use starlane_protocol::{MechtronStatus, Point, Wave, WaveKind};
use web_sys::MessageChannel;

use crate::apps::{Apps, browser, upgrade};
use crate::clock::{Clock, steady};
use crate::link::Link;
use crate::log::{forget, line};
use crate::page::{Page, lines};
use crate::store::{Job, Store};
use crate::warm_up::WarmUp;
use pace::Pace;
use pings::Pings;

/// Milliseconds of an idle moment that warming up takes: with the step that ends it no longer than a slice of a guest.
const MOMENT_MS: f64 = 6.0;

/// A tab's star and its world.
pub(crate) struct Shell {
    star: RefCell<Star>,
    pub(crate) page: Page,
    pub(crate) clock: Clock,
    pub(crate) link: Link,
    pub(crate) store: Store,
    pub(crate) apps: Apps,
    pings: RefCell<Pings>,
    pace: RefCell<Pace>,
    carrying_out: Cell<bool>,
    closed: Cell<bool>,
    told_storage: Cell<bool>,
    warm_up: RefCell<Option<WarmUp>>,
    is_warm: Cell<bool>,
}

/// What a shell is put together from.
pub(crate) struct Parts {
    pub(crate) star: Star,
    pub(crate) page: Page,
    pub(crate) channel: MessageChannel,
    pub(crate) link: Link,
    pub(crate) store: Store,
    pub(crate) apps: Apps,
}

impl Shell {
    pub(crate) fn new(parts: Parts) -> Rc<Self> {
        let Parts { star, page, channel, link, store, apps } = parts;
        Rc::new_cyclic(|shell| Self {
            star: RefCell::new(star),
            page,
            clock: Clock::new(channel, shell.clone()),
            link,
            store,
            apps,
            pings: RefCell::default(),
            pace: RefCell::new(Pace::new()),
            carrying_out: Cell::new(false),
            closed: Cell::new(false),
            told_storage: Cell::new(false),
            warm_up: RefCell::default(),
            is_warm: Cell::new(false),
        })
    }

    /// Something happened.
    pub(crate) fn post(self: &Rc<Self>, event: Event) {
        self.post_all([event]);
    }

    /// Several things happened, in this order.
    pub(crate) fn post_all(self: &Rc<Self>, events: impl IntoIterator<Item = Event>) {
        if self.closed.get() {
            return;
        }
        {
            let mut star = self.star.borrow_mut();
            star.handle(self.clock.time());
            events.into_iter().for_each(|event| star.handle(event));
        }
        self.carry_out_all();
        self.plan();
    }

    /// Time passed.
    pub(crate) fn tick(self: &Rc<Self>) {
        self.post_all([]);
    }

    /// The browser had its turn: guests may run again.
    pub(crate) fn new_turn(self: &Rc<Self>) {
        self.pace.borrow_mut().yielded();
        self.slice();
    }

    /// Lets guests run until nothing is left, or this burst is over.
    pub(crate) fn slice(self: &Rc<Self>) {
        let start = steady();
        if self.closed.get() || !self.star.borrow().ready() || !self.pace.borrow().may_run(start) {
            return self.plan();
        }
        self.pace.borrow_mut().begin(start);
        let mut now = start;
        while !self.closed.get() {
            let fuel = self.pace.borrow().fuel(now);
            let ran = self.step(fuel);
            let after = steady();
            self.pace.borrow_mut().took(ran.fuel, after - now);
            self.carry_out_all();
            now = steady();
            if !ran.more || !self.pace.borrow().may_run(now) {
                break;
            }
        }
        let _ = self.page.sliced(start, now);
        self.plan();
    }

    fn step(&self, fuel: u64) -> Ran {
        let mut star = self.star.borrow_mut();
        star.handle(self.clock.time());
        star.run(fuel)
    }

    /// Sees to it that the shell comes back when there is something to do.
    fn plan(&self) {
        if self.closed.get() {
            return;
        }
        let (ready, wake_at) = {
            let star = self.star.borrow();
            (star.ready(), star.wake_at())
        };
        self.clock.wake_at(wake_at);
        if !ready {
            return;
        }
        // The task of our own marks the end of a burst, also of one that began in somebody else's task.
        self.clock.next_turn();
        if self.pace.borrow().may_run(steady()) {
            self.clock.soon();
        }
    }

    fn carry_out_all(self: &Rc<Self>) {
        if self.carrying_out.replace(true) {
            return;
        }
        while let Some(effect) = self.next_effect() {
            self.carry_out(effect);
        }
        self.carrying_out.set(false);
    }

    fn next_effect(&self) -> Option<Effect> {
        self.star.borrow_mut().next_effect()
    }

    fn carry_out(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Commit(commit) => {
                let home = self.store.homes().of(commit.placement).clone();
                self.store.push(self, Job::Commit(home, commit));
            }
            Effect::Load { mechtron, placement } => {
                let home = self.store.homes().of(placement).clone();
                self.store.push(self, Job::Load(home, mechtron));
            }
            Effect::Send(wave) => self.link.send(self, wave),
            Effect::Settle { call, pong } => self.settle(call.0, &pong),
            Effect::Deliver { name, wave } => self.deliver(&name, wave),
            Effect::Fetch { digest, .. } => self.apps.fetch(self, digest),
            Effect::Log(line) => self.log(&line),
            // What stands for a user is on the relay only.
            Effect::OverrideFailed { .. } => {}
            Effect::Upgrade { app, generation, step } => upgrade::heard(self, app, generation, step),
        }
    }

    fn settle(&self, call: u64, pong: &Wave) {
        let body = Uint8Array::from(&*pong.body.bytes);
        // Calls are numbered by the page, in 32 bits.
        let call = u32::try_from(call).unwrap_or(u32::MAX);
        let (status, headers) = (pong.status.unwrap_or(500), lines(&pong.headers));
        let _ = self.page.settled(call, pong.from.as_str(), status, &headers, &pong.body.media, body);
    }

    fn deliver(&self, name: &str, wave: Wave) {
        let body = Uint8Array::from(&*wave.body.bytes);
        let method = wave.method.clone();
        let method = method.as_ref().map_or("", |method| method.as_str());
        let (from, to, agent) = (wave.from.clone(), wave.to.clone(), wave.agent.to_string());
        let (path, query, headers, wait) = (wave.path.clone(), wave.query.clone(), lines(&wave.headers), wave.wait);
        let media = wave.body.media.clone();
        let ticket = match wave.kind {
            WaveKind::Ping => self.pings.borrow_mut().keep(steady(), wave),
            _ => 0,
        };
        let (from, to) = (from.as_str(), to.as_str());
        let _ =
            self.page.delivered(name, ticket, from, to, &agent, method, &path, &query, &headers, &media, body, wait);
    }

    /// The delivered ping with this ticket, to be answered once.
    pub(crate) fn delivered(&self, ticket: u32) -> Option<Wave> {
        self.pings.borrow_mut().take(ticket)
    }

    /// Tells a line of the log.
    pub(crate) fn log(&self, line: &LogLine) {
        let _ = self.page.logged(line.level as u8, line.point.as_str(), &line.text);
    }

    /// Tells a line about this star.
    pub(crate) fn tell(&self, level: LogLevel, text: impl Into<String>) {
        let told = line(level, &self.point(), text);
        self.log(&told);
    }

    /// Tells, once, that nothing will outlast this page.
    pub(crate) fn storage_refused(&self, reason: &str) {
        if !self.told_storage.replace(true) {
            let text =
                format!("storage-refused: IndexedDB is not to be had, what is kept is lost with this page ({reason})");
            self.tell(LogLevel::Warning, text);
        }
    }

    /// This star's point; in the space `local` until it was greeted once.
    pub(crate) fn point(&self) -> Point {
        self.star.borrow().point().clone()
    }

    /// All mechtrons of this star as JSON.
    pub(crate) fn mechtrons(&self) -> String {
        let all = self.star.borrow_mut().mechtrons();
        // Points, numbers and words always have a JSON form.
        serde_json::to_string(&all.iter().map(Told::of).collect::<Vec<_>>()).unwrap_or_default()
    }

    /// Runs the guest that warms up for a moment, unless guests of the page have something to do; whether more is to come.
    pub(crate) fn warm_up(&self) -> bool {
        if self.closed.get() || self.is_warm.get() {
            return false;
        }
        let start = steady();
        while steady() - start < MOMENT_MS && !self.star.borrow().ready() {
            if !self.warm_up_step() {
                self.is_warm.set(true);
                drop(self.warm_up.take());
                return false;
            }
        }
        true
    }

    fn warm_up_step(&self) -> bool {
        let start = steady();
        let fuel = self.pace.borrow().fuel(start);
        let mut warm_up = self.warm_up.borrow_mut();
        if warm_up.is_none() {
            *warm_up = WarmUp::new();
        }
        let ran = warm_up.as_mut().map(|warm_up| warm_up.step(fuel));
        ran.is_some_and(|ran| {
            self.pace.borrow_mut().took(ran.fuel, steady() - start);
            ran.more
        })
    }

    /// Ends everything but writes that are under way.
    pub(crate) fn close(self: &Rc<Self>) {
        browser::let_all_go(self);
        self.closed.set(true);
        self.clock.stop();
        self.link.close();
        forget(&self.page);
    }

    /// Whether [`Shell::close`] was called.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }
}

/// How a mechtron is doing, as the page is told.
#[derive(Serialize)]
struct Told<'a> {
    point: &'a Point,
    status: MechtronStatus,
    waves: u64,
    fuel: u64,
    memory: u64,
}

impl<'a> Told<'a> {
    fn of(one: &'a MechtronInfo) -> Self {
        Self { point: &one.point, status: one.status, waves: one.waves, fuel: one.fuel, memory: one.memory }
    }
}
