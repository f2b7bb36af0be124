//! State: the ordered map a mechtron keeps.
//!
//! A turn writes into the map at once and remembers what stood there before; ending well, it gives what changed; ending
//! badly, everything stands as before.

use std::collections::BTreeMap;
use std::ops::Bound;

use starlane_protocol::limits::{STATE_BYTES, STATE_KEY_BYTES, STATE_VALUE_BYTES, TURN_STATE_BYTES};

/// Bytes that a pair counts beside its key and value: about what it takes in memory and in a store.
const PAIR_BYTES: usize = 128;

/// Bytes that one migration may write: a full state removed and written anew.
const MIGRATION_BYTES: usize = 2 * STATE_BYTES;

/// Keys with their new values; `None` removes.
pub(crate) type Writes = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// A state in memory, with the marks of the turn that is writing into it.
#[derive(Debug, Default)]
pub(crate) struct State {
    pairs: BTreeMap<Vec<u8>, Vec<u8>>,
    bytes: usize,
    /// What stood under each key this turn touched.
    before: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Bytes this turn wrote, keys and values, each write counted.
    written: usize,
    /// Whether a migration writes: it may rewrite all there is.
    migrating: bool,
    /// Whether this only stands for a state that is still another instance's.
    away: bool,
}

/// Why a write is refused; nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StateError {
    /// A key of 0 or over 256 bytes, or a value over 64 KiB.
    Size,
    /// Over 4 MiB in all, or over 1 MiB written by this turn.
    Full,
}

impl State {
    /// A state as it was stored. A later pair of the same key wins.
    pub(crate) fn from_pairs(pairs: Vec<(Vec<u8>, Vec<u8>)>) -> Self {
        // One by one: collected, they would be sorted first, and they come in order.
        let mut map = BTreeMap::new();
        map.extend(pairs);
        let bytes = map.iter().map(|(key, value)| weight(key, value)).sum();
        Self { pairs: map, bytes, ..Self::default() }
    }

    /// Stands for a state that comes later: whoever reads it waits.
    pub(crate) fn away() -> Self {
        Self { away: true, ..Self::default() }
    }

    /// Whether the state itself is not here yet.
    pub(crate) fn is_away(&self) -> bool {
        self.away
    }

    /// From now on until the turn ends a migration writes.
    pub(crate) fn migrate(&mut self) {
        self.migrating = true;
    }

    /// Bytes that the turn may write.
    fn most_written(&self) -> usize {
        if self.migrating { MIGRATION_BYTES } else { TURN_STATE_BYTES }
    }

    /// Bytes of all pairs.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether nothing is kept.
    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.pairs.get(key).map(Vec::as_slice)
    }

    /// The first key greater than this one.
    pub(crate) fn next(&self, key: &[u8]) -> Option<&[u8]> {
        let range = (Bound::Excluded(key), Bound::Unbounded);
        self.pairs.range::<[u8], _>(range).next().map(|(key, _)| key.as_slice())
    }

    pub(crate) fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), StateError> {
        if key.is_empty() || key.len() > STATE_KEY_BYTES || value.len() > STATE_VALUE_BYTES {
            return Err(StateError::Size);
        }
        let (old, new) = (self.pairs.get(key).map_or(0, |old| weight(key, old)), weight(key, value));
        let (bytes, written) = (self.bytes - old + new, self.written + new);
        if bytes > STATE_BYTES || written > self.most_written() {
            return Err(StateError::Full);
        }
        (self.bytes, self.written) = (bytes, written);
        let before = self.pairs.insert(key.to_vec(), value.to_vec());
        self.before.entry(key.to_vec()).or_insert(before);
        Ok(())
    }

    /// Removes a key; whether it was there.
    pub(crate) fn delete(&mut self, key: &[u8]) -> Result<bool, StateError> {
        if !self.pairs.contains_key(key) {
            return Ok(false);
        }
        let written = self.written + weight(key, &[]);
        if written > self.most_written() {
            return Err(StateError::Full);
        }
        let value = self.pairs.remove(key).unwrap_or_default();
        (self.bytes, self.written) = (self.bytes - weight(key, &value), written);
        self.before.entry(key.to_vec()).or_insert(Some(value));
        Ok(true)
    }

    /// Ends the turn well: what it changed.
    pub(crate) fn commit(&mut self) -> Writes {
        (self.written, self.migrating) = (0, false);
        if self.before.is_empty() {
            return Vec::new();
        }
        let touched = std::mem::take(&mut self.before);
        let changed = touched.into_iter().map(|(key, before)| (self.pairs.get(&key).cloned(), before, key));
        changed.filter(|(now, before, _)| now != before).map(|(now, _, key)| (key, now)).collect()
    }

    /// What the turn has changed so far. It can still be undone.
    pub(crate) fn changes(&self) -> Writes {
        let touched = self.before.iter().map(|(key, before)| (key, before, self.pairs.get(key)));
        let changed = touched.filter(|(_, before, now)| before.as_ref() != *now);
        changed.map(|(key, _, now)| (key.clone(), now.cloned())).collect()
    }

    /// Ends the turn badly: everything stands as before it.
    pub(crate) fn undo(&mut self) {
        (self.written, self.migrating) = (0, false);
        for (key, before) in std::mem::take(&mut self.before) {
            if let Some(value) = self.pairs.remove(&key) {
                self.bytes -= weight(&key, &value);
            }
            if let Some(value) = before {
                self.bytes += weight(&key, &value);
                self.pairs.insert(key, value);
            }
        }
    }
}

/// What a pair counts.
fn weight(key: &[u8], value: &[u8]) -> usize {
    key.len() + value.len() + PAIR_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_that_changes_many_small_keys_is_bounded_like_one_that_writes_much() {
        let fits = TURN_STATE_BYTES / (PAIR_BYTES + 4);
        let key = |number: usize| (number as u32).to_be_bytes();
        let mut state = State::default();
        assert_eq!((0..).take_while(|number| state.put(&key(*number), b"").is_ok()).count(), fits);
        state.commit();
        assert_eq!(state.put(b"more", b""), Ok(()));
        state.commit();
        assert_eq!((0..fits).take_while(|number| state.delete(&key(*number)) == Ok(true)).count(), fits);
        assert_eq!(state.delete(b"more"), Err(StateError::Full));
        state.undo();
        assert_eq!(state.bytes(), (fits + 1) * (PAIR_BYTES + 4));
    }

    #[test]
    fn a_state_of_small_pairs_takes_no_more_memory_than_one_of_large_ones() {
        let mut state = State::default();
        let puts = (0u32..).take_while(|number| {
            if number % 1_000 == 0 {
                state.commit();
            }
            state.put(&number.to_be_bytes(), b"").is_ok()
        });
        assert_eq!(puts.count(), STATE_BYTES / (PAIR_BYTES + 4));
    }
}
