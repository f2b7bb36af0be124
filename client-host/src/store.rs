//! What a tab keeps: the state of its mechtrons, what it knows of its relays, and a cache of bundles.
//!
//! State is precious: a database of its own, written with strict durability, in the order the star asked. Bundles are a
//! cache: every byte of it can be had again, and is verified whenever it is read. Where IndexedDB is refused, everything
//! goes on from memory for as long as the page lives.

mod cache;
mod database;
mod homes;
mod known;
mod queue;
mod state;
mod swap;

pub(crate) use cache::{Cache, Kept, Read};
pub(crate) use homes::Homes;
pub(crate) use known::Known;
pub(crate) use queue::Job;
use queue::Queue;
use state::State;

use std::cell::RefCell;
use std::rc::Rc;

use starlane_host::app::WayBack;
use starlane_host::event::{Migration, Pairs, Stored};
use starlane_protocol::Point;

use crate::shell::Shell;

/// What a tab keeps.
pub(crate) struct Store {
    queue: Queue,
    state: Rc<State>,
    homes: RefCell<Homes>,
    pub(crate) cache: Cache,
}

impl Store {
    /// Opens the databases; gives why IndexedDB is refused, if it is. `home` names this tab's own part of the state.
    pub(crate) async fn open(home: &str) -> (Self, Option<String>) {
        let (state, refused) = State::open(home).await;
        let state = Rc::new(state);
        let sweeper = state.clone();
        // A failure only means: next time.
        wasm_bindgen_futures::spawn_local(async move { drop(sweeper.sweep().await) });
        (
            Self { queue: Queue::default(), state, homes: RefCell::new(Homes::new(home)), cache: Cache::default() },
            refused,
        )
    }

    /// Does this after all that was asked before.
    pub(crate) fn push(&self, shell: &Rc<Shell>, job: Job) {
        self.queue.push(shell, &self.state, job);
    }

    /// Under which names state is kept now.
    pub(crate) fn homes(&self) -> Homes {
        self.homes.borrow().clone()
    }

    /// From now on the state of browser mechtrons is kept under this name.
    pub(crate) fn set_browser(&self, home: Rc<str>) {
        self.homes.borrow_mut().set_browser(home);
    }

    /// Forgets, after all that was asked before, what an application keeps in this tab, and in the browser if that is this
    /// tab's as well.
    pub(crate) fn forget(&self, shell: &Rc<Shell>, app: &Point, has_browser: bool) {
        for home in self.homes().ours(has_browser) {
            self.push(shell, Job::Forget(home, app.clone()));
        }
    }

    /// Reads a state whose star has nothing under way for it.
    pub(crate) async fn load(&self, home: &str, mechtron: &Point) -> Result<Stored, String> {
        self.state.load(home, mechtron).await
    }

    /// Stores what was migrated, all or nothing.
    pub(crate) async fn migrate(&self, homes: &Homes, migrations: &[Migration]) -> Result<(), String> {
        self.state.migrate(homes, migrations).await
    }

    /// Puts the states of an application right for code that comes back, all or nothing.
    pub(crate) async fn go_back(
        &self,
        app: &Point,
        homes: &[Rc<str>],
        back: &[WayBack],
        before: Vec<(Point, Pairs)>,
    ) -> Result<(), String> {
        self.state.go_back(app, homes, back, before).await
    }

    /// What is known of a relay from earlier.
    pub(crate) async fn known(&self, relay: &str) -> Option<Known> {
        self.state.known(relay).await
    }

    /// Keeps what is known of a relay. Where that fails, the next start only has to wait for the relay.
    pub(crate) fn keep_known(&self, relay: String, known: &Known) {
        let (state, known) = (self.state.clone(), known.clone());
        wasm_bindgen_futures::spawn_local(async move { drop(state.keep_known(&relay, &known).await) });
    }
}
