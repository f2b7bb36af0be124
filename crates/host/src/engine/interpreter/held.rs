//! What a store holds: the guest's data, and what is looked up once.

use std::ops::{Deref, DerefMut};

use wasmi::Memory;

use crate::abi::Guest;

/// A guest's data in its store.
pub(super) struct Held {
    pub(super) guest: Box<Guest>,
    /// The module's memory, once an import has asked for it: by name it costs as much as the import itself.
    pub(super) memory: Option<Memory>,
}

impl Held {
    pub(super) fn new(guest: Box<Guest>) -> Self {
        Self { guest, memory: None }
    }
}

impl Deref for Held {
    type Target = Guest;

    fn deref(&self) -> &Guest {
        &self.guest
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Guest {
        &mut self.guest
    }
}
