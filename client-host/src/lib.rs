//! A star in a browser tab: the host on wasm32 with IndexedDB, a WebSocket lane and timers.
//!
//! `surface` is all that JavaScript sees; `shell` carries out what the star asks for, with the help of `clock`, `store`,
//! `link`, `apps` and `log`. The relay's shell has files of the same names.
//!
//! Two rules hold everywhere. No borrow of a `RefCell` lives across an `await` or a call into JavaScript, because either
//! may come back into this crate. And nothing panics across the boundary: what can fail gives a [`problem::Problem`].

mod apps;
mod clock;
mod http;
mod link;
mod log;
mod page;
mod problem;
mod shell;
mod store;
mod surface;
mod warm_up;

pub use problem::Problem;
pub use surface::{Tab, start};
