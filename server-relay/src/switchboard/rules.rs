//! What the judge of waves must know, as this relay knows it.

use starlane_host::admit::Rules;
use starlane_protocol::{Agent, Grant, Point};

use crate::link::Lanes;
use crate::registry::Picture;

/// The grants of a moment and the agents of the lanes.
pub(crate) struct Law<'a> {
    /// What is installed.
    pub(crate) picture: &'a Picture,
    /// Who has a lane.
    pub(crate) lanes: &'a Lanes,
}

impl Rules for Law<'_> {
    fn grants(&self) -> &[Grant] {
        &self.picture.grants
    }

    fn star_agent(&self, star: &Point) -> Option<Agent> {
        self.lanes.agent(star.segments().nth(2)?)
    }

    fn owner(&self, mechtron: &Point) -> Option<Point> {
        self.picture.app_of(mechtron)?.app.owner(mechtron)
    }
}
