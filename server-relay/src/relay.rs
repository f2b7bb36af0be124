//! The relay: opened on a data folder and an address, run until it is told to stop.
//!
//! A data folder belongs to one relay at a time. What was answered is on disk, so a relay that is killed loses nothing.

mod accept;
mod config;
mod error;
mod open;
mod operator;
mod origin;

use std::fs::File;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle as Task;

pub use config::RelayConfig;
pub use error::RelayError;
pub use open::open;
#[cfg(test)]
pub(crate) use open::still;
pub use origin::{Origin, OriginError};

use crate::mesh::Mesh;
use crate::steward;
use crate::store::Job;
use crate::switchboard::SWEEP;

/// How long lanes and requests may take to end when the relay is closed.
const FAREWELL: Duration = Duration::from_secs(5);

/// How often files that no bundle names are looked for; they are kept for an hour.
const COLLECT: Duration = Duration::from_secs(60);

/// An open relay. It takes connections from [`Relay::run_until`] on.
pub struct Relay {
    mesh: Arc<Mesh>,
    listener: Option<TcpListener>,
    stars: Vec<JoinHandle<()>>,
    jobs: Option<mpsc::Sender<Job>>,
    writer: Option<Task<()>>,
    token: String,
    link: String,
    data: std::path::PathBuf,
    /// Held as long as the data folder is ours.
    _lock: File,
}

impl Relay {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.mesh.address
    }

    /// The relay's address for programs on this machine: `http://127.0.0.1:7827`.
    pub fn url(&self) -> String {
        self.mesh.url()
    }

    /// The console's address, for people.
    pub fn console(&self) -> String {
        self.mesh.console()
    }

    /// A token of the operator, who may do everything. It holds for 24 hours.
    pub fn operator_token(&self) -> &str {
        &self.token
    }

    /// A link that signs the operator in to the console: once, within five minutes of the start.
    pub fn sign_in_link(&self) -> &str {
        &self.link
    }

    /// What its parts share.
    #[cfg(test)]
    pub(crate) fn mesh(&self) -> &Arc<Mesh> {
        &self.mesh
    }

    /// Serves until `shutdown` is ready; then lanes are told, commits are finished, and the data folder is free again.
    pub async fn run_until(mut self, shutdown: impl Future<Output = ()>) {
        let Some(listener) = self.listener.take() else { return };
        let mut accepting = tokio::spawn(accept::serve(self.mesh.clone(), listener));
        let chores = tokio::spawn(chores(self.mesh.clone(), self.data.clone()));
        let renewals = tokio::spawn(renewals(self.mesh.clone()));
        shutdown.await;
        tracing::info!("closing");
        self.mesh.closing.send_replace(true);
        if tokio::time::timeout(FAREWELL, &mut accepting).await.is_err() {
            accepting.abort();
            tracing::warn!("some connections did not end in time");
        }
        chores.abort();
        renewals.abort();
        self.close().await;
    }

    /// Lets the stars end and what they have said be stored.
    async fn close(&mut self) {
        self.mesh.inboxes.iter().for_each(|inbox| inbox.close());
        for star in std::mem::take(&mut self.stars) {
            // A star that fell has said so itself.
            let _ = tokio::task::spawn_blocking(move || star.join()).await;
        }
        self.jobs = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.await;
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.mesh.closing.send_replace(true);
        self.mesh.inboxes.iter().for_each(|inbox| inbox.close());
    }
}

/// Renews records that are a day old, whenever the clock is looked at.
async fn renewals(mesh: Arc<Mesh>) {
    let mut looks = mesh.clock.looks();
    while looks.next().await.is_some() {
        steward::renew(&mesh).await;
    }
}

/// What is done again and again while the relay runs.
async fn chores(mesh: Arc<Mesh>, data: std::path::PathBuf) {
    let mut sweep = tokio::time::interval(SWEEP);
    let mut renew = tokio::time::interval(operator::RENEW);
    renew.reset();
    let mut collect = tokio::time::interval(COLLECT);
    loop {
        tokio::select! {
            _ = sweep.tick() => mesh.sweep(),
            _ = collect.tick() => mesh.registry.collect(&mesh.blobs).await,
            _ = renew.tick() => {
                if let Err(error) = operator::note(&mesh, &data) {
                    tracing::warn!(%error, "the operator's note could not be renewed");
                }
            }
        }
    }
}
