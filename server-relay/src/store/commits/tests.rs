//! What a star may rely upon, with a store that refuses one value.

use std::sync::Mutex;

use starlane_host::event::CommitId;
use starlane_protocol::document::Placement;
use tempfile::TempDir;

use super::*;
use crate::store::refuse;

/// Notes what a star hears.
#[derive(Default)]
struct Ear(Mutex<Vec<String>>);

impl Hears for Ear {
    fn committed(&self, commit: &Commit, result: Result<(), String>) {
        let what = if result.is_ok() { "stored" } else { "failed" };
        self.0.lock().unwrap().push(format!("{} {what}", commit.id.0));
    }

    fn loaded(&self, mechtron: Point, state: Result<Stored, String>) {
        let mut keys: Vec<_> =
            state.unwrap().pairs.into_iter().map(|(key, _)| String::from_utf8(key).unwrap()).collect();
        keys.sort();
        self.0.lock().unwrap().push(format!("{mechtron} keeps {keys:?}"));
    }
}

/// A writer at work.
struct Bench {
    ear: Arc<Ear>,
    jobs: mpsc::Sender<Job>,
    _folder: TempDir,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mesh.db");
        let store = Arc::new(Store::open(&file).await.unwrap());
        refuse(&file, "bad").await;
        let (jobs, waiting) = mpsc::channel(JOBS);
        tokio::spawn(run_jobs(store, waiting));
        Self { ear: Arc::default(), jobs, _folder: folder }
    }

    async fn commit(&self, id: u64, mechtron: &str, key: &str) {
        let writes = vec![(key.into(), Some(key.into()))];
        let commit = Commit {
            id: CommitId(id),
            mechtron: mechtron.parse().unwrap(),
            placement: Placement::Server,
            writes,
            code: None,
            keep_before: false,
        };
        assert!(self.jobs.send(Job::Commit { commit, to: self.ear.clone() }).await.is_ok());
    }

    async fn load(&self, mechtron: &str) {
        let job = Job::Load { mechtron: mechtron.parse().unwrap(), to: self.ear.clone() };
        assert!(self.jobs.send(job).await.is_ok());
    }

    async fn forget(&self, point: &str) {
        let (done, gone) = oneshot::channel();
        assert!(self.jobs.send(Job::Forget { lost: Some(point.parse().unwrap()), done }).await.is_ok());
        gone.await.unwrap().unwrap();
    }

    /// Waits until every job is done; gives what was heard since.
    async fn heard(&self) -> Vec<String> {
        let (tell, told) = oneshot::channel();
        assert!(self.jobs.send(Job::Sync(tell)).await.is_ok());
        told.await.unwrap();
        std::mem::take(&mut self.ear.0.lock().unwrap())
    }
}

#[tokio::test]
async fn commits_queued_behind_a_failed_one_of_their_mechtron_fail_with_it() {
    let bench = Bench::new().await;
    bench.commit(1, "a:chat:tea", "bad").await;
    bench.commit(2, "a:chat:tea", "good").await;
    assert_eq!(bench.heard().await, ["1 failed", "2 failed"]);
    // Those that come later too: the star may not have heard of it yet.
    bench.commit(3, "a:chat:tea", "good").await;
    bench.commit(4, "a:chat:milk", "good").await;
    assert_eq!(bench.heard().await, ["3 failed", "4 stored"]);
    bench.load("a:chat:tea").await;
    bench.commit(5, "a:chat:tea", "good").await;
    bench.load("a:chat:tea").await;
    assert_eq!(bench.heard().await, ["a:chat:tea keeps []", "5 stored", "a:chat:tea keeps [\"good\"]"]);
}

#[tokio::test]
async fn each_load_is_answered_once_in_order_and_sees_the_commits_before_it() {
    let bench = Bench::new().await;
    bench.load("a:chat:tea").await;
    bench.commit(1, "a:chat:tea", "one").await;
    bench.load("a:chat:tea").await;
    bench.load("a:chat:milk").await;
    bench.commit(2, "a:chat:tea", "two").await;
    bench.load("a:chat:tea").await;
    let heard = bench.heard().await;
    let loads: Vec<&str> = heard.iter().map(String::as_str).filter(|line| line.contains("keeps")).collect();
    let wanted = [
        "a:chat:tea keeps []",
        "a:chat:tea keeps [\"one\"]",
        "a:chat:milk keeps []",
        "a:chat:tea keeps [\"one\", \"two\"]",
    ];
    assert_eq!(loads, wanted);
    assert_eq!(heard.len(), 6, "{heard:?}");
}

#[tokio::test]
async fn a_commit_under_way_does_not_outlive_what_is_deleted() {
    let bench = Bench::new().await;
    bench.commit(1, "a:chat:tea", "one").await;
    bench.commit(2, "a:chat:milk", "one").await;
    bench.commit(3, "a:chat-two:tea", "one").await;
    bench.forget("a:chat").await;
    for mechtron in ["a:chat:tea", "a:chat:milk", "a:chat-two:tea"] {
        bench.load(mechtron).await;
    }
    let heard = bench.heard().await;
    assert_eq!(heard[3..], ["a:chat:tea keeps []", "a:chat:milk keeps []", "a:chat-two:tea keeps [\"one\"]"]);
}

#[tokio::test]
async fn what_is_deleted_begins_anew_after_a_failure() {
    let bench = Bench::new().await;
    bench.commit(1, "a:chat:tea", "bad").await;
    bench.forget("a:chat").await;
    bench.commit(2, "a:chat:tea", "good").await;
    assert_eq!(bench.heard().await, ["1 failed", "2 stored"]);
}
