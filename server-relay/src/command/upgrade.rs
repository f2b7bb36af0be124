//! `starlane upgrade <app> [version]` and `starlane swap <mechtron> [version]`.

use clap::Args;
use serde_json::{Value, json};
use starlane_protocol::Point;

use super::failure::Failure;
use super::{Context, arguments};

/// Take an application to another version while it runs.
#[derive(Args)]
pub(super) struct Upgrade {
    /// The application, like localhost:chat
    app: String,
    /// A version of its series, like 1.3.0, or a bundle [else: the newest version that was not taken back]
    to: Option<String>,
    /// Also when callers lose what the present version takes and gives
    #[arg(long)]
    breaking: bool,
}

/// Take one mechtron of an application to another version while it runs.
#[derive(Args)]
pub(super) struct Swap {
    /// The mechtron, like localhost:chat:room
    mechtron: String,
    /// A version of the application's series, like 1.3.0 [else: the newest version that was not taken back]
    to: Option<String>,
    /// Also when callers lose what the present version takes and gives
    #[arg(long)]
    breaking: bool,
}

impl Upgrade {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let app = arguments::app(&self.app)?;
        go(context, &app, "Upgrade", self.to.as_deref(), self.breaking)
    }
}

impl Swap {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let mechtron = arguments::point(&self.mechtron)?;
        go(context, &mechtron, "Swap", self.to.as_deref(), self.breaking)
    }
}

fn go(context: &Context, point: &Point, command: &str, to: Option<&str>, breaking: bool) -> Result<(), Failure> {
    let said = context.client()?.command(point, command, &json!({ "to": to, "breaking": breaking }))?;
    context.output.result(&said, || people(point, &said) + &left_out(point, command, &said))
}

/// The newer versions that were not taken, for they were taken back before, and how to take one all the same.
fn left_out(point: &Point, command: &str, said: &Value) -> String {
    let bundles = said["left_out"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let verb = command.to_lowercase();
    let line = |bundle: &str| {
        let version = bundle.rsplit(':').next().unwrap_or(bundle);
        format!(
            "left out: {bundle}, which was taken back after it trapped on trial; to take it anyway: starlane {verb} {point} {version}\n"
        )
    };
    bundles.map(line).collect()
}

fn people(point: &Point, said: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let (bundle, was) = match &said["mechtron"] {
        Value::Null => (text(&said["bundle"]), text(&said["was"]["bundle"])),
        swapped => (text(&swapped["bundle"]), text(&swapped["was"])),
    };
    let generation = said["generation"].as_u64().unwrap_or_default();
    if said["was"]["generation"].as_u64() == Some(generation) {
        return format!("{point} is at {bundle} already, generation {generation}\n");
    }
    let changed: Vec<String> = said["changed"].as_array().into_iter().flatten().map(text).collect();
    let what = match &changed[..] {
        [] => "no mechtron changed".into(),
        names => format!("changed: {}; on trial for 20 waves each, or 30 s", names.join(", ")),
    };
    format!("{was} → {bundle}, generation {generation}\n{what}\n")
}
