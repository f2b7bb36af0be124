//! Work for measuring: a processor-bound guest, and an echo.
//!
//! A round is matrix, list, CRC and state-machine work, some 50,000 instructions of each kind. The
//! checksum depends on every step, so that nothing can be left out, and is the same wherever the guest runs.

#![no_std]

mod crc;
mod list;
mod machine;
mod matrix;

use mechtron::{Error, Reply, Wave, format};

mechtron::export!(handle);

/// The checksum before the first round.
const SEED: u32 = 0x5eed_0001;

fn handle(wave: &Wave) -> Result<Reply, Error> {
    match wave.method().as_str() {
        "Ext<Echo>" => Ok(Reply::new(wave.content_type(), wave.body())),
        "Ext<Work>" => {
            let rounds = wave.text()?.trim().parse().map_err(|_| "the body is not a number of rounds")?;
            Ok(Reply::text(format!("{:08x}", work(rounds))))
        }
        _ => Ok(Reply::empty(404)),
    }
}

fn work(rounds: u32) -> u32 {
    (0..rounds).fold(SEED, |sum, _| {
        [matrix::run, list::run, machine::run].into_iter().fold(sum, |sum, run| crc::add(sum, run(sum)))
    })
}
