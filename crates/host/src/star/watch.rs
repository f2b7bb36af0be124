//! Watching: a lease to receive what a mechtron signals to its watchers.

use std::collections::BTreeMap;

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

/// Entries about leases among which those that are over are not looked for.
const FEW_LEASES: usize = 64;

/// Which mechtrons each star has leases of, so that a star that begins anew costs what it had and no more.
#[derive(Default)]
pub(super) struct Leases {
    /// Until when the last lease of a mechtron may last.
    stars: BTreeMap<(Point, Slot), Millis>,
    /// How many entries were left when they were last looked through.
    left: usize,
}

impl Leases {
    /// A watcher has a lease of a mechtron until then.
    fn note(&mut self, watcher: &Point, slot: Slot, now: Millis, until: Millis) {
        let Some(star) = admit::star_of(watcher) else { return };
        self.stars.insert((star, slot), until);
        // Looked through when they are twice as many as were left: that costs each of them a constant share.
        if self.stars.len() > FEW_LEASES.max(2 * self.left) {
            self.stars.retain(|_, until| *until > now);
            self.left = self.stars.len();
        }
    }

    /// The mechtrons a star may have leases of; they are forgotten here.
    fn take(&mut self, star: &Point) -> Vec<Slot> {
        let first = (star.clone(), Slot::FIRST);
        let of_star = self.stars.range(&first..).take_while(|((of, _), _)| of == star);
        let slots: Vec<Slot> = of_star.map(|((_, slot), _)| *slot).collect();
        slots.iter().for_each(|slot| _ = self.stars.remove(&(star.clone(), *slot)));
        slots
    }
}

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
            let until = now.plus(u64::from(WATCH_LEASE_MS));
            mechtron.watchers.insert(wave.from.clone(), until);
            self.leases.note(&wave.from, slot, now, until);
            WATCH_LEASE_MS
        };
        if wave.kind == starlane_protocol::WaveKind::Ping {
            let body = Body::json(format!("{{\"lease\":{lease}}}"));
            self.answer(Box::new(wave.pong(agent, 200, Headers::default(), body)), local);
        }
    }

    /// Ends every lease of a star and of what is below it: nobody inherits what the one before was to hear.
    pub(super) fn star_anew(&mut self, star: &Point) {
        for slot in self.leases.take(star) {
            if let Some(mechtron) = self.slots.get_mut(slot) {
                mechtron.watchers.retain(|watcher, _| !watcher.is_within(star));
            }
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
