//! JSON Typedef (RFC 8927): schemas compiled, bodies checked, schemas compared.
//!
//! A body is read from JSON or CBOR into one small tree and checked there, so both forms get the same verdict, in a tab
//! and on a server. Everything is bounded: bytes, depth and nodes of a body, depth and nodes of a schema. The crate does
//! no I/O and knows nothing of the mesh.
//!
//! ```
//! use starlane_schema::{Schema, read_json};
//!
//! let schema = Schema::compile(&serde_json::json!({ "properties": { "name": { "type": "string" } } }))
//!     .map_err(|mut errors| errors.remove(0))?;
//! let body = read_json(br#"{ "name": 7 }"#)?;
//! let mismatch = schema.check(&body).unwrap_err();
//! assert_eq!(mismatch.to_string(), "at `/name`: expected a string, found a number");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod compare;
mod compile;
mod form;
pub mod limits;
mod mismatch;
mod open;
mod read;
mod sample;
mod scalar;
mod steps;
mod timestamp;
mod value;

pub use compare::{Gap, gap, gap_within};
pub use compile::SchemaError;
pub use form::{Form, Member, Node, Properties, Schema, Type};
pub use mismatch::Mismatch;
pub use open::open;
pub use read::{Unreadable, read_cbor, read_json};
pub use scalar::{from_text, is_scalar};
pub use steps::Steps;
pub use value::Value;
