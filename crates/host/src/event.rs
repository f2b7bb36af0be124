//! What the world tells a star, and what a star asks of the world.
//!
//! A shell hands over [`Event`]s, lets the star run, and carries out the [`Effect`]s in the order given. A commit always
//! comes before what depends on it: the star holds replies back until [`Event::Committed`].

use std::sync::Arc;

use starlane_bundle::Digest;
use starlane_protocol::document::Placement;
use starlane_protocol::{Agent, Headers, Method, Point, Refusal, Wave};

use crate::app::{InstalledApp, MechtronSpec};

/// Milliseconds on the shell's steady clock, from any start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Millis(pub u64);

impl Millis {
    /// This time and so many milliseconds more.
    pub fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds since an earlier time; 0 if it is a later one.
    pub fn since(self, earlier: Millis) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A ping of the shell's own (a page's promise, an HTTP request): named by the shell, unique while open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

/// A commit the star waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(pub u64);

/// A ping or signal that begins in the shell. The star gives it its id and hop count.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Who sends it; the star's own point when `None`.
    pub from: Option<Point>,
    /// Who answers for it; the star's own agent when `None`.
    pub agent: Option<Agent>,
    /// Whom it is for.
    pub to: Point,
    /// What is asked.
    pub method: Method,
    /// Begins with `/`.
    pub path: Arc<str>,
    /// Without the `?`.
    pub query: Arc<str>,
    /// Ordered lower-case pairs.
    pub headers: Headers,
    /// Bytes with a content type.
    pub body: starlane_protocol::Body,
    /// Milliseconds until it is given up.
    pub wait: u32,
}

/// Keys and values of a state, in any order.
pub type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// A state as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stored {
    /// Its keys and values.
    pub pairs: Pairs,
    /// The code that wrote it last; `None` when nothing is stored.
    pub stamp: Option<Stamp>,
}

/// Which code a state is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The SHA-256 of the module that wrote it last. Another one migrates it before its first wave.
    pub code: Digest,
    /// The SHA-256 of a module that must not have it: it came back after a swap that had migrated the state already.
    pub refused: Option<Digest>,
}

/// What a migration changes in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Whose state.
    pub mechtron: Point,
    /// Where it is placed: what a browser has is kept apart from what one of its tabs has.
    pub placement: Placement,
    /// Keys with their new values; `None` removes.
    pub writes: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// The module it is made for now.
    pub code: Digest,
}

/// How far the next generation of an application is in this star.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Everything it changes is ready beside the present one.
    Ready,
    /// Nothing that it changes has a wave in hand.
    Quiet,
    /// The states are migrated, in memory. They are to be stored with the switch, all or none.
    Migrated(Vec<Migration>),
    /// It cannot be; nothing has changed. [`Event::Abandon`] is still to come.
    Failed(Refusal),
    /// The trial is over, and well.
    Passed,
    /// A mechtron on trial (its name) trapped three times: the generation before should come back.
    Trapped(String),
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// It is this time. Deadlines are judged by it.
    Time {
        /// On the steady clock; never goes back.
        now: Millis,
        /// Milliseconds since 1970 UTC, for guests that ask.
        unix_ms: i64,
    },
    /// This star's point and agent, as the relay greets it. A server star has them from the start.
    Named {
        /// The star's point.
        point: Point,
        /// Who answers for what begins here.
        agent: Agent,
    },
    /// The lane to the relay is there.
    LaneUp,
    /// The lane to the relay broke: open pings over it end `lane-lost`.
    LaneDown,
    /// The shell asks; answered by exactly one [`Effect::Settle`].
    Ask {
        /// The shell's name for it.
        call: CallId,
        /// What is asked.
        draft: Draft,
    },
    /// The shell no longer wants the answer; no `Settle` follows.
    Cancel {
        /// The shell's name for it.
        call: CallId,
    },
    /// The shell sends a signal.
    Tell {
        /// What is told.
        draft: Draft,
    },
    /// A wave came over a lane (or from another star of the same relay), admitted there.
    Arrived(Wave),
    /// An application is installed here, or replaced by another generation at once, with nothing tried before.
    Install(Arc<InstalledApp>),
    /// The next generation of an application is made ready beside the present one, which goes on. Answered by
    /// [`Step::Ready`] or [`Step::Failed`].
    Prepare {
        /// The next generation.
        app: Arc<InstalledApp>,
        /// Whether it is the way back to the generation before: then no state is migrated, all are read again.
        back: bool,
    },
    /// No mechtron that the next generation changes begins a wave any more, but for what a mechtron of the same application
    /// waits for. Answered by [`Step::Quiet`].
    Stop(Point),
    /// None of them begins a wave at all, and their states are migrated. Answered by [`Step::Migrated`] or [`Step::Failed`].
    Migrate(Point),
    /// The next generation takes over: what it has migrated is stored.
    Switch(Point),
    /// The present generation goes on as if nothing had been.
    Abandon(Point),
    /// These mechtrons of an application are on trial, as after [`Event::Switch`]: the shell began anew meanwhile.
    Try {
        /// The application.
        app: Point,
        /// Their names below its point.
        mechtrons: Vec<String>,
    },
    /// From the next wave on there stands at a point what its owner has put there; none: the application's own mechtron. A
    /// wave in hand may end within 10 s. It is remembered until the next such event, also while nothing runs there.
    Override {
        /// The point: that of one key.
        point: Point,
        /// What stands there, as [`MechtronSpec::overridden`] makes it.
        spec: Option<Arc<MechtronSpec>>,
    },
    /// An application is removed: its mechtrons end. What becomes of their state is the shell's.
    Remove {
        /// The application.
        app: Point,
        /// Why nothing of it may run, if it is still installed: its waves end with `revoked`, not with `no-route`.
        halted: Option<String>,
    },
    /// From now on the mechtrons that an application places in browsers are in this tab, or no longer: the shell sees to it
    /// that one tab has them. In the beginning they are not. Waves to them that begin here end with `elsewhere` while they
    /// are not, and so do those that wait when they go.
    Place {
        /// The application, which need not be installed yet.
        app: Point,
        /// Whether they are here.
        here: bool,
    },
    /// Everything of one mechtron (one key) is dropped: instance, mailbox, state at hand. The shell has deleted its stored state.
    Drop(Point),
    /// The star with this point begins anew: whoever is there now is not who was. Leases to watch of it and of what is below
    /// it end.
    StarAnew(Point),
    /// The shell answers waves to `<star>:<name>` itself: see [`Effect::Deliver`].
    Serve(String),
    /// The shell no longer answers them.
    Unserve(String),
    /// The shell's answer to a delivered ping.
    Answer {
        /// The delivered ping.
        ping: Box<Wave>,
        /// 100 to 599.
        status: u16,
        /// The headers of the answer.
        headers: Headers,
        /// The body of the answer.
        body: starlane_protocol::Body,
    },
    /// The state asked for by [`Effect::Load`]: pairs in any order, or why it cannot be had.
    Loaded {
        /// Whose state.
        mechtron: Point,
        /// Its keys and values, and what is known of who wrote them.
        state: Result<Stored, String>,
    },
    /// The file asked for by [`Effect::Fetch`], its digest verified by the shell.
    Fetched {
        /// Which file.
        digest: Digest,
        /// Its bytes, or why they cannot be had.
        bytes: Result<Arc<[u8]>, Refusal>,
    },
    /// A commit is on disk, or failed and changed nothing.
    Committed {
        /// Which one.
        id: CommitId,
        /// `Err` with the reason.
        result: Result<(), String>,
    },
}

/// Something the shell is to do.
#[derive(Debug)]
pub enum Effect {
    /// Store these writes together, then say [`Event::Committed`]. Commits of one star are stored in order; many may be
    /// grouped. When one fails, those for the same mechtron that are already here fail with it: they build on it.
    Commit(Commit),
    /// How far an upgrade of an application is here.
    Upgrade {
        /// The application.
        app: Point,
        /// The generation it is about.
        generation: u64,
        /// How far.
        step: Step,
    },
    /// What its owner put behind a point trapped three times within 60 s: the application's own mechtron is back.
    OverrideFailed {
        /// The point.
        point: Point,
        /// Which override: [`MechtronSpec::own`].
        number: u64,
        /// The last trap.
        why: String,
    },
    /// Send this wave away: up the lane of a tab, to the switchboard of a relay.
    Send(Wave),
    /// This is the answer to the shell's ping.
    Settle {
        /// The shell's name for it.
        call: CallId,
        /// The pong; refusals of the mesh carry the header `starlane-code`.
        pong: Wave,
    },
    /// A wave for a name the shell serves; a ping wants one [`Event::Answer`].
    Deliver {
        /// The name.
        name: String,
        /// The wave.
        wave: Wave,
    },
    /// Read a mechtron's stored state, then say [`Event::Loaded`]. Each is answered once, in the order asked, after the
    /// commits before it.
    Load {
        /// The application's point for the mechtron, in a tab too.
        mechtron: Point,
        /// Where it is placed.
        placement: Placement,
    },
    /// Get a file of a bundle by its digest, then say [`Event::Fetched`].
    Fetch {
        /// Which file.
        digest: Digest,
        /// Its size in bytes.
        size: u64,
        /// The application that needs it.
        app: Point,
    },
    /// Write a line into the log.
    Log(LogLine),
}

/// What one turn changed in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The star's name for it; rises by one with each.
    pub id: CommitId,
    /// Whose state: the application's point for it, in a tab too.
    pub mechtron: Point,
    /// Where it is placed.
    pub placement: Placement,
    /// Keys with their new values; `None` removes.
    pub writes: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// The module that writes, when it is not known to be the one that wrote last.
    pub code: Option<Digest>,
    /// Whether what was stored before is kept until the trial of the generation is over: a migration changes it.
    pub keep_before: bool,
}

/// How grave a line of the log is. The numbers are those of the guest ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Something failed.
    Error = 1,
    /// Something looks wrong.
    Warning = 2,
    /// Something happened.
    Info = 3,
    /// For whoever hunts a mistake.
    Detail = 4,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// How grave.
    pub level: LogLevel,
    /// Which mechtron (or star) it is about.
    pub point: Point,
    /// The line.
    pub text: String,
}
