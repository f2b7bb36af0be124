//! The order of the state: one job after the other, commits in groups.
//!
//! The next group starts when the last is on disk; what was asked meanwhile, up to 256 turns, is written in one
//! transaction. When a group fails, so does what was asked after it for the same mechtrons: it built on what is lost.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use starlane_host::event::{Commit, Event};
use starlane_protocol::Point;

use super::state::State;
use crate::shell::Shell;

/// Turns in one transaction: what waits behind one write to disk stays short.
const GROUP_TURNS: usize = 256;

/// Something to be done with the state.
pub(crate) enum Job {
    /// Store what a turn changed, in this home.
    Commit(Rc<str>, Commit),
    /// Read a mechtron's state from this home.
    Load(Rc<str>, Point),
    /// Forget what this home has of every mechtron of an application.
    Forget(Rc<str>, Point),
    /// Let go of the lock with this ticket.
    LetGo(u32),
}

/// Jobs in their order.
#[derive(Default)]
pub(crate) struct Queue {
    jobs: RefCell<VecDeque<Job>>,
    working: Cell<bool>,
}

/// What is done in one go.
enum Step {
    Group(Vec<(Rc<str>, Commit)>),
    Load(Rc<str>, Point),
    Forget(Rc<str>, Point),
    LetGo(u32),
}

impl Queue {
    pub(super) fn push(&self, shell: &Rc<Shell>, state: &Rc<State>, job: Job) {
        self.jobs.borrow_mut().push_back(job);
        if !self.working.replace(true) {
            let (shell, state) = (shell.clone(), state.clone());
            wasm_bindgen_futures::spawn_local(async move {
                while let Some(step) = shell.store.queue.next() {
                    work(&shell, &state, step).await;
                }
                shell.store.queue.working.set(false);
            });
        }
    }

    fn next(&self) -> Option<Step> {
        let mut jobs = self.jobs.borrow_mut();
        let first = match jobs.pop_front()? {
            Job::Load(home, mechtron) => return Some(Step::Load(home, mechtron)),
            Job::Forget(home, app) => return Some(Step::Forget(home, app)),
            Job::LetGo(ticket) => return Some(Step::LetGo(ticket)),
            Job::Commit(home, commit) => (home, commit),
        };
        let mut group = vec![first];
        while group.len() < GROUP_TURNS
            && let Some(Job::Commit(..)) = jobs.front()
            && let Some(Job::Commit(home, commit)) = jobs.pop_front()
        {
            group.push((home, commit));
        }
        Some(Step::Group(group))
    }

    /// Takes out the commits that build on lost ones.
    fn lost(&self, group: &[(Rc<str>, Commit)]) -> Vec<(Rc<str>, Commit)> {
        let mut lost = Vec::new();
        let is_of =
            |at: &Rc<str>, mechtron: &Point| group.iter().any(|(home, one)| home == at && one.mechtron == *mechtron);
        self.jobs.borrow_mut().retain(|job| match job {
            Job::Commit(home, commit) if is_of(home, &commit.mechtron) => {
                lost.push((home.clone(), commit.clone()));
                false
            }
            _ => true,
        });
        lost
    }
}

async fn work(shell: &Rc<Shell>, state: &State, step: Step) {
    match step {
        Step::Load(home, mechtron) => {
            let pairs = state.load(&home, &mechtron).await;
            shell.post(Event::Loaded { mechtron, state: pairs });
        }
        Step::LetGo(ticket) => drop(shell.page.let_go(ticket)),
        Step::Forget(home, app) => {
            if let Err(error) = state.forget(&home, &app).await {
                shell.tell(starlane_host::event::LogLevel::Warning, format!("the state of {app} stays: {error}"));
            }
        }
        Step::Group(mut group) => {
            for (home, commit) in group.iter().filter(|(_, commit)| commit.keep_before) {
                if let Ok(before) = state.load(home, &commit.mechtron).await {
                    shell.apps.upgrades.keep_before(&commit.mechtron, before.pairs);
                }
            }
            let result = state.commit(&group).await;
            if result.is_err() {
                let lost = shell.store.queue.lost(&group);
                group.extend(lost);
            }
            shell.post_all(group.iter().map(|(_, commit)| Event::Committed { id: commit.id, result: result.clone() }));
        }
    }
}
