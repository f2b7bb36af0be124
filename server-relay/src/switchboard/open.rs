//! Open pings: who waits for whose answer.
//!
//! Every entry ends: by its answer, by its deadline, or with the lane or star at either end. One id may be open once for
//! each asker, so nobody can take the answer of somebody else's ping. Waves that come together are noted under one lock.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use starlane_protocol::{Agent, Body, Code, Headers, Point, Refusal, Wave, WaveId, WaveKind};
use tokio::sync::oneshot;

use super::accounts::Account;
use crate::link::Lane;

/// Open pings of the whole relay: some 25 MiB.
const OPEN: usize = 65_536;

/// Open pings of all who are nobody in particular: half of the places are left to users and to the relay's own stars.
const ANONYMOUS_OPEN: usize = OPEN / 2;

/// Open pings of one lane, so that one tab cannot take all places of its user.
const LANE_OPEN: usize = 2_048;

/// What the target has beyond the asker's patience, so that its own, better answer wins.
const GRACE: Duration = Duration::from_millis(250);

/// Who waits.
pub(crate) enum Asker {
    /// A star at the other end of a lane.
    Lane(Arc<Lane>),
    /// One of the relay's own stars.
    Star(u32),
    /// An HTTP request, and whose it is.
    Http(oneshot::Sender<Wave>, Arc<Account>),
}

impl Asker {
    /// Whose ping it is; the relay's own stars have bounds of their own.
    fn account(&self) -> Option<&Arc<Account>> {
        match self {
            Asker::Lane(lane) => Some(&lane.account),
            Asker::Http(_, account) => Some(account),
            Asker::Star(_) => None,
        }
    }
}

/// Where the answer must come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The lane with this number.
    Lane(u64),
    /// One of the relay's own stars.
    Star(u32),
    /// The relay itself.
    Steward,
}

/// A ping that waits: as much of it as its answer by the relay itself would need.
pub(crate) struct Asked {
    /// Who waits.
    pub(crate) asker: Asker,
    /// Who was asked.
    pub(crate) to: Point,
    id: WaveId,
    from: Point,
    wait: u32,
    trace: Option<Arc<str>>,
    place: Place,
    deadline: Instant,
}

impl Asked {
    /// The ping without its content.
    pub(crate) fn ping(&self) -> Wave {
        Wave {
            id: self.id,
            kind: WaveKind::Ping,
            from: self.from.clone(),
            to: self.to.clone(),
            agent: Agent::Anonymous,
            method: None,
            path: Arc::default(),
            query: Arc::default(),
            headers: Headers::default(),
            body: Body::default(),
            status: None,
            wait: self.wait,
            chain: Vec::new(),
            hops: 0,
            trace: self.trace.clone(),
        }
    }
}

/// All pings that wait.
#[derive(Default)]
pub(crate) struct OpenPings {
    table: Mutex<Table>,
}

/// The pings of one lane that wait.
pub(crate) type LaneOpen = AtomicUsize;

/// The table of open pings while nobody else changes it.
pub(crate) struct Changing<'a>(MutexGuard<'a, Table>);

#[derive(Default)]
struct Table {
    asked: HashMap<(WaveId, Point), Asked>,
    counts: Counts,
    /// No entry ends before this.
    soonest: Option<Instant>,
}

/// How many pings are open of whom, beyond what accounts and lanes count themselves.
#[derive(Default)]
struct Counts {
    anonymous: usize,
}

impl Counts {
    fn opened(&mut self, asker: &Asker) {
        if let Asker::Lane(lane) = asker {
            lane.open.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(account) = asker.account() {
            account.opened();
            self.anonymous += usize::from(account.anonymous);
        }
    }

    fn ended(&mut self, asker: &Asker) {
        if let Asker::Lane(lane) = asker {
            lane.open.fetch_sub(1, Ordering::Relaxed);
        }
        if let Some(account) = asker.account() {
            account.ended();
            self.anonymous -= usize::from(account.anonymous);
        }
    }
}

impl OpenPings {
    /// Lets several pings be noted or taken out together.
    pub(crate) fn change(&self) -> Changing<'_> {
        Changing(self.table.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes out a ping that could not be handed over.
    pub(crate) fn give_up(&self, id: WaveId, from: &Point) -> Option<Asked> {
        self.change().0.take(&(id, from.clone()))
    }

    /// Takes out every ping whose time is over.
    pub(crate) fn overdue(&self) -> Vec<Asked> {
        let now = Instant::now();
        let table = &mut self.change().0;
        if table.soonest.is_none_or(|soonest| soonest > now) {
            return Vec::new();
        }
        let over = table.take_if(|asked| asked.deadline <= now);
        table.soonest = table.asked.values().map(|asked| asked.deadline).min();
        over
    }

    /// Takes out every ping that one place has yet to answer.
    pub(crate) fn take_all(&self, place: Place) -> Vec<Asked> {
        self.change().0.take_if(|asked| asked.place == place)
    }

    /// Forgets the pings of a lane that is gone.
    pub(crate) fn forget_asker(&self, lane: u64) {
        self.change().0.take_if(|asked| matches!(&asked.asker, Asker::Lane(asker) if asker.id == lane));
    }
}

impl Changing<'_> {
    /// Notes a ping that came now; gives the asker back when it cannot be noted.
    pub(crate) fn ask(
        &mut self,
        wave: &Wave,
        place: Place,
        asker: Asker,
        now: Instant,
    ) -> Result<(), (Asker, Refusal)> {
        let table = &mut *self.0;
        if let Some(refusal) = table.no_room(&asker) {
            return Err((asker, refusal));
        }
        let Entry::Vacant(place_for_it) = table.asked.entry((wave.id, wave.from.clone())) else {
            return Err((asker, Refusal::new(Code::BadWave, "a ping with this id waits already")));
        };
        table.counts.opened(&asker);
        let deadline = now + Duration::from_millis(wave.wait.into()) + GRACE;
        table.soonest = Some(table.soonest.map_or(deadline, |soonest| soonest.min(deadline)));
        let (from, to, trace) = (wave.from.clone(), wave.to.clone(), wave.trace.clone());
        place_for_it.insert(Asked { asker, to, id: wave.id, from, wait: wave.wait, trace, place, deadline });
        Ok(())
    }

    /// Takes out the ping that this pong answers, if it comes from the target and place that was asked.
    pub(crate) fn answered(&mut self, pong: &Wave, place: Place) -> Option<Asked> {
        let table = &mut *self.0;
        match table.asked.entry((pong.id, pong.to.clone())) {
            Entry::Occupied(asked) if asked.get().place == place && asked.get().to == pong.from => {
                let asked = asked.remove();
                table.counts.ended(&asked.asker);
                Some(asked)
            }
            _ => None,
        }
    }
}

impl Table {
    fn no_room(&self, asker: &Asker) -> Option<Refusal> {
        let lane_full = matches!(asker, Asker::Lane(lane) if lane.open.load(Ordering::Relaxed) >= LANE_OPEN);
        let account_full = asker
            .account()
            .is_some_and(|account| account.is_full() || (account.anonymous && self.counts.anonymous >= ANONYMOUS_OPEN));
        let full = self.asked.len() >= OPEN || lane_full || account_full;
        full.then(|| Refusal::new(Code::TooMany, "too many pings wait for their answer"))
    }

    fn take(&mut self, key: &(WaveId, Point)) -> Option<Asked> {
        let asked = self.asked.remove(key)?;
        self.counts.ended(&asked.asker);
        Some(asked)
    }

    fn take_if(&mut self, fits: impl Fn(&Asked) -> bool) -> Vec<Asked> {
        let keys: Vec<_> = self.asked.iter().filter(|(_, asked)| fits(asked)).map(|(key, _)| key.clone()).collect();
        keys.iter().filter_map(|key| self.take(key)).collect()
    }
}

#[cfg(test)]
mod tests;
