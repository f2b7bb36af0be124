//! The documents of a bundle in their compiled form: binds, mechtrons, the application.
//!
//! People write TOML; it is read into these same types when a bundle is published, unknown keys refused, and travels
//! as JSON inside the manifest. Nothing is read and then ignored.

mod app;
mod bind;
pub mod config;
mod hole;
mod mechtron;
pub mod names;
mod quantity;
mod schema;

use serde::{Deserialize, Serialize};

pub use app::{App, AppGrant, AppMechtron, HttpLine, Keyed, OverriddenBy, Placement, Rollback, Target, Visitors};
pub use bind::{Bind, Content, PathTemplate, PathTemplateError, Route, RouteMatch, RouteMiss};
pub use config::Values;
pub use hole::{HoleError, HoledPattern, HoledText, Holes, config_holes};
pub use mechtron::{FencedCalls, Keeps, MechtronConfig, MechtronLimits};
pub use names::Names;
pub use quantity::{Bytes, BytesError, Duration, DurationError};
pub use schema::SchemaDocument;

/// Every document of one bundle, under the paths of the files they were written in.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Documents {
    /// `app.toml`; a bundle without one is a static site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<App>,
    /// `binds/*.toml`.
    #[serde(default, skip_serializing_if = "Names::is_empty", with = "names")]
    pub binds: Names<Bind>,
    /// `mechtrons/*.toml`.
    #[serde(default, skip_serializing_if = "Names::is_empty", with = "names")]
    pub mechtrons: Names<MechtronConfig>,
}
