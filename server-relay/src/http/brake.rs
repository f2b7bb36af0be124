//! The brake on guessing: whoever names too many wrong codes waits a minute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use starlane_protocol::Code;
use tokio::time::Instant;

use crate::problem::Problem;
use crate::remote::Remote;

/// Wrong codes of one address within a minute: more than anybody mistypes. A code has 128 bits, so guessing is hopeless
/// anyway; the brake keeps it from being a load.
const WRONG: u32 = 10;

/// How long wrong codes count.
const MINUTE: Duration = Duration::from_secs(60);

/// Addresses that are remembered; whoever has more of them than this has less to fear from being forgotten.
const ADDRESSES: usize = 4_096;

/// Who named wrong codes lately.
#[derive(Default)]
pub(crate) struct Brake {
    wrong: Mutex<HashMap<Remote, (Instant, u32)>>,
}

impl Brake {
    /// Lets an address name a code, which counts as a wrong one until it is said to be right.
    pub(super) fn attempt(&self, remote: Remote) -> Result<(), Problem> {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.len() >= ADDRESSES && !wrong.contains_key(&remote) {
            make_room(&mut wrong);
        }
        let (since, count) = wrong.entry(remote).or_insert_with(|| (Instant::now(), 0));
        if !is_fresh(*since) {
            (*since, *count) = (Instant::now(), 0);
        }
        if *count < WRONG {
            *count += 1;
            return Ok(());
        }
        let left = MINUTE.saturating_sub(since.elapsed()).as_secs() + 1;
        let what = format!("{WRONG} wrong codes came from your address within a minute");
        Err(Problem::named(Code::TooMany, "too-many-codes", what).hint(format!("Wait {left} s, then use a new link.")))
    }

    /// The code was not a wrong one.
    pub(super) fn right(&self, remote: Remote) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, count)) = wrong.get_mut(&remote) {
            *count = count.saturating_sub(1);
        }
    }
}

/// Forgets those whose minute is over, or else the one who began first.
fn make_room(wrong: &mut HashMap<Remote, (Instant, u32)>) {
    wrong.retain(|_, (since, _)| is_fresh(*since));
    let oldest = wrong.iter().min_by_key(|(_, (since, _))| *since).map(|(remote, _)| *remote);
    if let Some(oldest) = oldest.filter(|_| wrong.len() >= ADDRESSES) {
        wrong.remove(&oldest);
    }
}

fn is_fresh(since: Instant) -> bool {
    since.elapsed() < MINUTE
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_guesses_waits_a_minute_and_nobody_else_does() {
        let (brake, guesser) = (Brake::default(), Remote::Address([192, 0, 2, 1].into()));
        for _ in 0..3 * WRONG {
            brake.attempt(guesser).unwrap();
            brake.right(guesser);
        }
        for _ in 0..WRONG {
            brake.attempt(guesser).unwrap();
        }
        let problem = brake.attempt(guesser).unwrap_err();
        assert_eq!((problem.status, &*problem.code), (429, "too-many-codes"));
        brake.attempt(Remote::Address([192, 0, 2, 2].into())).unwrap();
        advance(MINUTE).await;
        brake.attempt(guesser).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn only_so_many_addresses_are_remembered() {
        let brake = Brake::default();
        for n in 0..2 * ADDRESSES as u32 {
            brake.attempt(Remote::Address(n.to_be_bytes().into())).unwrap();
        }
        assert_eq!(brake.wrong.lock().unwrap().len(), ADDRESSES);
    }
}
