//! Routed throughput: 8 lanes with 64 pings in flight each, to 8 mechtrons of the relay, beside a batch-flushing echo of the
//! same library with the same bytes. Both clients put what they have to send into as few flushes as they can; a lane's
//! client puts it into one message, as the tab's does.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, Result};
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::app::point;
use super::echo;
use super::lane::{Lane, Socket, connect, message, sample};
use super::relay::Relay;
use super::row::{Aim, Pairs, Row};

/// Who sends.
const SENDERS: usize = 8;
/// Unanswered pings of each.
const IN_FLIGHT: usize = 64;
/// Pings of each sender in one round.
const PINGS: usize = 8_000;
/// Rounds.
const ROUNDS: usize = 9;

pub(super) fn run() -> Result<Row> {
    let relay = Relay::start()?;
    let (_echo, address) = echo::start("frugal")?;
    let runtime = Runtime::new()?;
    let mut lanes = runtime.block_on(lanes(relay.address))?;
    let mut sockets = runtime.block_on(sockets(address))?;
    let pairs = Pairs::measure(
        ROUNDS,
        || each_second(|| runtime.block_on(all(&mut lanes, routed))),
        || each_second(|| runtime.block_on(all(&mut sockets, echoed))),
    )?;
    let (ours, theirs) = pairs.medians();
    let note = format!("{ours:.0} a second beside {theirs:.0}");
    let what = "routed throughput, 8 senders × 64 in flight, client → relay mechtron → client";
    Ok(Row::new(what, "batch-flushing echo of the same library", Some(Aim::AtLeast(0.4)), &pairs, note))
}

fn each_second(run: impl FnOnce() -> Result<()>) -> Result<f64> {
    let began = Instant::now();
    run()?;
    Ok((SENDERS * PINGS) as f64 / began.elapsed().as_secs_f64())
}

async fn lanes(address: SocketAddr) -> Result<Vec<Lane>> {
    let mut lanes = Vec::new();
    for index in 0..SENDERS {
        let to = point(&format!("localhost:bench:echo:k-{index}"))?;
        lanes.push(Lane::open(address, &format!("s-{index}"), to).await?);
    }
    Ok(lanes)
}

async fn sockets(address: SocketAddr) -> Result<Vec<Socket>> {
    let mut sockets = Vec::new();
    for _ in 0..SENDERS {
        sockets.push(connect(address).await?);
    }
    Ok(sockets)
}

/// Runs all senders at once, and gives them back.
async fn all<T, F>(senders: &mut Vec<T>, run: fn(T) -> F) -> Result<()>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let mut tasks: JoinSet<Result<T>> = senders.drain(..).map(run).collect();
    while let Some(done) = tasks.join_next().await {
        senders.push(done??);
    }
    Ok(())
}

async fn routed(mut lane: Lane) -> Result<Lane> {
    let (mut sent, mut answered, mut room) = (0, 0, IN_FLIGHT);
    while answered < PINGS {
        let more = room.min(PINGS - sent);
        if more > 0 {
            let pings = lane.pings(more)?;
            lane.socket.send(pings).await?;
            sent += more;
        }
        room = lane.answers().await?;
        while let Some(more) = lane.answers().now_or_never() {
            room += more?;
        }
        answered += room;
    }
    Ok(lane)
}

async fn echoed(mut socket: Socket) -> Result<Socket> {
    let ping = message([sample()?]);
    let (mut sent, mut answered, mut room) = (0, 0, IN_FLIGHT);
    while answered < PINGS {
        for _ in 0..room.min(PINGS - sent) {
            socket.feed(ping.clone()).await?;
            sent += 1;
        }
        socket.flush().await?;
        socket.next().await.context("the echo hung up")??;
        room = 1;
        while let Some(next) = socket.next().now_or_never() {
            next.context("the echo hung up")??;
            room += 1;
        }
        answered += room;
    }
    Ok(socket)
}
