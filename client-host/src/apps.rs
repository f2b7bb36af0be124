//! The applications this tab runs its part of: trust, install records, bundles.
//!
//! Nothing of a bundle is used before it is verified: the install record and the manifest by the space's root key, every
//! file by its digest. What was opened once opens again without the relay.

pub(crate) mod browser;
mod bundle;
mod files;
mod trust;
pub(crate) mod upgrade;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use futures_channel::oneshot;
use starlane_bundle::{Digest, PublicKey};
use starlane_host::app::InstalledApp;
use starlane_host::event::{Event, LogLevel};
use starlane_protocol::lane::{Frame, Greet, Installed, decode};
use starlane_protocol::{Code, Point, Refusal};

use crate::problem::Problem;
use crate::shell::Shell;
use crate::store::Known;
use browser::Browser;
use files::Files;
use trust::{Opened, Trust};
use upgrade::Upgrades;

/// The applications of this tab.
pub(crate) struct Apps {
    /// Where bundles come from: an origin, without a slash at the end.
    relay: String,
    /// The root key the page pinned.
    pinned: Option<PublicKey>,
    known: RefCell<Option<Known>>,
    /// The relay's root key, when it is not the one that is trusted.
    other_root: RefCell<Option<PublicKey>>,
    /// What the relay said is installed, since the lane was made last.
    installs: RefCell<Vec<Installed>>,
    /// What was opened.
    opened: RefCell<Vec<Opened>>,
    trust: Trust,
    pub(crate) upgrades: Upgrades,
    browser: Browser,
    /// What is being opened, and who waits for it; they hear of its end by their sender's going.
    opening: RefCell<Vec<(Point, Vec<oneshot::Sender<()>>)>>,
    files: Files,
}

/// The root key that the page pins, from its hex digits.
pub(crate) fn pinned(hex: &str) -> Result<Option<PublicKey>, Problem> {
    if hex.is_empty() {
        return Ok(None);
    }
    let bytes: Option<Digest> = hex.parse().ok();
    let key = bytes.and_then(|bytes| PublicKey::from_bytes(&bytes.0).ok());
    let wrong =
        || Problem::new("bad-key", "`root` is not the 64 hex digits of a public key", "Copy it from the relay.");
    key.map(Some).ok_or_else(wrong)
}

impl Apps {
    pub(crate) fn new(relay: String, pinned: Option<PublicKey>, known: Option<Known>, token: &str) -> Self {
        Self {
            browser: Browser::new(token, known.as_ref()),
            relay,
            pinned,
            known: RefCell::new(known),
            other_root: RefCell::default(),
            installs: RefCell::default(),
            opened: RefCell::default(),
            trust: Trust::default(),
            upgrades: Upgrades::default(),
            opening: RefCell::default(),
            files: Files::default(),
        }
    }

    /// The relay greets: who it is, and what is installed there.
    pub(crate) fn greeted(shell: &Rc<Shell>, greet: &Greet) {
        let apps = &shell.apps;
        *apps.installs.borrow_mut() = greet.installs.clone();
        match PublicKey::from_bytes(&greet.root) {
            Ok(root) => apps.met(shell, root, greet),
            Err(error) => shell.tell(LogLevel::Error, format!("the relay's root key: {error}")),
        }
        let opened = apps.opened.borrow().clone();
        for Opened { app, .. } in opened {
            match apps.installed(&app) {
                Some(_) => update(shell, app),
                // Perhaps another user is signed in now: nothing is forgotten.
                None => apps.end(shell, &app, false),
            }
        }
    }

    /// The relay tells that an application was installed or removed.
    pub(crate) fn told(shell: &Rc<Shell>, installed: Installed) {
        let apps = &shell.apps;
        let app = installed.app.clone();
        let opened = apps.opened(&app).is_some();
        apps.installs.borrow_mut().retain(|other| other.app != app);
        if installed.record.is_none() {
            if opened {
                apps.end(shell, &app, true);
            }
            return;
        }
        apps.installs.borrow_mut().push(installed);
        if opened {
            update(shell, app);
        }
    }

    /// Runs what an application places in tabs here.
    pub(crate) async fn open(shell: &Rc<Shell>, app: Point) -> Result<(), Problem> {
        // Who comes second waits for the first, and then finds it open or tries for itself: nothing is fetched twice.
        while let Some(first) = shell.apps.wait_for_first(&app) {
            let _ = first.await;
        }
        let result = Self::open_first(shell, &app).await;
        shell.apps.opening.borrow_mut().retain(|(other, _)| *other != app);
        result
    }

    async fn open_first(shell: &Rc<Shell>, app: &Point) -> Result<(), Problem> {
        if shell.apps.opened(app).is_some_and(|one| one.runs) {
            return Ok(());
        }
        let install = find(shell, app).await?;
        install_here(shell, &install).await?;
        // Newer records may have come meanwhile, also of the same generation: they may take back what was opened.
        if shell.apps.installed(app).is_some_and(|newest| newest != install) {
            update(shell, app.clone());
        }
        Ok(())
    }

    /// Waits until whoever opens this application now is done; `None` for the first, who must open it.
    fn wait_for_first(&self, app: &Point) -> Option<oneshot::Receiver<()>> {
        let mut opening = self.opening.borrow_mut();
        let Some((_, waiting)) = opening.iter_mut().find(|(other, _)| other == app) else {
            opening.push((app.clone(), Vec::new()));
            return None;
        };
        let (done, wait) = oneshot::channel();
        waiting.push(done);
        Some(wait)
    }

    /// Gets a file the star asks for.
    pub(crate) fn fetch(&self, shell: &Rc<Shell>, digest: Digest) {
        let shell = shell.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let bytes = files::get(&shell, digest).await.map(Into::into);
            shell.post(Event::Fetched { digest, bytes });
        });
    }

    /// The key that everything of this space is verified by.
    fn root(&self) -> Result<PublicKey, Problem> {
        if let Some(other) = *self.other_root.borrow() {
            let hint = format!("If the relay was set up anew, pin its key: `Star.start({{ root: \"{other:?}\" }})`.");
            return Err(Problem::new("trust-changed", "the relay's root key is not the one this browser trusts", hint));
        }
        let known = self.known.borrow().as_ref().and_then(Known::root);
        let unknown = || Problem::of(Code::Offline, "this browser has never met the relay");
        self.pinned.or(known).ok_or_else(unknown)
    }

    /// Compares the relay's root key with the one that is trusted; the first one met is kept.
    fn met(&self, shell: &Shell, root: PublicKey, greet: &Greet) {
        let trusted = self.pinned.or_else(|| self.known.borrow().as_ref().and_then(Known::root));
        let changed = trusted.is_some_and(|trusted| trusted != root);
        *self.other_root.borrow_mut() = changed.then_some(root);
        if changed {
            return shell
                .tell(LogLevel::Error, "trust-changed: the relay's root key is not the one this browser trusts");
        }
        let known = Known::new(&root, &greet.point, &greet.agent);
        if self.known.borrow().as_ref() != Some(&known) {
            shell.store.keep_known(self.relay.clone(), &known);
            *self.known.borrow_mut() = Some(known);
        }
    }

    /// Under which name the state of the user's browser mechtrons is kept.
    pub(crate) fn browser_home(&self) -> Rc<str> {
        self.browser.home(&self.relay)
    }

    /// An application's part in this tab ends; what it keeps is forgotten or stays.
    fn end(&self, shell: &Rc<Shell>, app: &Point, forget: bool) {
        self.opened.borrow_mut().retain(|one| one.app != *app);
        self.upgrades.forget(app);
        shell.post(Event::Remove { app: app.clone(), halted: None });
        if forget {
            shell.store.forget(shell, app, self.browser.has(app));
        }
        browser::let_go(shell, app);
        shell.tell(LogLevel::Info, format!("{app} is not installed any more, or not for this user"));
        let (shell, name) = (shell.clone(), self.record_name(app));
        wasm_bindgen_futures::spawn_local(async move { shell.store.cache.forget_record(&name).await });
    }

    /// What the relay says is installed at a point.
    fn installed(&self, app: &Point) -> Option<Installed> {
        self.installs.borrow().iter().find(|installed| installed.app == *app).cloned()
    }

    /// An application that was opened.
    fn opened(&self, app: &Point) -> Option<Opened> {
        self.opened.borrow().iter().find(|one| one.app == *app).cloned()
    }

    /// Everything that runs here.
    fn running(&self) -> Vec<Arc<InstalledApp>> {
        self.opened.borrow().iter().filter(|one| one.runs).map(|one| one.made.clone()).collect()
    }

    /// This runs now, until its records end.
    fn ran(&self, shell: &Rc<Shell>, now: Opened) {
        let made = now.made.clone();
        {
            let mut opened = self.opened.borrow_mut();
            opened.retain(|one| one.app != now.app);
            opened.push(now);
        }
        self.trust.watch(shell);
        browser::want(shell, &made);
    }

    fn record_name(&self, app: &Point) -> String {
        format!("{} {app}", self.relay)
    }
}

/// What is installed at a point: from the relay while it is there, else from the last time.
async fn find(shell: &Rc<Shell>, app: &Point) -> Result<Installed, Problem> {
    let apps = &shell.apps;
    if !shell.link.is_up() {
        let kept = shell.store.cache.record(&apps.record_name(app)).await;
        if let Some(Frame::Install(installed)) = kept.and_then(|frame| decode(&frame).ok()?.pop()) {
            return Ok(installed);
        }
        // It was never opened here: only the relay can tell.
        let _ = shell.link.attempt().await;
    }
    if let Some(problem) = shell.link.refused() {
        return Err(problem);
    }
    if !shell.link.is_up() {
        return Err(Problem::of(
            Code::Offline,
            format!("{app} was never opened here, and the relay cannot be reached"),
        ));
    }
    apps.installed(app)
        .ok_or_else(|| Problem::of(Code::NoRoute, format!("{app} is not installed, or not for this user")))
}

/// Verifies what is installed, gets the bundle, and hands it to the star. What runs already only takes the newer records.
async fn install_here(shell: &Rc<Shell>, installed: &Installed) -> Result<(), Problem> {
    let root = shell.apps.root()?;
    let proof = trust::prove(shell, installed, &root).await?;
    let (app, generation, expires) = (proof.install.app.clone(), proof.install.generation, trust::expires(&proof));
    if let Some(running) = shell.apps.opened(&app).filter(|one| one.runs && one.generation >= generation) {
        if running.generation == generation {
            proof.series.check_key(&running.signer).map_err(|error| trust::untrusted(&app, &error))?;
            shell.apps.ran(shell, Opened { expires, ..running });
            bundle::keep_records(shell, installed).await;
        }
        return Ok(());
    }
    let (made, signer) = bundle::get(shell, installed, &proof, &root).await?;
    let running = shell.apps.opened(&app).filter(|one| one.runs);
    match &running {
        Some(was) => {
            if let Err(problem) = upgrade::take(shell, was, &made, proof.install.back).await {
                // What goes on is also what opens next time.
                bundle::keep_records(shell, &was.told).await;
                return Err(problem);
            }
        }
        None => shell.post(Event::Install(made.clone())),
    }
    let told = installed.clone();
    shell.apps.ran(shell, Opened { app: app.clone(), generation, signer, expires, runs: true, made, told });
    shell.apps.trust.note(shell, &root, &app, generation).await;
    Ok(())
}

/// While something was done, newer records may have come.
fn look_again(shell: &Rc<Shell>, app: &Point, generation: u64) {
    if shell.apps.installed(app).is_some_and(|newest| newest.generation > generation) {
        update(shell, app.clone());
    }
}

/// Brings an open application to its newest records. What fails is only logged, the old one goes on; but what was revoked
/// ends.
fn update(shell: &Rc<Shell>, app: Point) {
    if !shell.apps.upgrades.begin(&app) {
        // Whoever is at it looks again.
        return;
    }
    let shell = shell.clone();
    wasm_bindgen_futures::spawn_local(async move {
        while let Some(installed) = shell.apps.installed(&app) {
            if let Err(problem) = install_here(&shell, &installed).await {
                not_used(&shell, &app, installed.generation, &problem);
            }
            if shell.apps.installed(&app).is_none_or(|newest| newest == installed) {
                break;
            }
        }
        shell.apps.upgrades.end(&app);
    });
}

fn not_used(shell: &Rc<Shell>, app: &Point, generation: u64, problem: &Problem) {
    if matches!(problem.code, "revoked" | "below-floor") {
        return trust::halt(shell, app, problem);
    }
    let text = format!("generation {generation} of {app} is not used: {}: {}", problem.code, problem.message);
    shell.tell(LogLevel::Error, text);
}

fn refused(code: &'static str, message: String) -> Problem {
    Problem::new(code, message, "Install the application anew; if that does not help, do not trust this relay.")
}

/// The file is not what its name says, although it was just fetched.
fn forged(what: &str) -> Refusal {
    Refusal::new(Code::BadBundle, format!("{what} is not what its digest says; the relay sent something else"))
}
