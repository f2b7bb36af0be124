//! `starlane get <point> [name]`.

use clap::Args;
use serde_json::Value;

use super::failure::Failure;
use super::table::{Side, Table, stacked};
use super::{Context, arguments};
use crate::alike;

/// Print the values of an application, or the settings of the space.
#[derive(Args)]
pub(super) struct Get {
    /// The application, like localhost:chat, or the space
    point: String,
    /// Only this value
    name: Option<String>,
}

impl Get {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let point = arguments::point(&self.point)?;
        let said = context.client()?.command(&point, "Get", &Value::Null)?;
        match &self.name {
            None => context.output.result(&said, || people(&said)),
            Some(name) => {
                let value = find(&said, name).ok_or_else(|| unknown(&said, &self.point, name))?;
                context.output.result(value, || format!("{}\n", plain(value)))
            }
        }
    }
}

/// A text as it is, anything else as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn find<'a>(said: &'a Value, name: &str) -> Option<&'a Value> {
    let value = said["config"].get(name).map(|told| &told["value"]);
    let floor = said.get("floor").filter(|_| name == "floor");
    value.or(floor).or_else(|| said["settings"].get(name))
}

fn unknown(said: &Value, point: &str, name: &str) -> Failure {
    let names = [&said["config"], &said["settings"]].into_iter().filter_map(Value::as_object);
    let names: Vec<&str> = names.flat_map(|names| names.keys().map(String::as_str)).collect();
    let failure = Failure::new("no-value", format!("`{point}` has no value `{name}`"));
    match alike::nearest(names.into_iter(), name) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("`starlane get {point}` shows what there is")),
    }
}

/// What was said, as people read it.
pub(super) fn people(said: &Value) -> String {
    let mut config = Table::new("config", &[("name", Side::Left), ("value", Side::Left), ("default", Side::Left)]);
    for (name, told) in said["config"].as_object().into_iter().flatten() {
        let default = if told["set"] == true { told["default"].to_string() } else { String::new() };
        config.row(vec![name.clone(), told["value"].to_string(), default]);
    }
    let mut settings = Table::new("settings", &[("name", Side::Left), ("value", Side::Left)]);
    if let Some(floor) = said.get("floor").filter(|floor| !floor.is_null()) {
        settings.row(vec!["floor".into(), plain(floor)]);
    }
    for (name, value) in said["settings"].as_object().into_iter().flatten() {
        let shown = match value {
            Value::Null => String::new(),
            Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
            value => plain(value),
        };
        settings.row(vec![name.clone(), shown]);
    }
    let shown = stacked(&[config, settings]);
    if shown.is_empty() { "there are no values: its app.toml has no `[config]`\n".into() } else { shown }
}
