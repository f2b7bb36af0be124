//! Stars whose lane is gone: their ids are kept for them for two minutes.
//!
//! Nobody can push out everybody's: an address has a share of the table, and what is left by visitors who are not signed in
//! goes before anything of a user's.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use starlane_bundle::Digest;
use starlane_protocol::Agent;
use tokio::time::Instant;

/// How long an id stays with its star when the lane is gone.
const KEPT: Duration = Duration::from_secs(120);

/// Ids that are kept at most: as many as a relay has lanes.
pub(super) const STARS: usize = 16_384;

/// Ids that are kept for one address (of an IPv6 network: 64 bits): four times the lanes it may have.
pub(super) const ADDRESS_STARS: usize = 1_024;

/// A star whose lane is gone.
struct Star {
    secret: Digest,
    agent: Agent,
    since: Instant,
    address: Option<IpAddr>,
    place: Place,
}

/// Whether it is a user's, and its number: the first place of all is the first to be given up.
type Place = (bool, u64);

/// Ids by their places.
type Places = BTreeMap<Place, String>;

impl Star {
    /// Whether its id is still kept for it.
    fn is_kept(&self) -> bool {
        self.since.elapsed() < KEPT
    }
}

/// The stars that are away.
#[derive(Default)]
pub(super) struct Away {
    stars: HashMap<String, Star>,
    places: Places,
    addresses: HashMap<IpAddr, Places>,
    last: u64,
}

impl Away {
    /// The secret and the agent of a star whose id is kept for it.
    pub(super) fn get(&self, id: &str) -> Option<(Digest, &Agent)> {
        self.stars.get(id).filter(|star| star.is_kept()).map(|star| (star.secret, &star.agent))
    }

    /// Whether a visitor who is not signed in could only be kept in the place of a user's star.
    pub(super) fn is_full_of_users(&mut self) -> bool {
        if self.stars.len() < STARS {
            return false;
        }
        self.forget_overdue();
        self.stars.len() >= STARS && self.places.first_key_value().is_some_and(|((is_user, _), _)| *is_user)
    }

    /// Keeps the id of a star whose lane is gone. In a full table, or a full share of an address, the oldest one of a visitor who is
    /// not signed in gives way, then that of a user: but to another user's only.
    pub(super) fn insert(&mut self, id: &str, secret: Digest, agent: &Agent, address: Option<IpAddr>) {
        self.remove(id);
        self.forget_overdue();
        let is_user = agent.is_user();
        let share =
            address.and_then(|address| self.addresses.get(&address)).filter(|share| share.len() >= ADDRESS_STARS);
        let full = share.or((self.stars.len() >= STARS).then_some(&self.places));
        if let Some(full) = full {
            match full.first_key_value() {
                Some(((of_user, _), first)) if is_user || !of_user => self.remove(&first.clone()),
                _ => return,
            }
        }
        self.last += 1;
        let place = (is_user, self.last);
        self.places.insert(place, id.to_owned());
        if let Some(address) = address {
            self.addresses.entry(address).or_default().insert(place, id.to_owned());
        }
        let star = Star { secret, agent: agent.clone(), since: Instant::now(), address, place };
        self.stars.insert(id.to_owned(), star);
    }

    /// The star is back.
    pub(super) fn remove(&mut self, id: &str) {
        let Some(star) = self.stars.remove(id) else { return };
        self.places.remove(&star.place);
        let Some(address) = star.address else { return };
        if let Some(share) = self.addresses.get_mut(&address) {
            share.remove(&star.place);
            if share.is_empty() {
                self.addresses.remove(&address);
            }
        }
    }

    fn forget_overdue(&mut self) {
        for is_user in [false, true] {
            while let Some((_, id)) = self.places.range((is_user, 0)..=(is_user, u64::MAX)).next()
                && !self.stars.get(id).is_some_and(Star::is_kept)
            {
                self.remove(&id.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn address(number: usize) -> Option<IpAddr> {
        Some(IpAddr::from(u32::try_from(number).unwrap().to_be_bytes()))
    }

    fn leave(away: &mut Away, id: &str, agent: &Agent, address: Option<IpAddr>) {
        away.insert(id, Digest::of(id.as_bytes()), agent, address);
    }

    fn ada() -> Agent {
        "localhost:users:ada".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_pushes_out_only_its_own_and_no_user_of_it() {
        let mut away = Away::default();
        leave(&mut away, "elsewhere", &Agent::Anonymous, address(1));
        leave(&mut away, "ada", &ada(), address(2));
        for n in 0..2 * STARS {
            leave(&mut away, &format!("s-{n}"), &Agent::Anonymous, address(2));
        }
        assert!(away.get("elsewhere").is_some() && away.get("ada").is_some());
        assert_eq!(away.stars.len(), ADDRESS_STARS + 1);
        assert!(away.get(&format!("s-{}", 2 * STARS - 1)).is_some() && away.get("s-0").is_none());
        advance(KEPT).await;
        assert!(away.get("ada").is_none());
        leave(&mut away, "ada", &ada(), address(2));
        assert_eq!((away.stars.len(), away.places.len(), away.addresses.len()), (1, 1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn in_a_full_table_users_go_last_and_for_users_only() {
        let mut away = Away::default();
        leave(&mut away, "nobody", &Agent::Anonymous, address(1));
        for n in 1..STARS {
            leave(&mut away, &format!("s-{n}"), &ada(), address(n));
        }
        assert!(!away.is_full_of_users());
        leave(&mut away, "other", &Agent::Anonymous, address(1));
        assert!(away.get("nobody").is_none() && away.get("other").is_some());
        leave(&mut away, "last", &ada(), address(1));
        assert!(away.get("other").is_none() && away.is_full_of_users());
        leave(&mut away, "nobody", &Agent::Anonymous, address(1));
        assert!(away.get("nobody").is_none() && away.get("s-1").is_some());
        leave(&mut away, "one-more", &ada(), None);
        assert!(away.get("s-1").is_none() && away.get("s-2").is_some());
        advance(KEPT).await;
        assert!(!away.is_full_of_users());
    }
}
