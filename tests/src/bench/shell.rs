//! A shell as small as one can be: one star of a relay, its store and files in memory, everything carried out at once.

use std::rc::Rc;
use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use starlane_host::engine::Interpreter;
use starlane_host::event::{CallId, Draft, Effect, Event, Millis, Stored};
use starlane_host::star::{Ceilings, Role, Star, StarConfig};
use starlane_protocol::{Agent, Body, Headers, Point, Wave};

use super::app::{Files, installed, point};

/// Fuel of one slice: some milliseconds.
const SLICE: u64 = 2_000_000;
/// Milliseconds without a wave after which a mechtron sleeps.
pub(super) const IDLE_MS: u64 = 60_000;
/// Bounds of a tab.
const CEILINGS: Ceilings = Ceilings { memory: 64 << 20, fuel: 1_000_000_000, guests: 512 << 20 };

/// A star and its world.
pub(super) struct Shell {
    star: Star,
    files: Files,
    began: Instant,
    /// Milliseconds by which time was let pass.
    skipped: u64,
    calls: u64,
}

impl Shell {
    /// A star with one application, `localhost:bench`, of these mechtrons (name and guest).
    pub(super) fn new(mechtrons: &[(&str, &str)]) -> Result<Self> {
        let config = StarConfig {
            point: point("localhost:stars:relay")?,
            agent: Agent::Point(point("localhost:users:operator")?),
            role: Role::Server { index: 0, count: 1 },
            ceilings: CEILINGS,
            idle_ms: IDLE_MS,
            seed: [7; 32],
        };
        let (app, files) = installed(mechtrons)?;
        let star = Star::new(config, Rc::new(Interpreter));
        let mut shell = Self { star, files, began: Instant::now(), skipped: 0, calls: 0 };
        shell.tell_time();
        shell.star.handle(Event::Install(app));
        Ok(shell)
    }

    /// Asks, and runs the star until the answer is there.
    pub(super) fn ping(&mut self, to: &Point, method: &str, body: &[u8]) -> Result<Wave> {
        self.calls += 1;
        let draft = Draft {
            from: None,
            agent: None,
            to: to.clone(),
            method: method.parse().map_err(|error| anyhow!("{method}: {error}"))?,
            path: "/".into(),
            query: "".into(),
            headers: Headers::default(),
            body: Body::new("text/plain", body),
            wait: 300_000,
        };
        self.tell_time();
        self.star.handle(Event::Ask { call: CallId(self.calls), draft });
        loop {
            if let Some(pong) = self.carry_out() {
                return if pong.status == Some(200) { Ok(pong) } else { Err(anyhow!("{:?}", pong.body)) };
            }
            if !self.star.ready() {
                bail!("{to} never answers");
            }
            self.tell_time();
            self.star.run(SLICE);
        }
    }

    /// Lets so much time pass that everything idle is asleep.
    pub(super) fn sleep(&mut self) {
        for _ in 0..2 {
            self.skipped += IDLE_MS + 1;
            self.tell_time();
        }
    }

    fn tell_time(&mut self) {
        let ms = self.began.elapsed().as_millis() as u64 + self.skipped;
        self.star.handle(Event::Time { now: Millis(ms), unix_ms: ms as i64 });
    }

    /// Carries out what the star asks for; the answer, if it is there.
    fn carry_out(&mut self) -> Option<Wave> {
        while let Some(effect) = self.star.next_effect() {
            match effect {
                Effect::Settle { pong, .. } => return Some(pong),
                Effect::Load { mechtron, .. } => {
                    self.star.handle(Event::Loaded { mechtron, state: Ok(Stored::default()) })
                }
                Effect::Commit(commit) => self.star.handle(Event::Committed { id: commit.id, result: Ok(()) }),
                Effect::Fetch { digest, .. } => {
                    if let Some(bytes) = self.files.get(&digest).cloned() {
                        self.star.handle(Event::Fetched { digest, bytes: Ok(bytes) });
                    }
                }
                Effect::Log(line) => eprintln!("{}: {}", line.point, line.text),
                Effect::Send(_) | Effect::Deliver { .. } | Effect::Upgrade { .. } | Effect::OverrideFailed { .. } => {}
            }
        }
        None
    }
}
