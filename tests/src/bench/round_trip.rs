//! A ping client → relay mechtron → client, beside an echo through the same WebSocket library: one after the other, the
//! same bytes, relay, echo and client all on one core.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;
use tokio::runtime::Runtime;

use super::app::point;
use super::echo;
use super::lane::{Lane, Socket, connect, message};
use super::relay::Relay;
use super::row::{Aim, Pairs, Row, micros_each};

/// Round trips of one round.
const TIMES: u32 = 2_000;
/// Rounds.
const ROUNDS: usize = 11;

pub(super) fn run() -> Result<Row> {
    // What a thread starts inherits its core.
    std::thread::spawn(on_one_core).join().map_err(|_| anyhow::anyhow!("the bench fell"))?
}

fn on_one_core() -> Result<Row> {
    let mut core = CpuSet::new();
    core.set(0)?;
    sched_setaffinity(Pid::from_raw(0), &core)?;
    let relay = Relay::start()?;
    let (_echo, address) = echo::start("frugal")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut lane, mut socket) = runtime.block_on(open(relay.address, address))?;
    let pairs = Pairs::measure(
        ROUNDS,
        || micros_each(TIMES, || pings(&runtime, &mut lane)),
        || micros_each(TIMES, || echoes(&runtime, &mut socket)),
    )?;
    let (ours, theirs) = pairs.medians();
    let note = format!("{ours:.0} µs beside {theirs:.0} µs");
    let what = "a ping client → relay mechtron → client, no state written, one core";
    Ok(Row::new(what, "an echo through the same WebSocket library", Some(Aim::AtMost(2.0)), &pairs, note))
}

async fn open(relay: SocketAddr, echo: SocketAddr) -> Result<(Lane, Socket)> {
    let lane = Lane::open(relay, "s-bench", point("localhost:bench:echo:one")?).await?;
    Ok((lane, connect(echo).await?))
}

fn pings(runtime: &Runtime, lane: &mut Lane) -> Result<()> {
    runtime.block_on(async {
        for _ in 0..TIMES {
            let ping = lane.pings(1)?;
            lane.socket.send(ping).await?;
            while lane.answers().await? == 0 {}
        }
        Ok(())
    })
}

fn echoes(runtime: &Runtime, socket: &mut Socket) -> Result<()> {
    // As many bytes as a ping's frame has.
    let ping = message([super::lane::sample()?]);
    runtime.block_on(async {
        for _ in 0..TIMES {
            socket.send(ping.clone()).await?;
            socket.next().await.context("the echo hung up")??;
        }
        Ok(())
    })
}
