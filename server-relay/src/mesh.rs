//! The mesh as this relay holds it: everything that lanes, HTTP requests, stars and commands share.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use starlane_protocol::Point;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

use crate::WallClock;
use crate::blobs::Blobs;
use crate::http::Brake;
use crate::keys::Keys;
use crate::link::Lanes;
use crate::log::Log;
use crate::registry::Registry;
use crate::relay::Origin;
use crate::shell::Inbox;
use crate::store::Store;
use crate::switchboard::{Accounts, OpenPings};
use crate::token::Tokens;
use crate::upgrade::Upgrades;

/// What the parts of a relay share.
pub(crate) struct Mesh {
    /// The space.
    pub(crate) space: Point,
    /// `<space>:stars`.
    pub(crate) stars: Point,
    /// `<space>:users`.
    pub(crate) users: Point,
    /// Where the relay listens.
    pub(crate) address: SocketAddr,
    /// The keys of the space and of tokens.
    pub(crate) keys: Keys,
    /// Makes and checks tokens.
    pub(crate) tokens: Tokens,
    /// The clock by which records hold and are renewed.
    pub(crate) clock: WallClock,
    /// What lasts.
    pub(crate) store: Arc<Store>,
    /// The files of bundles.
    pub(crate) blobs: Blobs,
    /// What is published and installed.
    pub(crate) registry: Registry,
    /// Applications on their way to another generation.
    pub(crate) upgrades: Upgrades,
    /// The lanes that are open.
    pub(crate) lanes: Lanes,
    /// The pings that wait for their answer.
    pub(crate) open: OpenPings,
    /// How many of them each visitor has.
    pub(crate) accounts: Accounts,
    /// Who named wrong codes lately.
    pub(crate) brake: Brake,
    /// The newest lines of the log.
    pub(crate) log: Log,
    /// The points of the relay's own stars, in the order of their numbers.
    pub(crate) own: Vec<Point>,
    /// Their inboxes.
    pub(crate) inboxes: Vec<Arc<Inbox>>,
    /// Where tasks run.
    pub(crate) runtime: Handle,
    /// Commands that may be carried out at once.
    pub(crate) commands: Arc<Semaphore>,
    /// When the relay was opened.
    pub(crate) since: Instant,
    /// Origins that may open lanes and write, besides the relay's own.
    pub(crate) origins: Vec<Origin>,
    /// Turns true when the relay is being closed.
    pub(crate) closing: watch::Sender<bool>,
}

impl Mesh {
    /// Waits until the relay is being closed.
    pub(crate) async fn closed(&self) {
        // The sender lives as long as this.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }

    /// The host name of the console and of everything administrative.
    pub(crate) fn own_host(&self) -> String {
        format!("starlane.{}", self.space)
    }

    /// The console's address, for people.
    pub(crate) fn console(&self) -> String {
        format!("http://{}:{}/starlane/", self.own_host(), self.address.port())
    }

    /// The relay's address, for programs on this machine.
    pub(crate) fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(if address.is_ipv4() {
                [127, 0, 0, 1].into()
            } else {
                std::net::Ipv6Addr::LOCALHOST.into()
            });
        }
        format!("http://{address}")
    }
}
