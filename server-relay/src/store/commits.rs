//! The one writer of state: it takes the jobs of all stars in order and groups their commits.
//!
//! The next group starts when the last is on disk: what came meanwhile, 256 turns at most, is written together. When a
//! group fails nothing of it is written, nor anything a star has sent before it heard of that: later turns built upon it.

use std::collections::HashMap;
use std::sync::Arc;

use starlane_host::event::Commit;
use starlane_protocol::Point;
use tokio::sync::{mpsc, oneshot};

use super::{Pairs, Store};

/// Turns that are written together: some milliseconds of work for the disk.
const GROUP_TURNS: usize = 256;

/// Jobs that may wait; a star that has more to store stands still until there is room.
pub(crate) const JOBS: usize = 1_024;

/// What a star wants stored or read. Jobs of one star are done in order.
pub(crate) enum Job {
    /// Store what a turn changed.
    Commit {
        /// Which star wants it.
        star: u32,
        /// How many failures this star had heard of.
        epoch: u64,
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
    /// Delete the state of a mechtron, or of all below a point.
    Forget {
        /// Whose state.
        point: Point,
        /// Told when it is gone.
        done: oneshot::Sender<Result<(), String>>,
    },
    /// Say when every job before this one is done.
    Sync(oneshot::Sender<()>),
}

/// A star that hears what became of its jobs.
pub(crate) trait Hears: Send + Sync {
    /// A commit is on disk, or failed: then with the reason and how many failures this star had by now.
    fn committed(&self, commit: &Commit, result: Result<(), (String, u64)>);
    /// A state was read.
    fn loaded(&self, mechtron: Point, state: Result<Pairs, String>);
}

/// Does the jobs until every star is gone.
pub(crate) async fn run_jobs(store: Arc<Store>, mut jobs: mpsc::Receiver<Job>) {
    let mut writer = Writer { store, failures: HashMap::new(), group: Vec::new() };
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
    star: u32,
    commit: Commit,
    to: Arc<dyn Hears>,
}

struct Writer {
    store: Arc<Store>,
    failures: HashMap<u32, u64>,
    group: Vec<Grouped>,
}

impl Writer {
    /// Takes a job in; whether the group is to be written now.
    async fn take(&mut self, job: Job) -> bool {
        match job {
            Job::Commit { star, epoch, commit, to } => {
                let failures = self.failures.get(&star).copied().unwrap_or(0);
                if epoch < failures {
                    to.committed(&commit, Err(("an earlier commit of this star failed".into(), failures)));
                } else {
                    self.group.push(Grouped { star, commit, to });
                }
            }
            Job::Load { mechtron, to } => {
                if self.group.iter().any(|one| one.commit.mechtron == mechtron) {
                    self.flush().await;
                }
                let state = self.store.load(&mechtron).await.map_err(|error| error.to_string());
                to.loaded(mechtron, state);
            }
            Job::Forget { point, done } => {
                self.flush().await;
                let result = self.store.forget(&point).await.map_err(|error| error.to_string());
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
        let mut stars: Vec<u32> = group.iter().map(|one| one.star).collect();
        stars.sort_unstable();
        stars.dedup();
        stars.iter().for_each(|star| *self.failures.entry(*star).or_default() += 1);
        for one in &group {
            let failures = self.failures.get(&one.star).copied().unwrap_or(0);
            one.to.committed(&one.commit, Err((error.to_string(), failures)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use starlane_host::event::CommitId;

    use super::*;

    #[derive(Default)]
    struct Ear(Mutex<Vec<String>>);

    impl Hears for Ear {
        fn committed(&self, commit: &Commit, result: Result<(), (String, u64)>) {
            let what = result.map_or_else(|(_, failures)| format!("failed {failures}"), |()| "stored".into());
            self.0.lock().unwrap().push(format!("{} {what}", commit.id.0));
        }

        fn loaded(&self, _: Point, state: Result<Pairs, String>) {
            self.0.lock().unwrap().push(format!("loaded {}", state.unwrap().len()));
        }
    }

    fn commit(id: u64, value: &[u8]) -> Commit {
        Commit {
            id: CommitId(id),
            mechtron: "a:chat:room".parse().unwrap(),
            writes: vec![(b"k".to_vec(), Some(value.to_vec()))],
        }
    }

    #[tokio::test]
    async fn jobs_of_a_star_are_done_in_order_and_a_stale_commit_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(&folder.path().join("mesh.db")).await.unwrap());
        let ear = Arc::new(Ear::default());
        let mut writer = Writer { store: store.clone(), failures: HashMap::from([(7, 1)]), group: Vec::new() };
        let to: Arc<dyn Hears> = ear.clone();
        let mechtron: Point = "a:chat:room".parse().unwrap();
        writer.take(Job::Commit { star: 7, epoch: 0, commit: commit(1, b"old"), to: to.clone() }).await;
        writer.take(Job::Commit { star: 7, epoch: 1, commit: commit(2, b"new"), to: to.clone() }).await;
        writer.take(Job::Load { mechtron: mechtron.clone(), to: to.clone() }).await;
        let (done, gone) = oneshot::channel();
        writer.take(Job::Forget { point: mechtron.clone(), done }).await;
        gone.await.unwrap().unwrap();
        writer.take(Job::Load { mechtron, to }).await;
        assert_eq!(*ear.0.lock().unwrap(), ["1 failed 1", "2 stored", "loaded 1", "loaded 0"]);
    }
}
