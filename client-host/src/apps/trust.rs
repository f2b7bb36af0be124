//! What this tab trusts: records that the root signed, no older than what was seen, whose time is not over.
//!
//! The highest serial of each series and generation of each application are kept under the root key they were seen under.
//! A serial counts as seen at once; a generation when its bundle is whole here, so that a tab which loses the relay in the
//! middle of an upgrade goes on with what it has.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use gloo_timers::callback::Timeout;
use starlane_bundle::{Proof, PublicKey, Seen, TrustError};
use starlane_host::app::InstalledApp;
use starlane_host::event::{Event, LogLevel};
use starlane_protocol::Point;
use starlane_protocol::lane::Installed;

use super::refused;
use crate::problem::Problem;
use crate::shell::Shell;

/// The longest a browser's timer can be set for, in milliseconds: longer ones fire at once.
const LONGEST_TIMER_MS: u64 = i32::MAX as u64;

/// What was seen, and when the next record ends.
#[derive(Default)]
pub(super) struct Trust {
    /// The highest numbers, by `<root> <point>`: as kept, and for as long as the page lives where nothing can be kept.
    seen: RefCell<Vec<(String, u64)>>,
    ends: RefCell<Option<Timeout>>,
}

/// An application whose part was started in this tab.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) app: Point,
    pub(super) generation: u64,
    /// Who signed its bundle.
    pub(super) signer: PublicKey,
    /// When the first of its records ends, in milliseconds since 1970 UTC.
    pub(super) expires: u64,
    /// Whether it runs; what was revoked or has expired does not, until newer records come.
    pub(super) runs: bool,
    /// What runs.
    pub(super) made: Arc<InstalledApp>,
    /// Its records, as the relay told them.
    pub(super) told: Installed,
}

/// Milliseconds since 1970 UTC.
fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// When the first of two records ends.
pub(super) fn expires(proof: &Proof) -> u64 {
    proof.install.expires.min(proof.series.expires)
}

/// What is said to be installed, verified: it may run here now.
pub(super) async fn prove(shell: &Rc<Shell>, installed: &Installed, root: &PublicKey) -> Result<Proof, Problem> {
    let told = |error: TrustError| untrusted(&installed.app, &error);
    let part = |bytes: &Option<Vec<u8>>| bytes.clone().unwrap_or_default();
    let [record, signature, series, series_signature] =
        [&installed.record, &installed.signature, &installed.series, &installed.series_signature].map(part);
    let proof = Proof::verify((&record, &signature), (&series, &series_signature), root).map_err(told)?;
    let (app, series) = (&proof.install.app, &proof.series);
    if *app != installed.app || proof.install.generation != installed.generation {
        return Err(refused("wrong-signature", format!("the install record of {} is another one's", installed.app)));
    }
    let trust = &shell.apps.trust;
    let seen =
        Seen { serial: trust.seen(shell, root, &series.series).await, generation: trust.seen(shell, root, app).await };
    if series.serial > seen.serial {
        trust.note(shell, root, &series.series, series.serial).await;
    }
    proof.check(seen, now_ms()).map_err(told)?;
    Ok(proof)
}

/// Why something of an application is not trusted.
pub(super) fn untrusted(app: &Point, error: &TrustError) -> Problem {
    Problem::new(error.code(), format!("{app}: {error}"), error.hint())
}

impl Trust {
    /// The highest number seen of a point.
    async fn seen(&self, shell: &Shell, root: &PublicKey, point: &Point) -> u64 {
        let name = name(root, point);
        let known = self.seen.borrow().iter().find(|(other, _)| *other == name).map(|(_, number)| *number);
        match known {
            Some(number) => number,
            None => shell.store.cache.seen(&name).await.unwrap_or(0),
        }
    }

    /// The highest generation of an application that any tab of this browser has seen.
    pub(super) async fn newest(&self, shell: &Shell, root: &PublicKey, app: &Point) -> u64 {
        shell.store.cache.seen(&name(root, app)).await.unwrap_or(0)
    }

    /// Keeps the highest number seen of a point.
    pub(super) async fn note(&self, shell: &Shell, root: &PublicKey, point: &Point, number: u64) {
        let name = name(root, point);
        {
            let mut seen = self.seen.borrow_mut();
            seen.retain(|(other, _)| *other != name);
            seen.push((name.clone(), number));
        }
        // Where it cannot be kept it holds as long as the page.
        drop(shell.store.cache.keep_seen(&name, number).await);
    }

    /// Sees to it that what has expired ends when it does.
    pub(super) fn watch(&self, shell: &Rc<Shell>) {
        let opened = shell.apps.opened.borrow();
        let next = opened.iter().filter(|one| one.runs).map(|one| one.expires).min();
        let Some(next) = next else { return };
        let ms = next.saturating_sub(now_ms()).min(LONGEST_TIMER_MS);
        let shell = Rc::downgrade(shell);
        let timer = Timeout::new(u32::try_from(ms).unwrap_or(u32::MAX), move || {
            if let Some(shell) = shell.upgrade() {
                let rung = shell.apps.trust.ends.borrow_mut().take();
                end_expired(&shell);
                shell.apps.trust.watch(&shell);
                drop(rung);
            }
        });
        *self.ends.borrow_mut() = Some(timer);
    }
}

fn end_expired(shell: &Rc<Shell>) {
    let now = now_ms();
    let opened = shell.apps.opened.borrow().clone();
    for one in opened.iter().filter(|one| one.runs && one.expires <= now) {
        halt(shell, &one.app, &untrusted(&one.app, &TrustError::Expired(one.app.clone())));
    }
}

/// Ends an application's part in this tab, and says why. What it keeps stays.
pub(super) fn halt(shell: &Rc<Shell>, app: &Point, why: &Problem) {
    let mut ended = false;
    for one in shell.apps.opened.borrow_mut().iter_mut().filter(|one| one.app == *app && one.runs) {
        (one.runs, ended) = (false, true);
    }
    if ended {
        shell.apps.upgrades.forget(app);
        shell.post(Event::Remove { app: app.clone(), halted: Some(why.message.clone()) });
        super::browser::let_go(shell, app);
        shell.tell(
            LogLevel::Error,
            format!("{}: {} It does not run here any more. {}", why.code, why.message, why.hint),
        );
    }
}

fn name(root: &PublicKey, point: &Point) -> String {
    format!("{root} {point}")
}
