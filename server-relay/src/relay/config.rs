//! How a relay is set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::Origin;
use crate::WallClock;

/// The port a relay listens on when nothing else is said.
const PORT: u16 = 7827;

/// How long a mechtron stays awake without a wave.
const IDLE: Duration = Duration::from_secs(60);

/// How a relay is set up. [`RelayConfig::new`] gives what `starlane up` uses.
#[derive(Debug, Clone)]
pub struct RelayConfig {
    /// The folder that holds everything; it is made if need be.
    pub data: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The space: a host name. Applications are served at `<app>.<space>`.
    pub space: String,
    /// How many stars run mechtrons; one for each core when not said.
    pub stars: Option<u32>,
    /// After how long a mechtron without waves is put to sleep.
    pub idle: Duration,
    /// Origins that may open lanes and write besides the relay's own.
    pub origins: Vec<Origin>,
    /// The clock by which records hold and are renewed.
    pub clock: WallClock,
    /// Whether to refuse to start when the client and the console are not inside this binary.
    pub with_client: bool,
}

impl RelayConfig {
    /// The usual set-up with a data folder.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: (Ipv4Addr::LOCALHOST, PORT).into(),
            space: "localhost".into(),
            stars: None,
            idle: IDLE,
            origins: Vec::new(),
            clock: WallClock::default(),
            with_client: true,
        }
    }
}
