//! Lanes: the relay's ends of the WebSockets of its stars.
//!
//! One task serves one lane. Whatever goes wrong on a lane ends that lane with a `Bye` and touches nothing else.

mod away;
mod knock;
mod lane;
mod lanes;
mod queue;
mod session;
mod upgrade;
mod wire;

pub(crate) use lane::Lane;
pub(crate) use lanes::Lanes;
pub(crate) use upgrade::upgrade;
