//! A request's body as it arrives, with bounds on how slowly.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use starlane_protocol::Code;
use tokio::time::{Instant, timeout_at};

use crate::problem::Problem;

/// How long the next part of a body may take: a slow line sends something within it, a stuck one would hold its place.
const PART: Duration = Duration::from_secs(30);

/// How long a body may take besides what its bytes are given.
const WHOLE: Duration = Duration::from_secs(60);

/// Bytes for each of which the body is given another second: a line of 256 kbit/s brings a file of 64 MiB, and a byte now
/// and then does not hold a place for long.
const SECOND_BYTES: u64 = 32 * 1_024;

/// A body as it arrives.
pub(crate) struct Arriving {
    parts: Pin<Box<dyn Stream<Item = Result<Bytes, warp::Error>> + Send + Sync>>,
    begun: Instant,
    came: u64,
}

impl Arriving {
    /// A body that begins now.
    pub(super) fn new(parts: impl Stream<Item = Result<Bytes, warp::Error>> + Send + Sync + 'static) -> Self {
        Self { parts: Box::pin(parts), begun: Instant::now(), came: 0 }
    }

    /// The next part.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let whole = self.begun + WHOLE + Duration::from_secs(self.came / SECOND_BYTES);
        let slow = |_| too_slow(if Instant::now() >= whole { "it came too slowly" } else { "nothing came for 30 s" });
        let part = timeout_at(whole.min(Instant::now() + PART), self.parts.next()).await.map_err(slow)?;
        let broken = |error: warp::Error| Problem::named(Code::BadWave, "body-cut-off", error.to_string());
        let part = part.transpose().map_err(broken)?;
        self.came += part.as_ref().map_or(0, |part| part.len() as u64);
        Ok(part)
    }
}

fn too_slow(how: &str) -> Problem {
    let seconds = WHOLE.as_secs();
    let what = format!("the body has {seconds} s, and one more for each 32 KiB: {how}");
    Problem::named(Code::Deadline, "body-too-slow", what).hint("Send the request again, over a faster line.")
}

#[cfg(test)]
mod tests {
    use futures_util::stream::{pending, unfold};
    use tokio::time::sleep;

    use super::*;

    /// `count` parts of `bytes`, each `pause` after the one before.
    fn parts(count: usize, bytes: usize, pause: Duration) -> Arriving {
        let part = move |left: usize| async move {
            sleep(pause).await;
            (left > 0).then(|| (Ok(Bytes::from(vec![0; bytes])), left - 1))
        };
        Arriving::new(unfold(count, move |left| Box::pin(part(left))))
    }

    /// How many parts came, and how the body ended.
    async fn all(mut body: Arriving) -> (usize, Result<(), &'static str>) {
        let mut count = 0;
        loop {
            match body.next().await {
                Ok(Some(_)) => count += 1,
                Ok(None) => return (count, Ok(())),
                Err(problem) => return (count, Err(if problem.code == "body-too-slow" { "slow" } else { "other" })),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for_without_end() {
        let begun = Instant::now();
        assert_eq!(all(Arriving::new(pending())).await, (0, Err("slow")));
        assert_eq!(begun.elapsed().as_secs(), PART.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_comes_drop_by_drop_ends_after_a_minute() {
        let begun = Instant::now();
        assert_eq!(all(parts(100, 1, Duration::from_secs(11))).await, (5, Err("slow")));
        assert_eq!(begun.elapsed().as_secs(), WHOLE.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_body_has_the_time_that_a_slow_line_takes() {
        let (bytes, second) = (usize::try_from(SECOND_BYTES).unwrap(), Duration::from_secs(1));
        assert_eq!(all(parts(600, bytes, second)).await, (600, Ok(())));
        assert_eq!(all(parts(600, bytes / 2, second)).await.1, Err("slow"));
    }
}
