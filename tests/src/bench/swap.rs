//! The pause of a mechtron in a swap: one client pings it without a rest, another takes it from one version to the other and
//! back. What counts is the longest time between two answers around each swap.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use futures_util::SinkExt;

use super::app::point;
use super::lane::Lane;
use super::relay::Relay;
use super::row::Row;

/// Swaps of one round; the 99th of 100 counts.
const SWAPS: usize = 100;
/// Rounds.
const ROUNDS: usize = 3;
/// From one swap to the next.
const EVERY: Duration = Duration::from_millis(25);
/// Milliseconds that 99 of 100 pauses should not exceed.
const AIM_MS: f64 = 10.0;

pub(super) fn run() -> Result<Row> {
    let relay = Relay::start()?;
    relay.publish_another()?;
    let mut rounds = Vec::new();
    let (mut usual, mut swap_ms) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let round = round(&relay)?;
        rounds.push(round.pause);
        usual.push(round.usual);
        swap_ms.push(round.swap);
    }
    let note = format!("{:.2} ms without a swap; a whole swap took {:.1} ms", middle(usual), middle(swap_ms));
    let what = "the pause of a mechtron on the relay in a swap that nothing delays, 99 of 100";
    Ok(Row::alone(what, "ms", rounds, AIM_MS, note))
}

/// Milliseconds.
struct Round {
    /// The 99th longest of 100 pauses.
    pause: f64,
    /// The same where nothing is swapped.
    usual: f64,
    /// The median time of a swap, from command to answer.
    swap: f64,
}

fn round(relay: &Relay) -> Result<Round> {
    let stop = Arc::new(AtomicBool::new(false));
    let (address, told) = (relay.address, stop.clone());
    let client = std::thread::spawn(move || answers(address, &told));
    let mut swaps = Vec::with_capacity(SWAPS);
    for number in 0..SWAPS {
        std::thread::sleep(EVERY);
        let (quiet, began) = (Instant::now() - EVERY / 2, Instant::now());
        relay.upgrade(if number % 2 == 0 { "1.0.1" } else { "1.0.0" })?;
        swaps.push((quiet, began, Instant::now()));
    }
    stop.store(true, Ordering::Relaxed);
    let answers = client.join().map_err(|_| anyhow!("the client fell"))??;
    let longest = |from: Instant, to: Instant| longest(&answers, from, to);
    let pauses = swaps.iter().map(|(_, began, done)| longest(*began, *done)).collect();
    let usual = swaps.iter().map(|(quiet, began, _)| longest(*quiet, *began)).collect();
    let took = swaps.iter().map(|(_, began, done)| ms(*done - *began)).collect();
    Ok(Round { pause: most(pauses), usual: most(usual), swap: middle(took) })
}

/// Pings one after the other; when each was answered.
fn answers(relay: std::net::SocketAddr, stop: &AtomicBool) -> Result<Vec<Instant>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut lane = Lane::open(relay, "s-bench", point("localhost:bench:echo:one")?).await?;
        let mut answers = vec![Instant::now()];
        while !stop.load(Ordering::Relaxed) {
            let ping = lane.pings(1)?;
            lane.socket.send(ping).await?;
            while lane.answers().await? == 0 {}
            answers.push(Instant::now());
        }
        Ok(answers)
    })
}

/// The longest time between two answers of which the second came in this time.
fn longest(answers: &[Instant], from: Instant, to: Instant) -> f64 {
    let pairs = answers.windows(2).filter(|pair| pair[1] >= from && pair[0] <= to);
    pairs.map(|pair| ms(pair[1] - pair[0])).fold(0.0, f64::max)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The 99th of 100, in order.
fn most(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() * 99 / 100 - 1).copied().unwrap_or_default()
}

fn middle(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}
