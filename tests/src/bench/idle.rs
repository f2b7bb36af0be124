//! Memory of an idle lane in the relay, beside an idle connection with the library's default buffers: what each process has
//! more of after 2,000 of them are open and each has said one thing.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::runtime::Runtime;

use super::app::point;
use super::echo;
use super::lane::{Lane, Socket, connect, message, sample};
use super::relay::{Process, Relay};
use super::row::{Aim, Pairs, Row};

/// Lanes.
const LANES: usize = 2_000;
/// Files that a process needs besides.
const FILES: u64 = LANES as u64 + 200;
/// Rounds: memory is steadier than time.
const ROUNDS: usize = 3;

pub(super) fn run() -> Result<Row> {
    allow_files()?;
    let runtime = Runtime::new()?;
    let pairs = Pairs::measure(ROUNDS, || lanes(&runtime), || defaults(&runtime))?;
    let (ours, theirs) = pairs.medians();
    let note = format!("{ours:.1} KiB beside {theirs:.1} KiB");
    let aim = Some(Aim::AtMost(1.0 / 8.0));
    Ok(Row::new("memory of an idle lane (2,000 lanes)", "the library's default connection", aim, &pairs, note))
}

/// Children inherit it.
fn allow_files() -> Result<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < FILES {
        anyhow::ensure!(hard >= FILES, "2,000 lanes need {FILES} open files: raise `ulimit -Hn`");
        setrlimit(Resource::RLIMIT_NOFILE, FILES, hard)?;
    }
    Ok(())
}

fn lanes(runtime: &Runtime) -> Result<f64> {
    let relay = Relay::start()?;
    let (address, to) = (relay.address, point("localhost:bench:echo:one")?);
    // What the first lane brings to life is not the lanes'.
    let first = runtime.block_on(Lane::open(address, "s-first", to.clone()))?;
    let grown = grown(&relay.process, || {
        runtime.block_on(async {
            let mut lanes = Vec::with_capacity(LANES);
            for index in 0..LANES {
                lanes.push(Lane::open(address, &format!("s-{index}"), to.clone()).await?);
            }
            Ok(lanes)
        })
    });
    drop(first);
    grown
}

fn defaults(runtime: &Runtime) -> Result<f64> {
    let (process, address) = echo::start("default")?;
    let first = runtime.block_on(greeted(address))?;
    let grown = grown(&process, || {
        runtime.block_on(async {
            let mut sockets = Vec::with_capacity(LANES);
            for _ in 0..LANES {
                sockets.push(greeted(address).await?);
            }
            Ok(sockets)
        })
    });
    drop(first);
    grown
}

async fn greeted(address: SocketAddr) -> Result<Socket> {
    let mut socket = connect(address).await?;
    socket.send(message([sample()?])).await?;
    socket.next().await.context("the echo hung up")??;
    Ok(socket)
}

/// KiB by which a process grows for each of what is opened.
fn grown<T>(process: &Process, open: impl FnOnce() -> Result<Vec<T>>) -> Result<f64> {
    let before = process.resident_kib()?;
    let opened = open()?;
    let after = process.resident_kib()?;
    Ok((after - before) / opened.len() as f64)
}
