//! What applications place in browsers: one tab of a user has it, the one that holds a lock of the browser's.
//!
//! The lock is named after relay, user and application, and held by the page, so that it ends with it. It is asked for when
//! the application is opened and stays asked for: when the tab that has it is closed, the next one takes over. It is let go
//! behind everything that is still to be stored, so that whoever comes next reads all of it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use starlane_host::app::InstalledApp;
use starlane_host::event::{Event, LogLevel};
use starlane_protocol::document::Placement;
use starlane_protocol::{Agent, Point};

use crate::http;
use crate::shell::Shell;
use crate::store::{Job, Known};

/// The locks of a tab.
pub(crate) struct Browser {
    /// Whose browser mechtrons these are; `None` until the relay has said it.
    agent: RefCell<Option<Agent>>,
    locks: RefCell<Vec<Lock>>,
    /// Tickets given so far.
    tickets: Cell<u32>,
}

struct Lock {
    app: Point,
    /// The page's name for this request.
    ticket: u32,
    stage: Stage,
}

/// How far a lock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Another tab has it.
    Asked,
    /// It is this tab's, which is not at the newest generation yet.
    Granted,
    /// The mechtrons are here.
    Here,
}

impl Browser {
    /// Before the relay has greeted: nobody without a token, and whoever the token names if the relay said so before.
    pub(super) fn new(token: &str, known: Option<&Known>) -> Self {
        let agent = match token {
            "" => Some(Agent::Anonymous),
            token => known.map(|known| known.agent.clone()).filter(|agent| names(token, agent)),
        };
        Self { agent: RefCell::new(agent), locks: RefCell::default(), tickets: Cell::default() }
    }

    /// Under which name the state of a user's browser mechtrons is kept.
    pub(super) fn home(&self, relay: &str) -> Rc<str> {
        self.agent.borrow().as_ref().map(|agent| format!("{relay} {agent}")).unwrap_or_default().into()
    }

    /// Whether an application's browser mechtrons are in this tab.
    pub(super) fn has(&self, app: &Point) -> bool {
        self.locks.borrow().iter().any(|lock| lock.app == *app && lock.stage == Stage::Here)
    }

    fn take(&self, is_it: impl Fn(&Lock) -> bool) -> Option<Lock> {
        let mut locks = self.locks.borrow_mut();
        let at = locks.iter().position(is_it)?;
        Some(locks.swap_remove(at))
    }

    /// The mechtrons come here; whether they may and were not.
    fn arrive(&self, app: &Point) -> bool {
        let mut locks = self.locks.borrow_mut();
        let lock = locks.iter_mut().find(|lock| lock.app == *app && lock.stage == Stage::Granted);
        lock.map(|lock| lock.stage = Stage::Here).is_some()
    }
}

/// An application runs in this tab, perhaps in a newer generation than before: what it places in browsers is asked for.
pub(super) fn want(shell: &Rc<Shell>, made: &InstalledApp) {
    let browser = &shell.apps.browser;
    let Some(agent) = browser.agent.borrow().clone() else { return };
    let app = &made.point;
    if made.mechtrons.values().all(|spec| spec.placement != Placement::Browser) {
        return let_go(shell, app);
    }
    let stage = browser.locks.borrow().iter().find(|lock| lock.app == *app).map(|lock| lock.stage);
    match stage {
        None => ask(shell, app, &agent),
        Some(Stage::Granted) => begin(shell, app.clone()),
        Some(Stage::Asked | Stage::Here) => {}
    }
}

fn ask(shell: &Rc<Shell>, app: &Point, agent: &Agent) {
    let browser = &shell.apps.browser;
    let ticket = browser.tickets.get().wrapping_add(1);
    browser.tickets.set(ticket);
    browser.locks.borrow_mut().push(Lock { app: app.clone(), ticket, stage: Stage::Asked });
    let name = format!("starlane:browser {} {agent} {app}", shell.apps.relay);
    if !shell.page.hold(ticket, &name).unwrap_or(false) {
        let text = format!(
            "no-locks: what {app} places in browsers does not run here: only pages of https and of localhost can tell \
             which tab has it"
        );
        shell.tell(LogLevel::Warning, text);
    }
}

/// The page holds the lock of this ticket.
pub(crate) fn granted(shell: &Rc<Shell>, ticket: u32) {
    let app = {
        let mut locks = shell.apps.browser.locks.borrow_mut();
        let Some(lock) = locks.iter_mut().find(|lock| lock.ticket == ticket) else { return };
        lock.stage = Stage::Granted;
        lock.app.clone()
    };
    begin(shell, app);
}

/// The mechtrons come here, unless another tab has run a newer generation than this one has by now: its code may have
/// brought their states up to date.
fn begin(shell: &Rc<Shell>, app: Point) {
    let shell = shell.clone();
    wasm_bindgen_futures::spawn_local(async move {
        let Ok(root) = shell.apps.root() else { return };
        let newest = shell.apps.trust.newest(&shell, &root, &app).await;
        let browser = &shell.apps.browser;
        let Some(one) = shell.apps.opened(&app).filter(|one| one.runs) else { return };
        if one.generation < newest {
            return super::look_again(&shell, &app, one.generation);
        }
        if browser.arrive(&app) {
            shell.post(Event::Place { app, here: true });
        }
    });
}

/// An application's browser mechtrons go, if they are here, and its lock with them.
pub(super) fn let_go(shell: &Rc<Shell>, app: &Point) {
    let Some(lock) = shell.apps.browser.take(|lock| lock.app == *app) else { return };
    shell.post(Event::Place { app: app.clone(), here: false });
    shell.store.push(shell, Job::LetGo(lock.ticket));
}

/// Every lock goes, when all is stored.
pub(crate) fn let_all_go(shell: &Rc<Shell>) {
    while let Some(lock) = shell.apps.browser.take(|_| true) {
        shell.store.push(shell, Job::LetGo(lock.ticket));
    }
}

/// The relay says who the user is. What another user had in this browser goes before the new one's comes.
pub(crate) fn meet(shell: &Rc<Shell>, agent: &Agent) {
    let browser = &shell.apps.browser;
    if browser.agent.borrow().as_ref() == Some(agent) {
        return;
    }
    let running = shell.apps.running();
    for made in &running {
        let_go(shell, &made.point);
        shell.apps.upgrades.forget_browser(&made.point);
    }
    *browser.agent.borrow_mut() = Some(agent.clone());
    shell.store.set_browser(browser.home(&shell.apps.relay));
    for made in &running {
        want(shell, made);
    }
}

/// Whether a token says that it is this user's. Only the relay can check it: this only keeps users of one browser apart
/// who come without a relay.
fn names(token: &str, agent: &Agent) -> bool {
    let claims = token.split('.').nth(1).unwrap_or_default().replace('-', "+").replace('_', "/");
    let said = http::from_base64(&claims).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    said.contains(&format!("\"sub\":\"{agent}\""))
}
