//! All lanes, by the ids of their stars.
//!
//! A star's id belongs to whoever knows its secret, while its lane is open and for two minutes more.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use starlane_protocol::lane::{Bye, ByeCode, Frame};
use starlane_protocol::{Agent, Code};

use super::away::Away;
use super::lane::Lane;
use crate::problem::Problem;
use crate::remote::{Counted, Counts, Remote};

/// Lanes of one relay: at some 10 KiB each, and as many sockets as a process commonly may have.
const LANES: usize = 16_384;

/// Lanes of one address (of an IPv6 network: 64 bits) at most, so that one visitor cannot take all places; an office behind
/// one address has that many tabs. From the relay's own machine there may be as many as a relay has.
const ADDRESS_LANES: usize = 256;

/// The lanes of a relay.
#[derive(Default)]
pub(crate) struct Lanes {
    open: RwLock<Open>,
    away: Mutex<Away>,
    /// Those of each address on which nobody has knocked yet.
    waiting: Arc<Counts>,
    last: AtomicU64,
}

/// The lanes that are open.
#[derive(Default)]
struct Open {
    lanes: HashMap<String, Arc<Lane>>,
    /// How many there are from each address.
    from: HashMap<IpAddr, usize>,
}

impl Open {
    fn is_full(&self, address: Option<IpAddr>) -> bool {
        address.and_then(|address| self.from.get(&address)).is_some_and(|count| *count >= ADDRESS_LANES)
    }

    fn insert(&mut self, id: &str, lane: Arc<Lane>) -> Option<Arc<Lane>> {
        if let Some(address) = lane.remote.address() {
            *self.from.entry(address).or_default() += 1;
        }
        let before = self.lanes.insert(id.to_owned(), lane);
        before.inspect(|before| self.count_off(before))
    }

    fn remove(&mut self, id: &str) {
        if let Some(lane) = self.lanes.remove(id) {
            self.count_off(&lane);
        }
    }

    fn count_off(&mut self, lane: &Lane) {
        let Some(address) = lane.remote.address() else { return };
        if let Entry::Occupied(mut count) = self.from.entry(address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

impl Lanes {
    /// The number of the next lane.
    pub(super) fn next_id(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The lane of a star.
    pub(crate) fn get(&self, star: &str) -> Option<Arc<Lane>> {
        self.open.read().unwrap_or_else(PoisonError::into_inner).lanes.get(star).cloned()
    }

    /// All lanes, in the order of their stars.
    pub(crate) fn all(&self) -> Vec<Arc<Lane>> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = open.lanes.values().cloned().collect();
        all.sort_by(|a, b| a.star.cmp(&b.star));
        all
    }

    /// Who answers for a star: by its lane, or by the last one when that is gone for less than two minutes.
    pub(crate) fn agent(&self, star: &str) -> Option<Agent> {
        let here = self.get(star).map(|lane| lane.agent.clone());
        here.or_else(|| self.away().get(star).map(|(_, agent)| agent.clone()))
    }

    /// Whether a star was here within the last two minutes, and has no lane.
    pub(crate) fn is_away(&self, star: &str) -> bool {
        self.away().get(star).is_some()
    }

    fn away(&self) -> MutexGuard<'_, Away> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells every lane whose agent fits.
    pub(crate) fn tell(&self, frame: &Frame, fits: impl Fn(&Lane) -> bool) {
        self.all().iter().filter(|lane| fits(lane)).for_each(|lane| lane.tell(frame.clone()));
    }

    /// Counts a lane on which nobody has knocked yet: an address may have as many of them as lanes.
    pub(super) fn waiting(&self, remote: Remote) -> Result<Counted, Problem> {
        self.waiting.one_more(remote, ADDRESS_LANES).ok_or_else(|| {
            let what = format!("{ADDRESS_LANES} lanes from your address wait for their knock");
            Problem::named(Code::TooMany, "too-many-lanes", what)
                .hint("Knock, or close them: each is closed after 10 s.")
        })
    }

    /// Lets a lane in; gives the one whose place it takes. When its star begins anew that is told, before anybody can send
    /// to the lane: no lane knows the id or keeps it for this secret, or it was another agent's.
    pub(super) fn enter(&self, id: &str, lane: &Arc<Lane>, tell_anew: impl FnOnce()) -> Result<Option<Arc<Lane>>, Bye> {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        let mut away = self.away();
        let before = open.lanes.get(id).map(|lane| (lane.secret, &lane.agent));
        let known = before.or_else(|| away.get(id));
        if known.is_some_and(|(secret, _)| secret != lane.secret) {
            return Err(bye(ByeCode::StarTaken, "another tab holds this star's id"));
        }
        let is_anew = known.is_none_or(|(_, agent)| *agent != lane.agent);
        if open.lanes.len() >= LANES && before.is_none() {
            return Err(bye(ByeCode::Busy, "the relay has as many lanes as it can take"));
        }
        // A lane takes the place of its star's own, but not of one at another address.
        let address = lane.remote.address();
        let takes_own = open.lanes.get(id).is_some_and(|before| before.remote.address() == address);
        if open.is_full(address) && !takes_own {
            let reason = format!("{ADDRESS_LANES} lanes are open from your address: close some tabs");
            return Err(bye(ByeCode::TooManyLanes, &reason));
        }
        let is_new = known.is_none();
        if is_new && !lane.agent.is_user() && away.is_full_of_users() {
            return Err(bye(
                ByeCode::Busy,
                "the relay keeps as many ids as it can: sign in, or come back in two minutes",
            ));
        }
        away.remove(id);
        if is_anew {
            tell_anew();
        }
        Ok(open.insert(id, lane.clone()))
    }

    /// Lets a lane go.
    pub(super) fn leave(&self, id: &str, lane: &Lane) {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        if open.lanes.get(id).is_none_or(|there| there.id != lane.id) {
            return;
        }
        open.remove(id);
        self.away().insert(id, lane.secret, &lane.agent, lane.remote.address());
    }
}

pub(super) fn bye(code: ByeCode, reason: &str) -> Bye {
    Bye { code, reason: reason.to_owned() }
}
