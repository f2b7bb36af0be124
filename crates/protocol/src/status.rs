//! Statuses: an HTTP number, a stable code word, and a sentence that says what to do.
//!
//! The words are the same on the wire, in Rust, in JavaScript's `error.code` and in `--json` output. None is ever changed.

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether a refused wave may be sent again without fear of its being handled twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Retry {
    /// It was never started: sending it again is safe.
    Safe,
    /// It may have been handled: only the sender can know whether twice is harmful.
    Unknown,
    /// The same wave would be refused again.
    No,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $status:literal, $retry:ident, $hint:literal;)*) => {
        /// Why the mesh itself refused or ended a wave.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code there is, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The stable word.
            pub fn word(self) -> &'static str {
                match self { $(Code::$name => $word,)* }
            }

            /// The HTTP status (RFC 9110) that goes with it.
            pub fn status(self) -> u16 {
                match self { $(Code::$name => $status,)* }
            }

            /// Whether sending again is safe.
            pub fn retry(self) -> Retry {
                match self { $(Code::$name => Retry::$retry,)* }
            }

            /// What to do about it, in one sentence.
            pub fn hint(self) -> &'static str {
                match self { $(Code::$name => $hint,)* }
            }
        }
    };
}

codes! {
    /// The text is not a point.
    BadPoint = "bad-point", 400, No, "Correct the point at the place named.";
    /// The wave breaks a rule of its form.
    BadWave = "bad-wave", 400, No, "Correct the field named.";
    /// The body cannot be read as what its type says, or is not what a command takes.
    BadBody = "bad-body", 400, No, "Send JSON or CBOR that is whole, no name twice in one object; to a command, what its documentation shows.";
    /// A body, a query or a part of a path is not what the schema of its route says.
    SchemaMismatch = "schema-mismatch", 400, No, "Send what the route's schema describes; `Cmd<Bind>` to the same point shows it.";
    /// No token, or one that is not valid here.
    SignIn = "sign-in", 401, No, "Sign in: `starlane token <user>` prints a link.";
    /// The token's time is over.
    TokenExpired = "token-expired", 401, No, "Get a new token: `starlane token <user>`.";
    /// No grant allows it.
    Forbidden = "forbidden", 403, No, "An application opens its own points by the grants in its app.toml; all else in a space is for its operator. Bundles of one's own go to `<space>:users:<id>:repo:…`.";
    /// The mechtron's own `[may] call` does not name the target.
    MayNotCall = "may-not-call", 403, No, "Name the target in `[may] call` of the mechtron's document.";
    /// The wave claims to come from somebody else.
    ForgedFrom = "forged-from", 403, No, "`from` must be the sender's own point or below it.";
    /// Nothing stands at this point.
    NoRoute = "no-route", 404, Safe, "Look at `starlane ls` for what is installed.";
    /// The mechtron has no such path or method.
    NotFound = "not-found", 404, No, "Look at the routes in the mechtron's bind: `Cmd<Bind>` to the same point shows it.";
    /// The path is known, the method is not.
    WrongMethod = "wrong-method", 405, No, "Use a method that the mechtron's bind names for this path: `Cmd<Bind>` to the same point shows it.";
    /// The time the sender gave is over.
    Deadline = "deadline", 408, Unknown, "Give it longer with `wait`, or find out what keeps the target busy.";
    /// What is sent stands against what is there.
    Conflict = "conflict", 409, No, "Use another name or version.";
    /// A version that is published already, with other content.
    VersionTaken = "version-taken", 409, No, "Publish under a new version: a bundle is never overwritten.";
    /// Over a bound of size.
    TooLarge = "too-large", 413, No, "Send less, or in parts.";
    /// A content type that the bind does not take.
    WrongType = "wrong-type", 415, No, "Send the content type that the mechtron's bind names: `Cmd<Bind>` to the same point shows it.";
    /// A bundle, a manifest, a wasm or a document that does not hold.
    BadBundle = "bad-bundle", 422, No, "Correct the bundle at the place named and publish again.";
    /// More than the sender may have open.
    TooMany = "too-many", 429, Safe, "Wait until some of it is done.";
    /// The mechtron trapped.
    Trapped = "trapped", 500, Unknown, "The log shows where; the author of the mechtron can mend it.";
    /// The mechtron burnt all the fuel of one wave.
    OutOfFuel = "out-of-fuel", 500, Unknown, "Raise `fuel` in the mechtron's limits, or make it do less.";
    /// The mechtron asked for more memory than it may have.
    MemoryLimit = "memory-limit", 500, Unknown, "Raise `memory` in the mechtron's limits, or make it hold less.";
    /// The mechtron asked for more table entries than it may have.
    TableLimit = "table-limit", 500, Unknown, "Make the module's table smaller.";
    /// The mechtron called itself too deeply.
    StackLimit = "stack-limit", 500, Unknown, "The log shows where; the author of the mechtron can mend it.";
    /// The mechtron said that it failed.
    GuestFailed = "guest-failed", 500, Unknown, "The log shows what it said; the author of the mechtron can mend it.";
    /// The mechtron's reply is not what its bind promises.
    BadReply = "bad-reply", 500, Unknown, "The author must make the reply fit the bind.";
    /// A ping was handled and not replied to.
    NoReply = "no-reply", 500, Unknown, "The author must reply to every ping.";
    /// A mechtron could not be made ready.
    InitFailed = "init-failed", 500, Safe, "The log shows what it said; the author of the mechtron can mend it.";
    /// Something that is not the user's fault.
    Internal = "internal", 500, Unknown, "The relay's log says more.";
    /// The lane over which the wave went broke.
    LaneLost = "lane-lost", 502, Unknown, "Ask the target what it knows, then decide whether to send again.";
    /// This star has no lane at the moment.
    Offline = "offline", 503, Safe, "Wait until the lane is back; it comes back by itself.";
    /// The mechtron runs in another tab of this browser.
    Elsewhere = "elsewhere", 503, Safe, "Close the other tab, and this one takes over by itself; or go on there.";
    /// The mechtron runs in visitors' browsers, and no relay answers for it.
    BrowserOnly = "browser-only", 503, No, "Open the application's page in a browser, and ask there.";
    /// Too many waves wait for this mechtron.
    MailboxFull = "mailbox-full", 503, Safe, "Send again a little later.";
    /// The star has no memory left for another mechtron.
    StarFull = "star-full", 503, Safe, "Send again later, or lower the memory limits of what runs there.";
    /// A config asks for more than this place can give.
    LimitTooHigh = "limit-too-high", 503, No, "Lower the limit, or place the mechtron on a server.";
    /// The mechtron trapped again and again, and rests.
    CrashLoop = "crash-loop", 503, Safe, "The log shows why it traps; it is started again by itself after a pause.";
    /// The mechtron was swapped for its next version, and this wave was in hand for longer than that waits.
    Swapped = "swapped", 503, Unknown, "Ask the target what it knows, then decide whether to send again.";
    /// The state is not made for the version that is here.
    SwapFailed = "swap-failed", 503, Safe, "The log shows why; the state is as it was. Upgrade to a version that can migrate it.";
    /// The bundle, or the key that signed it, was revoked: nothing of the application runs.
    Revoked = "revoked", 503, No, "Whoever installs the application must install another version.";
    /// The star is being closed.
    StarAway = "star-away", 503, Unknown, "Open the application again.";
    /// The state could not be stored; what the wave did is undone.
    StoreFailed = "store-failed", 503, Unknown, "Look at the free space and the log, then send again.";
    /// A file or bundle could not be had.
    FetchFailed = "fetch-failed", 503, Safe, "Send again when the relay can be reached.";
    /// The state is over its 4 MiB.
    StateFull = "state-full", 507, No, "Let the mechtron delete what it no longer needs.";
    /// Waiting for this answer would never end.
    WouldDeadlock = "would-deadlock", 508, No, "Two mechtrons wait for each other: let one of them answer first.";
    /// Too many pings wait for one another.
    ChainTooLong = "chain-too-long", 508, No, "Make fewer mechtrons wait for one another.";
    /// The wave passed too many holders.
    TooManyHops = "too-many-hops", 508, No, "Something sends this wave in a circle.";
}

impl Code {
    /// The code with this word, if there is one.
    pub fn from_word(word: &str) -> Option<Code> {
        Self::ALL.iter().copied().find(|code| code.word() == word)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A refusal: why, and what exactly in this case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// What happened, in one sentence, with the names of this case.
    pub message: String,
}

/// The form a refusal has as the body of a pong.
#[derive(Serialize)]
struct Told<'a> {
    code: &'a str,
    message: &'a str,
    hint: &'a str,
    retry: Retry,
}

impl Refusal {
    /// A refusal with its sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The JSON that tells it: `{code, message, hint, retry}`.
    pub fn to_json(&self) -> String {
        let told =
            Told { code: self.code.word(), message: &self.message, hint: self.code.hint(), retry: self.code.retry() };
        // Four strings always have a JSON form.
        serde_json::to_string(&told).unwrap_or_default()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl Error for Refusal {}
