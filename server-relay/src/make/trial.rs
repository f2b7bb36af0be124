//! One wave for each mechtron of a bundle, in a star without a relay: what it answers, and the fuel that takes.
//!
//! The wave is the smallest that the first route of its bind takes. Time does not pass but in steps, so nothing is waited for.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;
use std::{fs, mem};

use serde::Serialize;
use starlane_bundle::Digest;
use starlane_host::app::{InstalledApp, MechtronSpec, Recipe};
use starlane_host::engine::Interpreter;
use starlane_host::event::{CallId, Draft, Effect, Event, Millis, Stored};
use starlane_host::star::{Ceilings, Role, Star, StarConfig};
use starlane_protocol::document::Placement;
use starlane_protocol::{Agent, Code, Grant, Grantee, May, Point, Refusal, Wave};

use super::sample;
use crate::publish::{Blob, Pack};

/// What the bundle is called for its trial.
pub(super) const BUNDLE: &str = "localhost:repo:trial:1.0.0";

/// What the application is called.
const APP: &str = "localhost:trial";

/// The key of a keyed mechtron.
const KEY: &str = "trial";

/// The ceilings of a relay: what is refused there is refused here.
const CEILINGS: Ceilings = Ceilings { memory: 1 << 30, fuel: 100_000_000_000, guests: 4 << 30 };

/// Fuel of one slice: nobody waits for its end.
const SLICE: u64 = 10_000_000;

/// Milliseconds a wave may take. What it asks of others is asked in vain, and ends then.
const WAIT: u32 = 15_000;

/// Milliseconds since 1970 UTC that a trial takes place at: the same wave costs the same every time.
const UNIX_MS: i64 = 1_800_000_000_000;

/// Bytes of an answer that are shown.
const SHOWN: usize = 200;

/// What came of one mechtron's trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// Its name in the application.
    pub mechtron: String,
    /// The path of its code in the bundle.
    pub wasm: String,
    /// What was asked; nothing if its bind has no route that can be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// What it logged.
    pub log: Vec<String>,
}

/// A wave and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// The method and path.
    pub route: String,
    /// The status of the answer.
    pub status: u16,
    /// The code word, if the star answered in place of the mechtron.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The content type.
    #[serde(rename = "type")]
    pub media: String,
    /// The begin of the body, as text.
    pub body: String,
    /// What starting the mechtron and handling the wave cost.
    pub fuel: u64,
}

impl Asked {
    /// Whether the mechtron itself answered.
    pub fn is_answered(&self) -> bool {
        self.code.is_none()
    }
}

/// Lets each mechtron of a bundle handle one wave.
pub(super) fn run(pack: &Pack) -> Result<Vec<Trial>, String> {
    let app = install(pack)?;
    app.mechtrons.iter().map(|(name, spec)| one(pack, &app, name, spec)).collect()
}

fn install(pack: &Pack) -> Result<Arc<InstalledApp>, String> {
    let point = point(APP)?;
    let mut app =
        InstalledApp::new(&Recipe::plain(&point, &pack.manifest, pack.digest, 1)).map_err(|error| error.to_string())?;
    let on = format!("{APP}:**").parse().map_err(|error| format!("{error}"))?;
    app.grants.push(Grant { to: Grantee::Anyone, may: vec![May::Call], on, methods: Vec::new() });
    Ok(Arc::new(app))
}

fn point(text: &str) -> Result<Point, String> {
    text.parse().map_err(|error| format!("{text}: {error}"))
}

fn one(pack: &Pack, app: &Arc<InstalledApp>, name: &str, spec: &MechtronSpec) -> Result<Trial, String> {
    let key = if spec.keyed.is_keyed() { format!(":{KEY}") } else { String::new() };
    let to = point(&format!("{APP}:{name}{key}"))?;
    let wasm = app.files.iter().find(|(_, file)| file.sha256 == spec.wasm.sha256).map(|(path, _)| path.clone());
    let mut trial = Trial { mechtron: name.to_owned(), wasm: wasm.unwrap_or_default(), asked: None, log: Vec::new() };
    let Some(draft) = sample::wave(&spec.bind, &to, WAIT) else { return Ok(trial) };
    let mut place = Place::new(&pack.blobs, spec.placement)?;
    let route = format!("{} {}", draft.method, draft.path);
    place.tell(Event::Place { app: app.point.clone(), here: true });
    place.tell(Event::Install(app.clone()));
    let pong = place.ask(draft);
    trial.log = mem::take(&mut place.log);
    trial.asked = Some(Asked {
        route,
        status: pong.status.unwrap_or_default(),
        code: pong.code().map(str::to_owned),
        media: pong.body.media.to_string(),
        body: match pong.code() {
            Some(_) => begin(message(&pong.body.bytes).as_bytes()),
            None => begin(&pong.body.bytes),
        },
        fuel: place.star.mechtrons().iter().map(|info| info.fuel).sum(),
    });
    Ok(trial)
}

/// What the mesh says instead of an answer, with the names of functions as their authors wrote them.
fn message(refusal: &[u8]) -> String {
    let told = serde_json::from_slice::<serde_json::Value>(refusal).unwrap_or_default();
    crate::names::readable(told["message"].as_str().unwrap_or_default())
}

/// The begin of a body, on one line.
fn begin(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]).into_owned();
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// A star and what is around it: files of the bundle, and a store that forgets.
struct Place<'p> {
    star: Star,
    blobs: &'p BTreeMap<Digest, Blob>,
    now: u64,
    pong: Option<Wave>,
    log: Vec<String>,
}

impl<'p> Place<'p> {
    fn new(blobs: &'p BTreeMap<Digest, Blob>, placement: Placement) -> Result<Self, String> {
        let role = if placement.is_on_server() { Role::Server { index: 0, count: 1 } } else { Role::Tab };
        let agent = Agent::Point(point("localhost:users:operator")?);
        let point = point("localhost:stars:trial")?;
        let config = StarConfig { point, agent, role, ceilings: CEILINGS, idle_ms: u64::from(WAIT) * 4, seed: [7; 32] };
        let star = Star::new(config, Rc::new(Interpreter));
        let mut place = Self { star, blobs, now: 0, pong: None, log: Vec::new() };
        place.pass(0);
        Ok(place)
    }

    fn pass(&mut self, ms: u64) {
        self.now += ms;
        // A trial takes a minute at most.
        let passed = i64::try_from(self.now).unwrap_or_default();
        self.tell(Event::Time { now: Millis(self.now), unix_ms: UNIX_MS + passed });
    }

    fn tell(&mut self, event: Event) {
        self.star.handle(event);
        while let Some(effect) = self.star.next_effect() {
            if let Some(event) = self.carry_out(effect) {
                self.star.handle(event);
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::Commit(commit) => Some(Event::Committed { id: commit.id, result: Ok(()) }),
            Effect::Load { mechtron, .. } => Some(Event::Loaded { mechtron, state: Ok(Stored::default()) }),
            Effect::Fetch { digest, .. } => Some(Event::Fetched { digest, bytes: self.fetch(&digest) }),
            Effect::Settle { pong, .. } => {
                self.pong = Some(pong);
                None
            }
            Effect::Log(line) => {
                self.log.push(line.text);
                None
            }
            // There is nobody else.
            _ => None,
        }
    }

    fn fetch(&self, digest: &Digest) -> Result<Arc<[u8]>, Refusal> {
        let read = self.blobs.get(digest).and_then(|blob| fs::read(&blob.file).ok());
        read.map(Arc::from).ok_or_else(|| Refusal::new(Code::FetchFailed, "the file cannot be read"))
    }

    /// Asks, and runs until there is an answer: at the latest when the wave's time is over.
    fn ask(&mut self, draft: Draft) -> Wave {
        self.tell(Event::Ask { call: CallId(1), draft });
        loop {
            while self.star.ready() {
                let began = Instant::now();
                self.star.run(SLICE);
                // What runs for longer than it may ends by its deadline, as in a star with a clock.
                self.pass(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
                self.settle();
            }
            if let Some(pong) = self.pong.take() {
                return pong;
            }
            self.pass(u64::from(WAIT));
        }
    }

    /// Carries out what the star asks for after a slice.
    fn settle(&mut self) {
        while let Some(effect) = self.star.next_effect() {
            if let Some(event) = self.carry_out(effect) {
                self.tell(event);
            }
        }
    }
}
