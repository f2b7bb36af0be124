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
    /// Store what a turn changed.
    Commit(Commit),
    /// Read a mechtron's state.
    Load(Point),
    /// Forget the state of every mechtron of an application.
    Forget(Point),
}

/// Jobs in their order.
#[derive(Default)]
pub(crate) struct Queue {
    jobs: RefCell<VecDeque<Job>>,
    working: Cell<bool>,
}

/// What is done in one go.
enum Step {
    Group(Vec<Commit>),
    Load(Point),
    Forget(Point),
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
            Job::Load(mechtron) => return Some(Step::Load(mechtron)),
            Job::Forget(app) => return Some(Step::Forget(app)),
            Job::Commit(commit) => commit,
        };
        let mut group = vec![first];
        while group.len() < GROUP_TURNS
            && let Some(Job::Commit(_)) = jobs.front()
            && let Some(Job::Commit(commit)) = jobs.pop_front()
        {
            group.push(commit);
        }
        Some(Step::Group(group))
    }

    /// Takes out the commits that build on lost ones.
    fn lost(&self, mechtrons: &[Point]) -> Vec<Commit> {
        let mut lost = Vec::new();
        self.jobs.borrow_mut().retain(|job| match job {
            Job::Commit(commit) if mechtrons.contains(&commit.mechtron) => {
                lost.push(commit.clone());
                false
            }
            _ => true,
        });
        lost
    }
}

async fn work(shell: &Rc<Shell>, state: &State, step: Step) {
    match step {
        Step::Load(mechtron) => {
            let pairs = state.load(&mechtron).await;
            shell.post(Event::Loaded { mechtron, state: pairs });
        }
        Step::Forget(app) => {
            if let Err(error) = state.forget(&app).await {
                shell.tell(starlane_host::event::LogLevel::Warning, format!("the state of {app} stays: {error}"));
            }
        }
        Step::Group(mut group) => {
            for commit in group.iter().filter(|commit| commit.keep_before) {
                if let Ok(before) = state.load(&commit.mechtron).await {
                    shell.apps.upgrades.keep_before(&commit.mechtron, before.pairs);
                }
            }
            let result = state.commit(&group).await;
            if result.is_err() {
                let mechtrons: Vec<Point> = group.iter().map(|commit| commit.mechtron.clone()).collect();
                group.extend(shell.store.queue.lost(&mechtrons));
            }
            shell.post_all(group.iter().map(|commit| Event::Committed { id: commit.id, result: result.clone() }));
        }
    }
}
