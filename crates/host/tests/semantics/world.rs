//! The world around one star: store, files, clock and lanes, all in the test's hands.
//!
//! Effects are carried out at once unless they are held back: a test that holds commits decides itself when each of them is
//! on disk, or fails.

mod app;
mod guests;
mod upgrade;

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use starlane_bundle::Digest;
use starlane_host::engine::Interpreter;
use starlane_host::event::{CallId, Commit, Draft, Effect, Event, LogLine, Millis, Stamp, Step, Stored};
use starlane_host::star::{Ceilings, MechtronInfo, Role, Star, StarConfig};
use starlane_protocol::{Agent, Body, Code, Headers, Point, Refusal, Wave, WaveId, WaveKind};

pub use app::{App, Mech};
pub use guests::{Guest, all_guests, wasm, written};
pub use upgrade::version;

/// Unix time at which every world begins.
pub const UNIX_MS: i64 = 1_800_000_000_000;
/// Milliseconds after which an idle mechtron sleeps.
pub const IDLE_MS: u64 = 30_000;
/// Slices after which a test is taken to run in circles.
const SLICES: usize = 1_000_000;

/// One star and everything around it.
pub struct World {
    pub star: Star,
    pub now: u64,
    pub store: BTreeMap<Point, BTreeMap<Vec<u8>, Vec<u8>>>,
    pub stamps: BTreeMap<Point, Stamp>,
    pub files: BTreeMap<Digest, Arc<[u8]>>,
    /// How far upgrades are, as the star has told.
    pub steps: VecDeque<Step>,
    /// Overrides that the star has given up: where, and which.
    pub failed_overrides: Vec<(Point, u64)>,
    pub slice: u64,
    pub hold_commits: bool,
    pub hold_loads: bool,
    pub hold_fetches: bool,
    pub commits: VecDeque<Commit>,
    pub loads: VecDeque<Point>,
    pub fetches: VecDeque<Digest>,
    pub sent: VecDeque<Wave>,
    pub delivered: VecDeque<(String, Wave)>,
    pub settled: BTreeMap<CallId, Wave>,
    pub log: Vec<LogLine>,
    /// Every effect as text, in order.
    pub trail: Vec<String>,
    calls: u64,
}

pub fn point(text: &str) -> Point {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub fn user(name: &str) -> Agent {
    Agent::Point(point(&format!("localhost:users:{name}")))
}

/// What is asked of `to`, with everything else as usual.
pub fn draft(to: &str, body: &[u8]) -> Draft {
    Draft {
        from: None,
        agent: None,
        to: point(to),
        method: "Ext<Go>".parse().unwrap(),
        path: "/".into(),
        query: "".into(),
        headers: Headers::default(),
        body: Body::new("text/plain", body),
        wait: 15_000,
    }
}

impl World {
    /// The only star of a relay.
    pub fn server() -> Self {
        Self::new(Role::Server { index: 0, count: 1 }, "localhost:stars:relay", user("operator"))
    }

    /// A tab of Ada's, its lane up.
    pub fn tab() -> Self {
        Self::tab_of("ada", "s-1")
    }

    /// A tab of a user, its lane up.
    pub fn tab_of(name: &str, id: &str) -> Self {
        let mut world = Self::new(Role::Tab, &format!("localhost:stars:{id}"), user(name));
        world.tell(Event::LaneUp);
        world
    }

    pub fn new(role: Role, star: &str, agent: Agent) -> Self {
        Self::with_guests(role, star, agent, 512 << 20)
    }

    /// A star whose guests may hold so many bytes together.
    pub fn with_guests(role: Role, star: &str, agent: Agent, guests: u64) -> Self {
        let ceilings = Ceilings { memory: 64 << 20, fuel: 1_000_000_000, guests };
        let config = StarConfig { point: point(star), agent, role, ceilings, idle_ms: IDLE_MS, seed: [7; 32] };
        let mut world = Self {
            star: Star::new(config, Rc::new(Interpreter)),
            now: 0,
            store: BTreeMap::new(),
            stamps: BTreeMap::new(),
            files: BTreeMap::new(),
            steps: VecDeque::new(),
            failed_overrides: Vec::new(),
            slice: 100_000,
            hold_commits: false,
            hold_loads: false,
            hold_fetches: false,
            commits: VecDeque::new(),
            loads: VecDeque::new(),
            fetches: VecDeque::new(),
            sent: VecDeque::new(),
            delivered: VecDeque::new(),
            settled: BTreeMap::new(),
            log: Vec::new(),
            trail: Vec::new(),
            calls: 0,
        };
        world.pass(0);
        world
    }

    /// Installs an application as generation 1.
    pub fn install(&mut self, app: App) {
        self.install_generation(app, 1);
    }

    pub fn install_generation(&mut self, app: App, generation: u64) {
        let (app, files) = app.build(generation);
        self.files.extend(files);
        self.tell(Event::Install(app));
    }

    /// Tells the star something and carries out what follows from it, without running guests.
    pub fn tell(&mut self, event: Event) {
        self.star.handle(event);
        self.carry_out();
    }

    /// Lets time pass, then everything run.
    pub fn pass(&mut self, ms: u64) {
        self.now += ms;
        self.tell(Event::Time { now: Millis(self.now), unix_ms: UNIX_MS + self.now as i64 });
        self.run();
    }

    /// Runs guests until nothing is left to run.
    pub fn run(&mut self) {
        for _ in 0..SLICES {
            if !self.star.ready() {
                return;
            }
            self.run_slice();
        }
        panic!("the star does not come to rest");
    }

    /// Runs one slice.
    pub fn run_slice(&mut self) {
        self.star.run(self.slice);
        self.carry_out();
    }

    /// Begins a ping of the shell's; nothing runs yet.
    pub fn ask(&mut self, to: &str, body: &str) -> CallId {
        self.ask_draft(draft(to, body.as_bytes()))
    }

    pub fn ask_draft(&mut self, draft: Draft) -> CallId {
        self.calls += 1;
        let call = CallId(self.calls);
        self.tell(Event::Ask { call, draft });
        call
    }

    /// Asks, lets everything run, and gives the answer.
    pub fn ping(&mut self, to: &str, body: &str) -> Wave {
        let call = self.ask(to, body);
        self.run();
        self.answer(call)
    }

    /// The answer to a call, which must be there.
    pub fn answer(&mut self, call: CallId) -> Wave {
        self.settled.remove(&call).unwrap_or_else(|| panic!("{call:?} is not answered"))
    }

    /// Whether a call is answered.
    pub fn is_answered(&self, call: CallId) -> bool {
        self.settled.contains_key(&call)
    }

    /// The oldest commit held back is on disk.
    pub fn store_one(&mut self) {
        let commit = self.commits.pop_front().expect("a commit");
        self.store_commit(commit);
        self.run();
    }

    /// The oldest commit held back fails.
    pub fn fail_one(&mut self) {
        let commit = self.commits.pop_front().expect("a commit");
        self.tell(Event::Committed { id: commit.id, result: Err("the disk is full".into()) });
        self.run();
    }

    fn store_commit(&mut self, commit: Commit) {
        if let Some(code) = commit.code {
            self.stamps.insert(commit.mechtron.clone(), Stamp { code, refused: None });
        }
        let state = self.store.entry(commit.mechtron).or_default();
        for (key, value) in commit.writes {
            match value {
                Some(value) => _ = state.insert(key, value),
                None => _ = state.remove(&key),
            }
        }
        self.tell(Event::Committed { id: commit.id, result: Ok(()) });
    }

    /// Answers the oldest load held back.
    pub fn load_one(&mut self) {
        let mechtron = self.loads.pop_front().expect("a load");
        self.load(mechtron);
        self.run();
    }

    fn load(&mut self, mechtron: Point) {
        let pairs = self.store.get(&mechtron).cloned().unwrap_or_default().into_iter().collect();
        let stamp = self.stamps.get(&mechtron).copied();
        self.tell(Event::Loaded { mechtron, state: Ok(Stored { pairs, stamp }) });
    }

    /// Answers the oldest fetch held back.
    pub fn fetch_one(&mut self) {
        let digest = self.fetches.pop_front().expect("a fetch");
        let missing = || Refusal::new(Code::FetchFailed, "no such file");
        let bytes = self.files.get(&digest).cloned().ok_or_else(missing);
        self.tell(Event::Fetched { digest, bytes });
        self.run();
    }

    fn carry_out(&mut self) {
        while let Some(effect) = self.star.next_effect() {
            self.trail.push(format!("{effect:?}"));
            match effect {
                Effect::Commit(commit) => self.commits.push_back(commit),
                Effect::Send(wave) => self.sent.push_back(wave),
                Effect::Settle { call, pong } => {
                    assert!(self.settled.insert(call, pong).is_none(), "{call:?} is answered twice");
                }
                Effect::Deliver { name, wave } => self.delivered.push_back((name, wave)),
                Effect::Load { mechtron, .. } => self.loads.push_back(mechtron),
                Effect::Fetch { digest, .. } => self.fetches.push_back(digest),
                Effect::Log(line) => self.log.push(line),
                Effect::OverrideFailed { point, number, .. } => self.failed_overrides.push((point, number)),
                Effect::Upgrade { step, .. } => self.steps.push_back(step),
            }
        }
        self.release();
    }

    /// Carries out what is not held back.
    fn release(&mut self) {
        if !self.hold_commits
            && let Some(commit) = self.commits.pop_front()
        {
            return self.store_commit(commit);
        }
        if !self.hold_loads
            && let Some(mechtron) = self.loads.pop_front()
        {
            return self.load(mechtron);
        }
        if !self.hold_fetches
            && let Some(digest) = self.fetches.pop_front()
        {
            let missing = || Refusal::new(Code::FetchFailed, "no such file");
            let bytes = self.files.get(&digest).cloned().ok_or_else(missing);
            self.tell(Event::Fetched { digest, bytes });
        }
    }

    /// Answers the oldest ping that was delivered to the shell, and lets everything run.
    pub fn answer_delivered(&mut self, status: u16) {
        let (_, wave) = self.delivered.pop_front().expect("a delivered wave");
        let (headers, body) = (Headers::default(), Body::new("text/plain", *b"done"));
        self.tell(Event::Answer { ping: Box::new(wave), status, headers, body });
        self.run();
    }

    /// A ping of Eve's from elsewhere, admitted there.
    pub fn wave(&mut self, to: &str, body: &str) -> Wave {
        self.calls += 1;
        let id = WaveId(u128::from(self.calls).to_be_bytes());
        let from = point("localhost:stars:s-eve");
        let method = "Ext<Go>".parse().unwrap();
        let mut wave = Wave::new(id, WaveKind::Ping, from, user("eve"), point(to), method);
        wave.body = Body::new("text/plain", body.as_bytes());
        wave
    }

    /// Carries what this star has sent to another one, as its relay would, and lets that one run.
    pub fn carry_to(&mut self, other: &mut World) {
        for wave in std::mem::take(&mut self.sent) {
            other.tell(Event::Arrived(wave));
        }
        other.run();
    }

    /// A wave from elsewhere arrives, and everything runs.
    pub fn arrive(&mut self, wave: Wave) {
        self.tell(Event::Arrived(wave));
        self.run();
    }

    /// How a mechtron is doing, if the star knows it.
    pub fn info(&mut self, mechtron: &str) -> Option<MechtronInfo> {
        self.star.mechtrons().into_iter().find(|info| info.point.as_str() == mechtron)
    }

    /// Fuel that the answer says it cost.
    pub fn fuel(pong: &Wave) -> u64 {
        pong.headers.get("starlane-fuel").and_then(|text| text.parse().ok()).expect("fuel")
    }
}

/// The body of an answer as text.
pub fn text(pong: &Wave) -> String {
    String::from_utf8_lossy(&pong.body.bytes).into_owned()
}

/// The code word the mesh answered with; the body's text when a mechtron answered.
pub fn outcome(pong: &Wave) -> String {
    pong.code().map_or_else(|| format!("{} {}", pong.status.unwrap_or_default(), text(pong)), str::to_owned)
}
