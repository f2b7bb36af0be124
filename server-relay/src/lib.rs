//! Stars on a server, joined with tabs into one mesh; and the starlane command.
//!
//! ```no_run
//! # async fn run() -> Result<(), starlane_relay::RelayError> {
//! let relay = starlane_relay::open(starlane_relay::RelayConfig::new("data")).await?;
//! println!("{}", relay.sign_in_link());
//! relay.run_until(async {}).await;
//! # Ok(())
//! # }
//! ```

// A wave has some 240 bytes and goes from queue to queue: in a box it is not copied each time.
#![allow(clippy::vec_box)]

mod alike;
pub mod bindgen;
mod blobs;
mod clock;
pub mod command;
mod http;
mod keys;
mod link;
mod log;
pub mod make;
mod mesh;
mod names;
mod overrides;
mod problem;
pub mod publish;
mod registry;
mod relay;
mod remote;
mod shell;
mod steward;
mod store;
mod switchboard;
pub mod template;
mod token;
mod upgrade;

pub use clock::WallClock;
pub use log::log_to_stderr;
pub use relay::{Origin, OriginError, Relay, RelayConfig, RelayError, open};
pub use store::StoreError;
