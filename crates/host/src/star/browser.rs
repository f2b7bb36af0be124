//! What is placed in browsers: in one tab at a time, as the shell says.

use starlane_protocol::document::Placement;
use starlane_protocol::{Code, Point, Refusal};

use super::Star;

/// What a wave is told whose target another tab has.
pub(super) fn elsewhere(to: &Point) -> Refusal {
    Refusal::new(Code::Elsewhere, format!("{to} runs in another tab of this browser"))
}

impl Star {
    /// The browser mechtrons of an application are here from now on, or no longer. An upgrade that is under way goes on
    /// without those that go; those that come meanwhile take the next code, and migrate, when they wake.
    pub(super) fn place_browser(&mut self, app: &Point, here: bool) {
        if here {
            self.here.insert(app.clone(), ());
            return;
        }
        if self.here.remove(app).is_none() {
            return;
        }
        self.leave_parts(app);
        for slot in self.slots_of(app) {
            let Some(mechtron) = self.slots.get(slot) else { continue };
            if mechtron.spec.placement == Placement::Browser {
                let refusal = elsewhere(&mechtron.point);
                self.end(slot, &refusal);
            }
        }
    }

    /// Whether what an application places so is in this tab.
    pub(super) fn is_here(&self, app: &Point, placement: Placement) -> bool {
        placement != Placement::Browser || self.here.contains_key(app)
    }
}
