//! The lane: one WebSocket to the relay, made again for as long as the page lives.
//!
//! A lane is `Down`, `Dialing` (the socket opens), `Knocked` (waiting for `Greet`) or `Up`. One timer serves whatever
//! state it is in: the next attempt, the patience with an answer, the look for silence. Only a `Bye` that more attempts
//! could not mend (`replaced`, `bad-token`, `token-expired`) ends the attempts.

mod backoff;
mod frames;
mod outgoing;
mod socket;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_channel::oneshot;
use gloo_timers::callback::Timeout;
use starlane_host::event::Event;
use starlane_protocol::lane::{self, Bye, ByeCode, Frame, Knock};
use starlane_protocol::{Code, Refusal, StarSecret, Wave, WaveKind};

use crate::clock::steady;
use crate::problem::Problem;
use crate::shell::Shell;
use backoff::Backoff;
use outgoing::Outgoing;
use socket::Socket;

/// Milliseconds a relay may take to open the socket, and again to greet: slow mobile networks need several seconds.
const GREETING_MS: u32 = 15_000;

/// Milliseconds between two looks for silence.
const LOOK_MS: u32 = 10_000;

/// Milliseconds of silence after which the star asks whether the relay is there: two of its beats and some.
const SILENCE_MS: f64 = 60_000.0;

/// Milliseconds a look may be late before this page must have been frozen.
const FROZEN_MS: f64 = 20_000.0;

/// Milliseconds after something was heard before the relay is asked for a beat: a relay that has just sent one sends no
/// other within a second.
const MOMENT_MS: u32 = 2_000;

/// Milliseconds the relay has to answer a beat.
const PROBE_MS: u32 = 5_000;

/// Milliseconds between two beats of ours at least, so that two ends that answer each other cannot chatter: longer than
/// any answer takes, and shorter than the time between two of the relay's.
const BEAT_GAP_MS: f64 = 10_000.0;

/// Milliseconds a lane must last before the next attempt is made as if nothing had failed.
const STEADY_MS: f64 = 5_000.0;

/// Bytes the browser may hold unsent before further pings are refused: a minute of a slow uplink.
const UNSENT_BYTES: u32 = 8 << 20;

/// Who knocks, and where.
pub(crate) struct Knocker {
    pub(crate) url: String,
    pub(crate) star: String,
    pub(crate) secret: StarSecret,
    /// Empty for nobody.
    pub(crate) token: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Down,
    Dialing,
    Knocked,
    Up,
}

/// The lane of this star.
pub(crate) struct Link {
    knocker: RefCell<Knocker>,
    socket: RefCell<Option<Socket>>,
    outgoing: RefCell<Outgoing>,
    backoff: RefCell<Backoff>,
    timer: RefCell<Option<Timeout>>,
    state: Cell<State>,
    /// The last place of a wave from the relay.
    seen: Cell<u64>,
    heard: Cell<f64>,
    looked: Cell<f64>,
    beat_at: Cell<f64>,
    /// A beat of ours was not answered yet.
    probing: Cell<bool>,
    up_since: Cell<f64>,
    /// A newer token was sent over this lane.
    renewed: Cell<bool>,
    /// Why no further attempt is made.
    refused: RefCell<Option<Problem>>,
    /// Those who wait for the attempt that is under way.
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
}

impl Link {
    pub(crate) fn new(knocker: Knocker) -> Self {
        let never = Cell::new(0.0);
        Self {
            knocker: RefCell::new(knocker),
            socket: RefCell::default(),
            outgoing: RefCell::default(),
            backoff: RefCell::default(),
            timer: RefCell::default(),
            state: Cell::new(State::Down),
            seen: Cell::new(0),
            heard: never.clone(),
            looked: never.clone(),
            beat_at: never.clone(),
            probing: Cell::new(false),
            up_since: never,
            renewed: Cell::new(false),
            refused: RefCell::default(),
            waiting: RefCell::default(),
        }
    }

    /// Whether waves can be sent.
    pub(crate) fn is_up(&self) -> bool {
        self.state.get() == State::Up
    }

    /// Why there will be no lane any more, if so.
    pub(crate) fn refused(&self) -> Option<Problem> {
        self.refused.borrow().clone()
    }

    /// Resolves when the attempt that is under way has ended, or at once when none is.
    pub(crate) fn attempt(&self) -> oneshot::Receiver<()> {
        let (done, attempt) = oneshot::channel();
        match self.state.get() {
            State::Dialing | State::Knocked => self.waiting.borrow_mut().push(done),
            State::Down | State::Up => drop(done),
        }
        attempt
    }

    /// Opens a socket, unless one is there or none would be accepted.
    pub(crate) fn dial(&self, shell: &Rc<Shell>) {
        if self.state.get() != State::Down || self.refused.borrow().is_some() || shell.is_closed() {
            return;
        }
        let opened = Socket::open(&self.knocker.borrow().url, Rc::downgrade(shell));
        match opened {
            Ok(socket) => {
                *self.socket.borrow_mut() = Some(socket);
                self.state.set(State::Dialing);
                self.after(shell, GREETING_MS, |shell| {
                    shell.link.down(shell, "unreachable", "the relay did not answer")
                });
            }
            Err(message) => self.refuse(shell, Problem::new("bad-relay", message, "Correct the relay's address.")),
        }
    }

    /// The socket is open: who is here.
    fn opened(&self, shell: &Rc<Shell>) {
        let knock = {
            let knocker = self.knocker.borrow();
            let token = Some(knocker.token.clone()).filter(|token| !token.is_empty());
            Knock { star: knocker.star.clone(), secret: knocker.secret, token, resume: None }
        };
        self.state.set(State::Knocked);
        self.seen.set(0);
        self.renewed.set(false);
        *self.outgoing.borrow_mut() = Outgoing::default();
        self.push(&Frame::Knock(knock));
        self.flush();
        self.after(shell, GREETING_MS, |shell| shell.link.down(shell, "silent", "the relay did not greet"));
    }

    /// The relay greeted: waves may go.
    fn greeted(&self, shell: &Rc<Shell>) {
        self.state.set(State::Up);
        self.up_since.set(steady());
        self.probing.set(false);
        self.look_later(shell);
        self.waiting.borrow_mut().clear();
    }

    /// Sends a wave up the lane. Waves of one task share a message.
    pub(crate) fn send(&self, shell: &Rc<Shell>, wave: Wave) {
        if !self.is_up() {
            // The star hears `LaneDown` and ends what was open.
            return;
        }
        if wave.kind != WaveKind::Pong && self.unsent() > UNSENT_BYTES {
            if wave.kind == WaveKind::Ping {
                let clogged = Refusal::new(Code::TooMany, "8 MiB wait to be sent over this tab's lane already");
                shell.post(Event::Arrived(wave.refuse(&clogged)));
            }
            return;
        }
        let seq = self.outgoing.borrow_mut().next_seq();
        self.push(&Frame::Wave(seq, Box::new(wave)));
        self.flush_soon(shell);
    }

    /// The page or its network came back: a lane that is down is made at once, one that is up is doubted.
    pub(crate) fn wake(&self, shell: &Rc<Shell>) {
        match self.state.get() {
            State::Down => self.dial(shell),
            State::Up if !self.probing.get() => self.doubt(shell),
            State::Up | State::Dialing | State::Knocked => {}
        }
    }

    /// Knocks under another id.
    pub(crate) fn rename(&self, shell: &Rc<Shell>, star: String, secret: StarSecret) {
        {
            let mut knocker = self.knocker.borrow_mut();
            (knocker.star, knocker.secret) = (star, secret);
        }
        self.down(shell, "star-taken", "this star takes another id");
        self.dial(shell);
    }

    /// The token that says who answers for this star; empty for nobody.
    pub(crate) fn token(&self) -> String {
        self.knocker.borrow().token.clone()
    }

    /// Takes a newer token: a lane that is open goes on with it, one that an older token ended is made anew.
    pub(crate) fn renew(&self, shell: &Rc<Shell>, token: String) {
        self.knocker.borrow_mut().token.clone_from(&token);
        match self.state.get() {
            State::Up => {
                self.renewed.set(true);
                self.push(&Frame::Auth(token));
                return self.flush();
            }
            // Whoever knocked by the old token knocks again.
            State::Knocked => self.down(shell, "renewed", "the token was renewed"),
            State::Down | State::Dialing => {}
        }
        self.refused.borrow_mut().take_if(|problem| ["bad-token", "token-expired"].contains(&problem.code));
        self.dial(shell);
    }

    /// Says good-bye for good.
    pub(crate) fn close(&self) {
        if self.is_up() {
            self.push(&Frame::Bye(Bye { code: ByeCode::Closing, reason: "the page closed its star".into() }));
            self.flush();
        }
        drop(self.timer.borrow_mut().take());
        drop(self.socket.borrow_mut().take());
        self.state.set(State::Down);
        self.waiting.borrow_mut().clear();
    }

    /// The lane is no more; the next attempt is planned.
    fn down(&self, shell: &Rc<Shell>, reason: &str, message: &str) {
        let before = self.state.replace(State::Down);
        if before == State::Down {
            return;
        }
        drop(self.timer.borrow_mut().take());
        drop(self.socket.borrow_mut().take());
        *self.outgoing.borrow_mut() = Outgoing::default();
        if before == State::Up {
            if steady() - self.up_since.get() >= STEADY_MS {
                self.backoff.borrow_mut().reset();
            }
            shell.post(Event::LaneDown);
        }
        let last = self.refused.borrow().is_some();
        let _ = shell.page.linked(false, false, reason, message, last);
        self.waiting.borrow_mut().clear();
        if !last && self.state.get() == State::Down {
            let wait = self.backoff.borrow_mut().next(js_sys::Math::random());
            self.after(shell, wait, |shell| shell.link.dial(shell));
        }
    }

    /// Further attempts would end in the same way.
    fn refuse(&self, shell: &Rc<Shell>, problem: Problem) {
        *self.refused.borrow_mut() = Some(problem.clone());
        if self.state.get() == State::Down {
            let _ = shell.page.linked(false, false, problem.code, &problem.message, true);
            self.waiting.borrow_mut().clear();
        } else {
            self.down(shell, problem.code, &problem.message);
        }
    }

    fn look_later(&self, shell: &Rc<Shell>) {
        self.looked.set(steady());
        self.after(shell, LOOK_MS, |shell| shell.link.look(shell));
    }

    /// Looks whether anything was heard, and whether this page was frozen.
    fn look(&self, shell: &Rc<Shell>) {
        let now = steady();
        let late = now - self.looked.get() - f64::from(LOOK_MS);
        if late > FROZEN_MS || now - self.heard.get() >= SILENCE_MS {
            return self.doubt(shell);
        }
        self.look_later(shell);
    }

    /// Probes a lane unless it is heard within a moment: what was heard before proves nothing of the network there is now.
    fn doubt(&self, shell: &Rc<Shell>) {
        let now = steady();
        if now - self.heard.get() >= f64::from(MOMENT_MS) {
            return self.probe(shell);
        }
        self.after(shell, MOMENT_MS, move |shell| match shell.link.heard.get() > now {
            true => shell.link.look_later(shell),
            false => shell.link.probe(shell),
        });
    }

    /// Asks the relay for a sign of life; without one the lane is made anew.
    fn probe(&self, shell: &Rc<Shell>) {
        let asked = steady();
        self.probing.set(true);
        self.beat();
        self.after(shell, PROBE_MS, move |shell| {
            shell.link.probing.set(false);
            if shell.link.heard.get() >= asked {
                return shell.link.look_later(shell);
            }
            shell.link.backoff.borrow_mut().reset();
            shell.link.down(shell, "silent", "the relay was not heard");
            shell.link.dial(shell);
        });
    }

    fn beat(&self) {
        self.beat_at.set(steady());
        self.push(&Frame::Beat);
        self.flush();
    }

    /// The relay beats: that answers ours, or ours answers it.
    fn beaten(&self) {
        if !self.probing.replace(false) && steady() - self.beat_at.get() >= BEAT_GAP_MS {
            self.beat();
        }
    }

    fn push(&self, frame: &Frame) {
        let full = self.outgoing.borrow_mut().push(frame);
        if let Some(message) = full {
            self.transmit(&message);
        }
    }

    fn flush_soon(&self, shell: &Rc<Shell>) {
        if self.outgoing.borrow_mut().plan() {
            let shell = shell.clone();
            wasm_bindgen_futures::spawn_local(async move { shell.link.flush() });
        }
    }

    fn flush(&self) {
        let message = self.outgoing.borrow_mut().take();
        if !message.is_empty() {
            self.transmit(&message);
        }
    }

    fn transmit(&self, message: &[u8]) {
        if let Some(socket) = self.socket.borrow().as_ref() {
            socket.send(message);
        }
    }

    fn unsent(&self) -> u32 {
        self.socket.borrow().as_ref().map_or(0, Socket::unsent)
    }

    fn after(&self, shell: &Rc<Shell>, ms: u32, then: impl FnOnce(&Rc<Shell>) + 'static) {
        let shell = Rc::downgrade(shell);
        let timer = Timeout::new(ms, move || {
            if let Some(shell) = shell.upgrade() {
                // Held until its own call is over.
                let rung = shell.link.timer.borrow_mut().take();
                then(&shell);
                drop(rung);
            }
        });
        *self.timer.borrow_mut() = Some(timer);
    }

    /// A message came.
    fn received(&self, shell: &Rc<Shell>, message: &[u8]) {
        self.heard.set(steady());
        match lane::decode(message) {
            Ok(frames) => frames::take_all(shell, frames),
            Err(error) => {
                let code = match error.code() {
                    "frame-too-large" => ByeCode::FrameTooLarge,
                    "bad-wave" => ByeCode::BadWave,
                    _ => ByeCode::BadFrame,
                };
                self.part(shell, code, &error.to_string());
            }
        }
    }

    /// Says why, and hangs up.
    fn part(&self, shell: &Rc<Shell>, code: ByeCode, reason: &str) {
        self.push(&Frame::Bye(Bye { code, reason: reason.into() }));
        self.flush();
        self.down(shell, code.word(), reason);
    }
}
