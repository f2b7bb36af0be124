//! The one writer of state: it takes the jobs of all stars in order and groups their commits.
//!
//! The next group starts when the last is on disk: what came meanwhile, 256 turns at most, is written together. When a
//! group fails nothing of it is written, and no later commit of its mechtrons until their state is read again: what a star
//! has sent before it heard of the failure builds upon what was not written.

use std::collections::HashSet;
use std::sync::Arc;

use starlane_host::event::{Commit, Stored};
use starlane_protocol::Point;
use tokio::sync::{mpsc, oneshot};

use super::Store;

/// Turns that are written together: some milliseconds of work for the disk.
const GROUP_TURNS: usize = 256;

/// Jobs that may wait; a star that has more to store stands still until there is room.
pub(crate) const JOBS: usize = 1_024;

/// What a star wants stored or read. Jobs of one star are done in order.
pub(crate) enum Job {
    /// Store what a turn changed.
    Commit {
        /// What changed.
        commit: Commit,
        /// Told when it is on disk.
        to: Arc<dyn Hears>,
    },
    /// Read what a mechtron keeps.
    Load {
        /// Whose state.
        mechtron: Point,
        /// Told what it is.
        to: Arc<dyn Hears>,
    },
    /// Delete the state of a mechtron, or of all below a point, when every job before this one is done.
    Forget {
        /// Whose state; nobody's if it stays.
        lost: Option<Point>,
        /// Told when it is gone.
        done: oneshot::Sender<Result<(), String>>,
    },
    /// Say when every job before this one is done.
    Sync(oneshot::Sender<()>),
}

/// A star that hears what became of its jobs.
pub(crate) trait Hears: Send + Sync {
    /// A commit is on disk, or failed and changed nothing.
    fn committed(&self, commit: &Commit, result: Result<(), String>);
    /// A state was read.
    fn loaded(&self, mechtron: Point, state: Result<Stored, String>);
}

/// Does the jobs until every star is gone.
pub(crate) async fn run_jobs(store: Arc<Store>, mut jobs: mpsc::Receiver<Job>) {
    let mut writer = Writer { store, broken: HashSet::new(), group: Vec::new() };
    while let Some(job) = jobs.recv().await {
        let mut next = Some(job);
        while let Some(job) = next {
            if writer.take(job).await || writer.group.len() == GROUP_TURNS {
                break;
            }
            next = jobs.try_recv().ok();
        }
        writer.flush().await;
    }
}

struct Grouped {
    commit: Commit,
    to: Arc<dyn Hears>,
}

struct Writer {
    store: Arc<Store>,
    /// Mechtrons of which a commit failed, and whose state was not read since.
    broken: HashSet<Point>,
    group: Vec<Grouped>,
}

impl Writer {
    /// Takes a job in; whether the group is to be written now.
    async fn take(&mut self, job: Job) -> bool {
        match job {
            Job::Commit { commit, to } if self.broken.contains(&commit.mechtron) => {
                to.committed(&commit, Err("an earlier commit of it failed".into()));
            }
            Job::Commit { commit, to } => self.group.push(Grouped { commit, to }),
            Job::Load { mechtron, to } => {
                if self.group.iter().any(|one| one.commit.mechtron == mechtron) {
                    self.flush().await;
                }
                self.broken.remove(&mechtron);
                let state = self.store.load(&mechtron).await.map_err(|error| error.to_string());
                to.loaded(mechtron, state);
            }
            Job::Forget { lost, done } => {
                self.flush().await;
                let result = match lost {
                    Some(point) => {
                        self.broken.retain(|mechtron| !mechtron.is_within(&point));
                        self.store.forget(&point).await.map_err(|error| error.to_string())
                    }
                    None => Ok(()),
                };
                // Whoever asked may have gone.
                let _ = done.send(result);
                return true;
            }
            Job::Sync(done) => {
                self.flush().await;
                let _ = done.send(());
                return true;
            }
        }
        false
    }

    async fn flush(&mut self) {
        if self.group.is_empty() {
            return;
        }
        let group = std::mem::take(&mut self.group);
        let commits: Vec<&Commit> = group.iter().map(|one| &one.commit).collect();
        let Err(error) = self.store.commit(&commits).await else {
            return group.iter().for_each(|one| one.to.committed(&one.commit, Ok(())));
        };
        tracing::error!(turns = group.len(), %error, "a commit failed; its turns are undone");
        self.broken.extend(group.iter().map(|one| one.commit.mechtron.clone()));
        group.iter().for_each(|one| one.to.committed(&one.commit, Err(error.to_string())));
    }
}

#[cfg(test)]
mod tests;
