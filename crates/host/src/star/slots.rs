//! Where mechtrons live: found by point once, then by a number that stays while they live.

use std::collections::BTreeMap;

use starlane_protocol::Point;

use super::mechtron::Mechtron;

/// The number of a mechtron in this star. A number is used again only with another generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    index: usize,
    generation: u64,
}

impl Slot {
    /// None comes before it.
    pub(super) const FIRST: Slot = Slot { index: 0, generation: 0 };
}

/// All mechtrons of a star.
#[derive(Default)]
pub(super) struct Slots {
    places: Vec<(u64, Option<Box<Mechtron>>)>,
    free: Vec<usize>,
    /// A tree: a relay has very many, and they come in no order.
    by_point: BTreeMap<Point, Slot>,
}

impl Slots {
    /// The mechtron known by this point (an application's, not a star's).
    pub(super) fn find(&self, point: &Point) -> Option<Slot> {
        self.by_point.get(point).copied()
    }

    pub(super) fn insert(&mut self, mechtron: Mechtron) -> Slot {
        let point = mechtron.name.clone();
        let slot = self.insert_hidden(mechtron);
        self.by_point.insert(point, slot);
        slot
    }

    /// Puts in a mechtron that is not found by its point.
    pub(super) fn insert_hidden(&mut self, mechtron: Mechtron) -> Slot {
        let index = self.free.pop().unwrap_or_else(|| {
            self.places.push((0, None));
            self.places.len() - 1
        });
        let place = &mut self.places[index];
        *place = (place.0 + 1, Some(Box::new(mechtron)));
        Slot { index, generation: place.0 }
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Mechtron> {
        match self.places.get(slot.index) {
            Some((generation, Some(mechtron))) if *generation == slot.generation => Some(mechtron),
            _ => None,
        }
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut Mechtron> {
        match self.places.get_mut(slot.index) {
            Some((generation, Some(mechtron))) if *generation == slot.generation => Some(mechtron),
            _ => None,
        }
    }

    pub(super) fn remove(&mut self, slot: Slot) -> Option<Box<Mechtron>> {
        self.get_mut(slot)?;
        let mechtron = self.places[slot.index].1.take()?;
        if self.by_point.get(&mechtron.name) == Some(&slot) {
            self.by_point.remove(&mechtron.name);
        }
        self.free.push(slot.index);
        Some(mechtron)
    }

    /// Every slot, in the order of the points.
    pub(super) fn all(&self) -> std::vec::IntoIter<Slot> {
        self.by_point.values().copied().collect::<Vec<_>>().into_iter()
    }
}
