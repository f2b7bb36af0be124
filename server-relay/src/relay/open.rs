//! Opening a relay, step by step; the first step that fails names itself.

use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use starlane_protocol::Point;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc, watch};

use super::{Relay, RelayConfig, RelayError, operator};
use crate::blobs::Blobs;
use crate::clock::Clock;
use crate::http;
use crate::keys::Keys;
use crate::mesh::Mesh;
use crate::registry::{Notary, Registry};
use crate::shell::{self, Setup};
use crate::store::{JOBS, Store, run_jobs};
use crate::token::Tokens;
use crate::upgrade;

/// Stars of one relay at most: cores of the largest machine.
const STARS: u32 = 1_024;

/// Commands carried out at once.
const COMMANDS: usize = 64;

/// Opens a relay: everything is ready and bound when this returns.
///
/// # Errors
/// The first thing that is in the way, by name.
pub async fn open(config: RelayConfig) -> Result<Relay, RelayError> {
    if config.with_client && !http::is_embedded() {
        return Err(RelayError::NoClient);
    }
    let space = space(&config.space)?;
    let points = stars(&space, config.stars)?;
    let lock = lock(&config.data)?;
    let listener = listen(config.listen).await?;
    let mesh = Arc::new(mesh(&config, space, points.clone(), &listener).await?);

    let (jobs, waiting) = mpsc::channel(JOBS);
    let writer = tokio::spawn(run_jobs(mesh.store.clone(), waiting));
    let setup = Setup { points, idle: config.idle, clock: Clock::start() };
    let threads = (0u32..).take(mesh.own.len());
    let threads: Result<Vec<_>, io::Error> =
        threads.map(|index| shell::start(index, setup.clone(), mesh.clone(), jobs.clone())).collect();
    let stars = threads.map_err(RelayError::Thread)?;

    upgrade::resume(&mesh).await;

    let token = operator::note(&mesh, &config.data)?;
    let link = operator::link(&mesh).await?;
    tracing::info!(address = %mesh.address, stars = stars.len(), data = %config.data.display(), "open");
    let (listener, jobs, writer) = (Some(listener), Some(jobs), Some(writer));
    Ok(Relay { mesh, listener, stars, jobs, writer, token, link, data: config.data, _lock: lock })
}

/// A mesh whose stars have no threads: for tests that turn the clock.
#[cfg(test)]
pub(crate) async fn still(data: &Path) -> Result<Arc<Mesh>, RelayError> {
    let config = RelayConfig { listen: ([127, 0, 0, 1], 0).into(), ..RelayConfig::new(data) };
    let space = space(&config.space)?;
    let listener = listen(config.listen).await?;
    Ok(Arc::new(mesh(&config, space.clone(), stars(&space, Some(1))?, &listener).await?))
}

async fn mesh(config: &RelayConfig, space: Point, own: Vec<Point>, listener: &TcpListener) -> Result<Mesh, RelayError> {
    let data = |error| RelayError::Data(config.data.clone(), error);
    let below = |name| space.child(name).map_err(|_| RelayError::BadSpace(config.space.clone()));
    let keys = Keys::open(&config.data.join("keys")).map_err(data)?;
    let store = Store::open(&config.data.join("mesh.db")).await?;
    let root = keys.root.public();
    let blobs = Blobs::open(&config.data.join("blobs")).map_err(data)?;
    let notary = Notary { root: &keys.root, store: &store, now_ms: config.clock.unix_ms() };
    let registry = Registry::open(&space, &notary).await?;
    blobs.collect(&registry.named()).map_err(data)?;
    Ok(Mesh {
        stars: below("stars")?,
        users: below("users")?,
        address: listener.local_addr().map_err(|error| RelayError::Listen(config.listen, error))?,
        tokens: Tokens::new(&keys.token, below("users")?, &root),
        blobs,
        registry,
        clock: config.clock.clone(),
        store: Arc::new(store),
        upgrades: Default::default(),
        lanes: Default::default(),
        open: Default::default(),
        accounts: Default::default(),
        brake: Default::default(),
        log: Default::default(),
        inboxes: own.iter().map(|_| Default::default()).collect(),
        runtime: Handle::current(),
        commands: Arc::new(Semaphore::new(COMMANDS)),
        since: Instant::now(),
        origins: config.origins.clone(),
        closing: watch::Sender::new(false),
        keys,
        own,
        space,
    })
}

fn space(text: &str) -> Result<Point, RelayError> {
    let space = text.parse::<Point>().ok().filter(|point| point.segments().count() == 1 && point.path().is_none());
    space.ok_or_else(|| RelayError::BadSpace(text.to_owned()))
}

/// The points of the relay's stars. Their ids cannot be those of tabs.
fn stars(space: &Point, wanted: Option<u32>) -> Result<Vec<Point>, RelayError> {
    let cores = || std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(STARS));
    let count = wanted.unwrap_or_else(|| cores().min(STARS));
    if !(1..=STARS).contains(&count) {
        return Err(RelayError::BadStars(count));
    }
    let star = |index| format!("{space}:stars:relay-{index}").parse();
    (0..count).map(star).collect::<Result<_, _>>().map_err(|_| RelayError::BadSpace(space.to_string()))
}

/// Makes the data folder, for its owner only: it holds the keys and what mechtrons keep.
fn make_folder(data: &Path) -> io::Result<()> {
    let mut folder = DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(data)
}

fn lock(data: &Path) -> Result<File, RelayError> {
    let unusable = |error| RelayError::Data(data.to_owned(), error);
    make_folder(data).map_err(unusable)?;
    let file = File::options().write(true).create(true).truncate(false).open(data.join("lock")).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(RelayError::DataInUse(data.to_owned())),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, RelayError> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => RelayError::PortTaken(address),
        _ => RelayError::Listen(address, error),
    })
}
