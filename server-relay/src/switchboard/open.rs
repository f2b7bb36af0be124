//! Open pings: who waits for whose answer.
//!
//! Every entry ends: by its answer, by its deadline, or with the lane or star at either end. One id may be open once for
//! each asker, so nobody can take the answer of somebody else's ping.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use starlane_protocol::{Agent, Body, Code, Headers, Point, Refusal, Wave, WaveId};
use tokio::sync::oneshot;

use crate::link::Lane;

/// Open pings of the whole relay: some 50 MiB.
const OPEN: usize = 65_536;

/// Open pings of one lane, so that one tab cannot take all places.
const LANE_OPEN: usize = 2_048;

/// Open pings of one agent from outside, over all of its lanes and requests: one user cannot take all places either.
const AGENT_OPEN: usize = 8_192;

/// What the target has beyond the asker's patience, so that its own, better answer wins.
const GRACE: Duration = Duration::from_millis(250);

/// Who waits.
pub(crate) enum Asker {
    /// A star at the other end of a lane.
    Lane(Arc<Lane>),
    /// One of the relay's own stars.
    Star(u32),
    /// An HTTP request.
    Http(oneshot::Sender<Wave>),
}

/// Where the answer must come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The lane with this number.
    Lane(u64),
    /// One of the relay's own stars.
    Star(u32),
    /// The relay itself.
    Steward,
}

/// A ping that waits.
pub(crate) struct Asked {
    /// The ping without its content.
    pub(crate) stub: Wave,
    /// Who waits.
    pub(crate) asker: Asker,
    place: Place,
    deadline: Instant,
}

/// All pings that wait.
#[derive(Default)]
pub(crate) struct OpenPings {
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    asked: HashMap<(WaveId, Point), Asked>,
    lanes: HashMap<u64, usize>,
    agents: HashMap<Agent, usize>,
    /// No entry ends before this.
    soonest: Option<Instant>,
}

impl OpenPings {
    /// Notes a ping; gives the asker back when it cannot be noted.
    pub(crate) fn ask(&self, wave: &Wave, place: Place, asker: Asker) -> Result<(), (Asker, Refusal)> {
        let mut table = self.lock();
        if let Some(refusal) = table.no_room(wave, &asker) {
            return Err((asker, refusal));
        }
        if let Asker::Lane(lane) = &asker {
            *table.lanes.entry(lane.id).or_default() += 1;
        }
        if !matches!(asker, Asker::Star(_)) {
            *table.agents.entry(wave.agent.clone()).or_default() += 1;
        }
        let deadline = Instant::now() + Duration::from_millis(wave.wait.into()) + GRACE;
        table.soonest = Some(table.soonest.map_or(deadline, |soonest| soonest.min(deadline)));
        let asked = Asked { stub: stub(wave), asker, place, deadline };
        table.asked.insert((wave.id, wave.from.clone()), asked);
        Ok(())
    }

    /// Takes out the ping that this pong answers, if it comes from the target and place that was asked.
    pub(crate) fn answered(&self, pong: &Wave, place: &Place) -> Option<Asked> {
        let mut table = self.lock();
        let key = (pong.id, pong.to.clone());
        let fits = table.asked.get(&key).is_some_and(|asked| asked.place == *place && asked.stub.to == pong.from);
        if fits { table.take(&key) } else { None }
    }

    /// Takes out a ping that could not be handed over.
    pub(crate) fn give_up(&self, id: WaveId, from: &Point) -> Option<Asked> {
        self.lock().take(&(id, from.clone()))
    }

    /// Takes out every ping whose time is over.
    pub(crate) fn overdue(&self) -> Vec<Asked> {
        let now = Instant::now();
        let mut table = self.lock();
        if table.soonest.is_none_or(|soonest| soonest > now) {
            return Vec::new();
        }
        let over = table.take_if(|asked| asked.deadline <= now);
        table.soonest = table.asked.values().map(|asked| asked.deadline).min();
        over
    }

    /// Takes out every ping that one place has yet to answer.
    pub(crate) fn take_all(&self, place: &Place) -> Vec<Asked> {
        self.lock().take_if(|asked| asked.place == *place)
    }

    /// Forgets the pings of a lane that is gone.
    pub(crate) fn forget_asker(&self, lane: u64) {
        let mut table = self.lock();
        table.take_if(|asked| matches!(&asked.asker, Asker::Lane(asker) if asker.id == lane));
        table.lanes.remove(&lane);
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn no_room(&self, wave: &Wave, asker: &Asker) -> Option<Refusal> {
        let of_lane = match asker {
            Asker::Lane(lane) => self.lanes.get(&lane.id).copied().unwrap_or(0),
            _ => 0,
        };
        let of_agent = match asker {
            Asker::Star(_) => 0,
            _ => self.agents.get(&wave.agent).copied().unwrap_or(0),
        };
        if self.asked.len() >= OPEN || of_lane >= LANE_OPEN || of_agent >= AGENT_OPEN {
            return Some(Refusal::new(Code::TooMany, "too many pings wait for their answer"));
        }
        let twice = self.asked.contains_key(&(wave.id, wave.from.clone()));
        twice.then(|| Refusal::new(Code::BadWave, "a ping with this id waits already"))
    }

    fn take(&mut self, key: &(WaveId, Point)) -> Option<Asked> {
        let asked = self.asked.remove(key)?;
        if let Asker::Lane(lane) = &asked.asker
            && let Some(count) = self.lanes.get_mut(&lane.id)
        {
            *count = count.saturating_sub(1);
        }
        if !matches!(asked.asker, Asker::Star(_))
            && let Entry::Occupied(mut count) = self.agents.entry(asked.stub.agent.clone())
        {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
        Some(asked)
    }

    fn take_if(&mut self, fits: impl Fn(&Asked) -> bool) -> Vec<Asked> {
        let keys: Vec<_> = self.asked.iter().filter(|(_, asked)| fits(asked)).map(|(key, _)| key.clone()).collect();
        keys.iter().filter_map(|key| self.take(key)).collect()
    }
}

fn stub(wave: &Wave) -> Wave {
    let mut stub = Wave { body: Body::default(), headers: Headers::default(), chain: Vec::new(), ..wave.clone() };
    stub.query = "".into();
    stub
}

#[cfg(test)]
mod tests {
    use starlane_protocol::WaveKind;

    use super::*;

    fn ping(id: u8, from: &str) -> Wave {
        let (from, to) = (from.parse().unwrap(), "localhost:chat:room".parse().unwrap());
        let method = "Ext<Say>".parse().unwrap();
        Wave::new(WaveId([id; 16]), WaveKind::Ping, from, Agent::Anonymous, to, method)
    }

    fn pong(ping: &Wave) -> Wave {
        ping.pong(Agent::Anonymous, 200, Headers::default(), Body::default())
    }

    #[test]
    fn a_pong_passes_only_from_the_target_that_was_asked() {
        let open = OpenPings::default();
        let asked = ping(1, "localhost:stars:a");
        assert!(open.ask(&asked, Place::Star(0), Asker::Star(1)).is_ok());
        let mut forged = pong(&asked);
        forged.from = "localhost:chat:other".parse().unwrap();
        assert!(open.answered(&forged, &Place::Star(0)).is_none());
        assert!(open.answered(&pong(&asked), &Place::Star(1)).is_none());
        assert!(open.answered(&pong(&asked), &Place::Lane(0)).is_none());
        assert!(open.answered(&pong(&asked), &Place::Star(0)).is_some());
        assert!(open.answered(&pong(&asked), &Place::Star(0)).is_none());
    }

    #[test]
    fn one_agent_cannot_take_all_places() {
        let open = OpenPings::default();
        let one = |id: u32| {
            let mut wave = ping(0, "localhost:users:ada");
            wave.id.0[..4].copy_from_slice(&id.to_le_bytes());
            wave
        };
        let asker = || Asker::Http(oneshot::channel().0);
        for id in 0..AGENT_OPEN as u32 {
            assert!(open.ask(&one(id), Place::Star(0), asker()).is_ok());
        }
        let Err((_, refusal)) = open.ask(&one(u32::MAX), Place::Star(0), asker()) else {
            panic!("one too many is open")
        };
        assert_eq!(refusal.code, Code::TooMany);
        let mut other = one(u32::MAX);
        other.agent = "localhost:users:bob".parse().unwrap();
        assert!(open.ask(&other, Place::Star(0), asker()).is_ok());
        assert!(open.give_up(one(0).id, &one(0).from).is_some());
        assert!(open.ask(&one(0), Place::Star(0), asker()).is_ok());
    }

    #[test]
    fn two_askers_may_use_one_id_and_one_asker_may_not_twice() {
        let open = OpenPings::default();
        let (one, two) = (ping(1, "localhost:stars:a"), ping(1, "localhost:stars:b"));
        assert!(open.ask(&one, Place::Star(0), Asker::Star(1)).is_ok());
        assert!(open.ask(&two, Place::Star(0), Asker::Star(2)).is_ok());
        let Err((_, refusal)) = open.ask(&one, Place::Star(0), Asker::Star(1)) else { panic!("an id is open twice") };
        assert_eq!(refusal.code, Code::BadWave);
        let answered = open.answered(&pong(&two), &Place::Star(0)).unwrap();
        assert!(matches!(answered.asker, Asker::Star(2)));
    }

    #[test]
    fn a_ping_is_overdue_after_its_wait() {
        let open = OpenPings::default();
        let (mut short, long) = (ping(1, "localhost:stars:a"), ping(2, "localhost:stars:a"));
        short.wait = 1;
        assert!(open.ask(&short, Place::Steward, Asker::Star(0)).is_ok());
        assert!(open.ask(&long, Place::Steward, Asker::Star(0)).is_ok());
        assert!(open.overdue().is_empty());
        std::thread::sleep(GRACE + Duration::from_millis(20));
        let over = open.overdue();
        assert_eq!(over.len(), 1);
        assert_eq!(over[0].stub.id, short.id);
    }
}
