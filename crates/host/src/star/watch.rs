//! Watching: a lease to receive what a mechtron signals to its watchers.

use litemap::LiteMap;
use starlane_protocol::limits::WATCH_LEASE_MS;
use starlane_protocol::{Body, Code, Headers, Point, Refusal, Wave};

use super::{Slot, Star};
use crate::admit;
use crate::event::Millis;

/// Watchers of one mechtron.
const WATCHERS: usize = 1_000;

/// Leases that one star may have of them, so that one tab cannot take all.
const WATCHERS_OF_A_STAR: usize = 64;

impl Star {
    /// Makes, renews or (with header `watch-lease: 0`) ends a lease of the sender.
    pub(super) fn watch(&mut self, slot: Slot, wave: &Wave, local: bool) {
        let (now, agent) = (self.now, self.agent.clone());
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        mechtron.watchers.retain(|_, until| *until > now);
        let lease = if wave.headers.get("watch-lease") == Some("0") {
            mechtron.watchers.remove(&wave.from);
            0
        } else if !mechtron.watchers.contains_key(&wave.from) && full(&mechtron.watchers, &wave.from) {
            let refusal = Refusal::new(Code::TooMany, format!("{} has too many watchers already", mechtron.point));
            return self.refuse(wave, local, &refusal);
        } else {
            mechtron.watchers.insert(wave.from.clone(), now.plus(u64::from(WATCH_LEASE_MS)));
            WATCH_LEASE_MS
        };
        if wave.kind == starlane_protocol::WaveKind::Ping {
            let body = Body::json(format!("{{\"lease\":{lease}}}"));
            self.answer(Box::new(wave.pong(agent, 200, Headers::default(), body)), local);
        }
    }

    /// Who watches a mechtron now.
    pub(super) fn watchers(&mut self, slot: Slot) -> Vec<starlane_protocol::Point> {
        let now = self.now;
        let Some(mechtron) = self.slots.get_mut(slot) else { return Vec::new() };
        mechtron.watchers.retain(|_, until| *until > now);
        mechtron.watchers.keys().cloned().collect()
    }
}

/// Whether nobody, or nobody more of the asker's star, may watch.
fn full(watchers: &LiteMap<Point, Millis>, asker: &Point) -> bool {
    let of_star =
        admit::star_of(asker).map_or(0, |star| watchers.keys().filter(|watcher| watcher.is_within(&star)).count());
    watchers.len() >= WATCHERS || of_star >= WATCHERS_OF_A_STAR
}
