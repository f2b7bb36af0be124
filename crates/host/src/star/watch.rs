//! Watching: a lease to receive what a mechtron signals to its watchers.

use starlane_protocol::limits::WATCH_LEASE_MS;
use starlane_protocol::{Body, Code, Headers, Refusal, Wave};

use super::{Slot, Star};

/// Watchers of one mechtron.
const WATCHERS: usize = 1_000;

impl Star {
    /// Makes, renews or (with header `watch-lease: 0`) ends a lease of the sender.
    pub(super) fn watch(&mut self, slot: Slot, wave: &Wave, local: bool) {
        let (now, agent) = (self.now, self.agent.clone());
        let Some(mechtron) = self.slots.get_mut(slot) else { return };
        mechtron.watchers.retain(|_, until| *until > now);
        let lease = if wave.headers.get("watch-lease") == Some("0") {
            mechtron.watchers.remove(&wave.from);
            0
        } else if mechtron.watchers.len() == WATCHERS && !mechtron.watchers.contains_key(&wave.from) {
            let refusal = Refusal::new(Code::TooMany, format!("{} has {WATCHERS} watchers already", mechtron.point));
            return self.refuse(wave, local, &refusal);
        } else {
            mechtron.watchers.insert(wave.from.clone(), now.plus(u64::from(WATCH_LEASE_MS)));
            WATCH_LEASE_MS
        };
        if wave.kind == starlane_protocol::WaveKind::Ping {
            let body = Body::json(format!("{{\"lease\":{lease}}}"));
            self.answer(wave.pong(agent, 200, Headers::default(), body), local);
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
