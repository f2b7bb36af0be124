//! Values of an application: what `starlane get` tells and `starlane set` changes.

use serde_json::{Map, Value, json};
use starlane_bundle::{InstallRecord, Version};
use starlane_protocol::document::{Values, config};
use starlane_protocol::{Code, Point};

use super::{Installation, Picture, Wanted, no_app};
use crate::alike::nearest;
use crate::problem::Problem;

/// Bytes of the values that are set for one application, names included: they travel with its record in every greeting.
const SET_BYTES: usize = 16 * 1_024;

/// The setting of every application below which version nothing of its series may run there.
const FLOOR: &str = "floor";

/// What may be known of an application: its bundle, and each of its values beside its default.
pub(crate) fn told(one: &Installation, picture: &Picture) -> Value {
    let record = &one.record;
    let value = |(name, default): (&String, &Value)| {
        let value = one.app.config.get(name).unwrap_or(default);
        (name.clone(), json!({ "value": value, "default": default, "set": record.config.contains_key(name) }))
    };
    let config: Map<String, Value> = defaults(record, picture).iter().map(value).collect();
    let (app, bundle, generation) = (&one.app.point, &one.app.bundle, one.app.generation);
    json!({ "app": app, "bundle": bundle, "generation": generation, "floor": record.floor, "config": config })
}

/// What is to stand at an application's point when some of its values are others.
pub(crate) fn wanted(
    app: &Point,
    there: Option<&InstallRecord>,
    picture: &Picture,
    changes: &Map<String, Value>,
) -> Result<Wanted, Problem> {
    let there = there.ok_or_else(|| no_app(app))?;
    let (mut wanted, defaults) = (Wanted::of(there), defaults(there, picture));
    for (name, value) in changes {
        if name == FLOOR {
            wanted.floor = floor(value)?;
            continue;
        }
        let Some(default) = defaults.get(name) else { return Err(unknown(app, name, &defaults)) };
        match value {
            Value::Null => drop(wanted.config.remove(name)),
            value => drop(wanted.config.insert(name.clone(), meant(name, value, default)?)),
        }
    }
    let bytes: usize = wanted.config.iter().map(|(name, value)| name.len() + value.to_string().len()).sum();
    if bytes > SET_BYTES {
        let what = format!("the values that are set have {bytes} bytes, and {SET_BYTES} is the most");
        let problem = Problem::named(Code::TooLarge, "config-too-large", what);
        return Err(problem.hint("Larger things belong into the bundle, or into a mechtron's state."));
    }
    Ok(wanted)
}

fn floor(value: &Value) -> Result<Option<Version>, Problem> {
    let version = match value {
        Value::Null => return Ok(None),
        Value::String(text) => Version::parse(text).ok(),
        _ => None,
    };
    version.map(Some).ok_or_else(|| {
        let what = format!("{FLOOR}: expected a version, found {value}");
        Problem::named(Code::BadBody, "bad-setting", what).hint("Versions are like 1.2.0.")
    })
}

/// The values of the bundle that a record names, with their defaults.
fn defaults(record: &InstallRecord, picture: &Picture) -> Values {
    let app = picture.bundles.get(&record.bundle()).and_then(|bundle| bundle.manifest.documents.app.as_ref());
    app.map(|app| app.config.clone()).unwrap_or_default()
}

/// What is meant by a value: a text is read as JSON where the default is none.
fn meant(name: &str, value: &Value, default: &Value) -> Result<Value, Problem> {
    let read = match (value, default) {
        (Value::String(text), other) if !other.is_string() => serde_json::from_str(text).ok(),
        _ => None,
    };
    let meant = read.as_ref().unwrap_or(value);
    if config::fits(meant, default) {
        return Ok(meant.clone());
    }
    let (expected, found) = (config::kind(default), config::kind(meant));
    let what = format!("{name}: expected {expected} (the default is {default}), found {found}: {meant}");
    Err(Problem::named(Code::BadBody, "bad-config", what).hint(match default {
        Value::Array(_) | Value::Object(_) => {
            "Lists and tables are written as JSON, in quotes: '[\"a\", \"b\"]'.".into()
        }
        other => format!("Write it like `{name}={other}`."),
    }))
}

fn unknown(app: &Point, name: &str, defaults: &Values) -> Problem {
    let problem = Problem::named(Code::BadBody, "bad-config", format!("`{app}` has no value `{name}`"));
    let names: Vec<String> = defaults.keys().map(|name| format!("`{name}`")).collect();
    match nearest(defaults.keys().map(String::as_str), name) {
        Some(near) => problem.hint(format!("Did you mean `{near}`?")),
        None if names.is_empty() => problem.hint("Its app.toml has no `[config]`."),
        None => problem.hint(format!("There are {}.", names.join(", "))),
    }
}
