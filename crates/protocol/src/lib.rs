//! The words of the mesh: points, waves, lanes, documents, grants and statuses.
//!
//! Both ends of every lane, every shell and every tool speak with these types. The crate does no I/O, knows no engine,
//! and its decoders are total: any bytes give a value or a named error, in memory bounded by the size of the input.
//!
//! ```
//! use starlane_protocol::{Method, Point};
//!
//! let greeter: Point = "localhost:hello:greeter".parse()?;
//! assert_eq!(greeter.space(), "localhost");
//! assert_eq!("a::b".parse::<Point>().unwrap_err().code(), "point-empty-segment");
//! assert!("Ext<Greet>".parse::<Method>().is_ok());
//! # Ok::<(), starlane_protocol::PointError>(())
//! ```

mod agent;
pub mod document;
mod grant;
mod id;
mod kind;
pub mod lane;
pub mod limits;
mod method;
mod point;
mod status;
mod text;
mod wave;

pub use agent::{Agent, AgentError};
pub use grant::{Grant, Grantee, May, MethodPattern};
pub use id::{IdError, SessionId, StarSecret, WaveId};
pub use kind::{Kind, MechtronStatus};
pub use method::{Method, MethodError, MethodFamily};
pub use point::{Pattern, PatternError, Point, PointError, PointErrorKind};
pub use status::{Code, Refusal, Retry};
pub use wave::{Body, Headers, HeadersError, ReturnAddress, Wave, WaveError, WaveKind, essence};
