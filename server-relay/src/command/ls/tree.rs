//! `starlane ls --tree`: the space as a tree, with what is kept under each mechtron.

use serde_json::{Map, Value, json};

use super::removal;
use crate::command::units;

/// The tree of a list: the space, its applications, their mechtrons, keys that run or keep something; and bundles by series.
pub(super) fn of(list: &Value) -> Value {
    let apps: Vec<Value> = items(&list["apps"]).map(|app| application(list, app)).collect();
    let mut series: Map<String, Value> = Map::new();
    for point in items(&list["bundles"]).filter_map(Value::as_str) {
        let (name, version) = point.rsplit_once(':').unwrap_or((point, ""));
        let versions = series.entry(name).or_insert_with(|| json!([]));
        versions.as_array_mut().into_iter().for_each(|versions| versions.push(json!(version)));
    }
    let waiting: Vec<&Value> = items(&list["kept"]).collect();
    json!({ "space": list["space"], "apps": apps, "kept": waiting, "series": series, "more": list["more"] })
}

fn application(list: &Value, app: &Value) -> Value {
    let mechtrons = items(&app["mechtrons"]).map(|mechtron| {
        let point = text(&mechtron["point"]);
        let mut told = mechtron.clone();
        add(&mut told, list, point);
        if mechtron["keyed"] != json!(false) {
            told["keys"] = keys(list, point);
        }
        told
    });
    let mechtrons: Vec<Value> = mechtrons.collect();
    let mut told = json!({ "point": app["point"], "bundle": app["bundle"], "generation": app["generation"], "mechtrons": mechtrons });
    if let Some(why) = app["halted"].as_str() {
        told["halted"] = json!(why);
    }
    told
}

/// Where the state of an owner's own code lies, below its point.
const OWN: &str = ":/own";

/// Every key of a mechtron that runs or keeps something.
fn keys(list: &Value, mechtron: &str) -> Value {
    let below = |point: &&str| point.strip_prefix(mechtron).is_some_and(|rest| rest.starts_with(':'));
    let all = items(&list["mechtrons"]).chain(items(&list["state"])).chain(items(&list["overrides"]));
    // What an owner's own code keeps lies below its point.
    let named = all.map(|one| text(&one["point"])).map(|point| point.strip_suffix(OWN).unwrap_or(point)).filter(below);
    let mut points: Vec<&str> = named.collect();
    points.sort_unstable();
    points.dedup();
    let key = |point: &str| {
        let mut told = json!({ "point": point });
        add(&mut told, list, point);
        told
    };
    points.into_iter().map(key).collect()
}

/// Adds how a mechtron is doing and what it keeps.
fn add(told: &mut Value, list: &Value, point: &str) {
    if let Some(running) = items(&list["mechtrons"]).find(|one| one["point"] == point) {
        (told["status"], told["waves"]) = (running["status"].clone(), running["waves"].clone());
    }
    if let Some(kept) = items(&list["state"]).find(|one| one["point"] == point) {
        told["state"] = json!({ "keys": kept["keys"], "bytes": kept["bytes"] });
    }
    if let Some(kept) = items(&list["state"]).find(|one| text(&one["point"]).strip_suffix(OWN) == Some(point)) {
        told["own_state"] = json!({ "keys": kept["keys"], "bytes": kept["bytes"] });
    }
    if let Some(own) = items(&list["overrides"]).find(|one| one["point"] == point) {
        told["override"] = own.clone();
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A line with what stands below it.
struct Branch {
    line: String,
    below: Vec<Branch>,
}

/// The tree as people read it.
pub(super) fn render(tree: &Value) -> String {
    let mut below: Vec<Branch> = items(&tree["apps"]).map(app_branch).collect();
    below.extend(items(&tree["kept"]).map(|one| {
        let (point, kept) = (text(&one["point"]), kept(one).unwrap_or_else(|| "state".into()));
        let line = format!("{point}  removed; keeps {kept} for the next application here, until {}", removal(point));
        Branch { line, below: Vec::new() }
    }));
    let series = tree["series"].as_object().into_iter().flatten();
    below.extend(series.map(|(name, versions)| {
        let versions: Vec<&str> = items(versions).map(text).collect();
        Branch { line: format!("{name}  {}", versions.join(", ")), below: Vec::new() }
    }));
    let mut shown = format!("{}\n", text(&tree["space"]));
    write(&below, "", &mut shown);
    if tree["more"] == true {
        shown.push_str("more mechtrons keep state than are listed here\n");
    }
    shown
}

fn app_branch(app: &Value) -> Branch {
    let generation = app["generation"].as_u64().unwrap_or(0);
    let halted = app["halted"].as_str().map(|why| format!(", {why}: nothing of it runs")).unwrap_or_default();
    let line = format!("{}  {}, generation {generation}{halted}", text(&app["point"]), text(&app["bundle"]));
    Branch { line, below: items(&app["mechtrons"]).map(mechtron_branch).collect() }
}

fn mechtron_branch(mechtron: &Value) -> Branch {
    let named = super::mesh::Named::of(mechtron);
    let mut parts = vec![named.place().to_owned()];
    if let Some(version) = mechtron["version"].as_str() {
        parts.push(format!("version {version}"));
    }
    parts.extend(doing(mechtron));
    let keys = items(&mechtron["keys"]).map(|key| {
        let point = text(&key["point"]);
        let name = point.strip_prefix(named.point.as_str()).map_or(point, |rest| rest.trim_start_matches(':'));
        Branch { line: format!("{name}  {}", doing(key).join(", ")), below: Vec::new() }
    });
    let name = named.point.rsplit(':').next().unwrap_or_default();
    Branch { line: format!("{name}  {}", parts.join(", ")), below: keys.collect() }
}

/// How a mechtron is doing and what it keeps, in words.
fn doing(one: &Value) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(status) = one["status"].as_str() {
        let waves = one["waves"].as_u64().and_then(|waves| usize::try_from(waves).ok()).unwrap_or(0);
        parts.extend([status.to_owned(), units::plural(waves, "wave")]);
    }
    if let Some(own) = one["override"].as_object() {
        let force = if own["in_force"] == true { "" } else { ", out of force" };
        parts.push(format!("{}{force}", text(&own["bundle"])));
    }
    parts.extend(kept(&one["state"]).map(|kept| format!("keeps {kept}")));
    parts.extend(kept(&one["own_state"]).map(|kept| format!("its owner's own keeps {kept}")));
    parts
}

/// How much is kept, in words.
fn kept(state: &Value) -> Option<String> {
    let keys = usize::try_from(state["keys"].as_u64()?).ok()?;
    Some(format!("{} of {}", units::plural(keys, "key"), units::bytes(state["bytes"].as_u64().unwrap_or(0))))
}

fn write(branches: &[Branch], indent: &str, shown: &mut String) {
    for (index, branch) in branches.iter().enumerate() {
        let (mark, more) = if index + 1 == branches.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        shown.extend([indent, mark, branch.line.as_str(), "\n"]);
        write(&branch.below, &format!("{indent}{more}"), shown);
    }
}
