//! Routes: what was judged already for one lane. A verdict on the same method of the same server mechtron holds for every
//! wave of the lane (its agent never changes) until anything is installed or removed.

use starlane_protocol::{Method, Point, Wave};

use super::Place;

/// Verdicts that are kept for one lane; the oldest makes way.
const KEPT: usize = 16;

/// The admitted routes of one lane.
#[derive(Default)]
pub(crate) struct Routes {
    /// The number of the picture they were judged by.
    picture: u64,
    known: Vec<(Point, Method, u32)>,
    oldest: usize,
}

impl Routes {
    /// Forgets everything when the picture is another one.
    pub(super) fn renew(&mut self, picture: u64) {
        if self.picture != picture {
            *self = Self { picture, ..Self::default() };
        }
    }

    /// Where a wave goes that is like one admitted before.
    pub(super) fn find(&self, wave: &Wave) -> Option<Place> {
        let method = wave.method.as_ref()?;
        let same = |(to, known, _): &&(Point, Method, u32)| *to == wave.to && known == method;
        self.known.iter().find(same).map(|(_, _, star)| Place::Star(*star))
    }

    /// Keeps the verdict on an admitted wave to a server mechtron.
    pub(super) fn keep(&mut self, wave: &Wave, star: u32) {
        let Some(method) = &wave.method else { return };
        let route = (wave.to.clone(), method.clone(), star);
        if self.known.len() < KEPT {
            return self.known.push(route);
        }
        self.known[self.oldest] = route;
        self.oldest = (self.oldest + 1) % KEPT;
    }
}
