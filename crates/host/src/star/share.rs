//! What each application has of a star: places in mailboxes, memory, and turns.
//!
//! A keyed mechtron has a mailbox for each key, so a mailbox's own bound does not bound their sum: one wave that leads to
//! several to other keys, each of which does the same, would fill any memory, and take everybody's turns.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::Slot;
use crate::pool::{Pool, Share};

/// Waves that wait in one star at most.
const WAVES: u64 = 16_384;

/// Bytes they may occupy together.
const BYTES: u64 = 64 << 20;

/// What a star has to share.
pub(super) struct Pools {
    memory: Rc<Pool>,
    waves: Rc<Pool>,
    bytes: Rc<Pool>,
}

/// What one application has of it.
pub(super) struct Account {
    /// Bytes of its guests.
    pub(super) memory: Share,
    waves: Share,
    bytes: Share,
    /// Its mechtrons that can go on, those of each [`Turn`].
    ready: [RefCell<VecDeque<Slot>>; 2],
}

/// The place of one wave that waits; given back when it is dropped.
pub(super) struct Place {
    waves: Share,
    bytes: Share,
    weight: u64,
}

impl Pools {
    /// Guests may hold so many bytes.
    pub(super) fn new(memory: u64) -> Self {
        Self { memory: Pool::new(memory), waves: Pool::new(WAVES), bytes: Pool::new(BYTES) }
    }

    /// Says whether there is more than one application.
    pub(super) fn set_shared(&self, is_shared: bool) {
        [&self.memory, &self.waves, &self.bytes].into_iter().for_each(|pool| pool.set_shared(is_shared));
    }

    /// The account of an application that holds nothing yet.
    pub(super) fn account(&self) -> Rc<Account> {
        let (memory, waves, bytes) = (self.memory.share(), self.waves.share(), self.bytes.share());
        Rc::new(Account { memory, waves, bytes, ready: Default::default() })
    }
}

impl Account {
    /// A place for a wave of so many bytes, if there is one.
    pub(super) fn place(&self, weight: usize) -> Option<Place> {
        let weight = weight as u64;
        if weight > self.bytes.room() || !self.waves.take(1) {
            return None;
        }
        self.bytes.take_anyway(weight);
        Some(Place { waves: self.waves.clone(), bytes: self.bytes.clone(), weight })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.waves.give_back(1);
        self.bytes.give_back(self.weight);
    }
}

/// Why a mechtron can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Something came for it.
    Fresh,
    /// It used up a slice and is not done.
    Spent,
}

/// Mechtrons that can go on. In the first half of a slice those go first for which something came, in the second half those
/// that used up a slice: so neither keeps the other waiting for longer than a slice.
#[derive(Default)]
pub(super) struct Ready([Round; 2]);

impl Ready {
    pub(super) fn push(&mut self, account: &Rc<Account>, slot: Slot, turn: Turn) {
        self.0[turn as usize].push(account, slot, turn);
    }

    /// The next, and how much of a slice is for it of which so much is burnt.
    pub(super) fn pop(&mut self, fuel: u64, burnt: u64) -> Option<(Slot, u64)> {
        let half = fuel.div_ceil(2);
        let turns = if burnt < half { [Turn::Fresh, Turn::Spent] } else { [Turn::Spent, Turn::Fresh] };
        let (slot, turn) = turns.into_iter().find_map(|turn| Some((self.0[turn as usize].pop(turn)?, turn)))?;
        let is_bounded = turn == Turn::Fresh && burnt < half && !self.0[Turn::Spent as usize].is_empty();
        Some((slot, if is_bounded { half - burnt } else { fuel - burnt }))
    }

    /// Whether there are only such as used up a slice.
    pub(super) fn is_spent(&self) -> bool {
        self.0[Turn::Fresh as usize].is_empty() && !self.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(Round::is_empty)
    }
}

/// Applications take turns, and in each of them its mechtrons.
#[derive(Default)]
struct Round(VecDeque<Rc<Account>>);

impl Round {
    fn push(&mut self, account: &Rc<Account>, slot: Slot, turn: Turn) {
        let mut own = account.ready[turn as usize].borrow_mut();
        if own.is_empty() {
            self.0.push_back(account.clone());
        }
        own.push_back(slot);
    }

    fn pop(&mut self, turn: Turn) -> Option<Slot> {
        let account = self.0.pop_front()?;
        let mut own = account.ready[turn as usize].borrow_mut();
        let slot = own.pop_front();
        if !own.is_empty() {
            drop(own);
            self.0.push_back(account);
        }
        slot
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
