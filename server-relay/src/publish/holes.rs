//! Holes of every document, each judged at its own place: the value it names is there, and with the defaults it makes what
//! is meant.

use serde_json::Value;
use starlane_protocol::Point;
use starlane_protocol::document::{App, Documents, HoleError, Holes, Values, config, config_holes};

use super::documents::{APP, Step};
use super::{Fault, Folder, trial};
use crate::alike::nearest;

/// Bytes of a `[config]` once its holes are filled: what a manifest may have.
const ROOM: usize = starlane_bundle::MANIFEST_BYTES;

/// What is being checked, and what was found.
struct Check<'a> {
    folder: &'a Folder,
    holes: Holes<'a>,
    faults: &'a mut Vec<Fault>,
}

/// Checks the holes of every document; gives the application's values as they are by default.
pub(super) fn check(folder: &Folder, bundle: &Point, documents: &Documents, faults: &mut Vec<Fault>) -> Values {
    let (Some(app), none) = (trial::point(bundle), Values::new_vec()) else { return Values::new_vec() };
    let defaults = documents.app.as_ref().map(|app| &app.config).unwrap_or(&none);
    let mut check = Check { folder, holes: Holes { app: &app, bundle, config: &none }, faults };
    let mut values = Values::new_vec();
    for (name, default) in defaults {
        values.insert(name.clone(), check.default(name, default));
    }
    check.holes.config = &values;
    documents.app.iter().for_each(|app| check.app(app));
    for (path, document) in &documents.mechtrons {
        for (index, pattern) in document.may.call.iter().enumerate() {
            let steps = [Step::Key("may"), Step::Key("call"), Step::Index(index)];
            if check.known(path, &steps, pattern.as_str()) {
                let wrong = pattern.fill(&check.holes).err();
                check.wrong(path, &steps, wrong);
            }
        }
        for (key, value) in &document.config {
            check.value(path, &mut vec![Step::Key("config"), Step::Key(key)], value);
        }
    }
    values
}

impl Check<'_> {
    /// A value of the application's `[config]`; gives it with its holes filled.
    fn default(&mut self, name: &str, default: &Value) -> Value {
        let steps = [Step::Key("config"), Step::Key(name)];
        if !config::is_name(name) {
            let what = format!(
                "`{name}` cannot be the name of a value: it is letters, digits, `-` and `_`, a letter first, 64 at most, and not `floor`"
            );
            let fault = Fault::new("bad-document", what).in_file(APP);
            self.faults.push(fault.at(self.folder.sources.place(APP, &steps)));
        }
        match self.holes.fill_value(default, &mut { ROOM }) {
            Ok(value) => value,
            Err(error) => {
                self.wrong(APP, &steps, Some(error.at("a default takes no other value")));
                default.clone()
            }
        }
    }

    fn app(&mut self, app: &App) {
        for (path, line) in &app.http {
            self.known(APP, &trial::target(path, line), line.to().as_str());
        }
        for (index, grant) in self.folder.doubts.grants(app) {
            for (key, text) in [("to", grant.to.as_str()), ("on", grant.on.as_str())] {
                self.known(APP, &[Step::Key("grant"), Step::Index(index), Step::Key(key)], text);
            }
        }
    }

    /// A value of a mechtron's `[config]`, down to its texts.
    fn value<'v>(&mut self, path: &str, steps: &mut Vec<Step<'v>>, value: &'v Value) {
        let parts: Vec<(Step<'v>, &Value)> = match value {
            Value::String(text) => {
                if self.known(path, steps, text) {
                    let wrong = self.holes.fill_value(value, &mut { ROOM }).err();
                    self.wrong(path, steps, wrong);
                }
                return;
            }
            Value::Array(items) => items.iter().enumerate().map(|(index, item)| (Step::Index(index), item)).collect(),
            Value::Object(map) => map.iter().map(|(key, item)| (Step::Key(key), item)).collect(),
            _ => return,
        };
        for (step, part) in parts {
            steps.push(step);
            self.value(path, steps, part);
            steps.pop();
        }
    }

    /// Whether every value that a text names is there.
    fn known(&mut self, path: &str, steps: &[Step<'_>], text: &str) -> bool {
        let names = match config_holes(text) {
            Ok(names) => names,
            Err(error) => {
                self.wrong(path, steps, Some(error));
                return false;
            }
        };
        if !self.folder.doubts.knows_values() {
            return names.is_empty();
        }
        let unknown = names.into_iter().find(|name| !self.holes.config.contains_key(*name));
        let Some(name) = unknown else { return true };
        let what = format!("`${{config.{name}}}` is not known: the `[config]` of app.toml has no value `{name}`");
        let fault = Fault::new("bad-document", what).in_file(path).at(self.folder.sources.nearest(path, steps));
        self.faults.push(match nearest(self.holes.config.keys().map(String::as_str), name) {
            Some(name) => fault.hint(format!("did you mean `${{config.{name}}}`?")),
            None => fault.hint(format!("give it a default: `{name} = …` below `[config]` in app.toml")),
        });
        false
    }

    fn wrong(&mut self, path: &str, steps: &[Step<'_>], error: Option<HoleError>) {
        self.faults.extend(error.map(|error| {
            let fault = Fault::new("bad-document", trial::shown(self.folder, &error.to_string())).in_file(path);
            fault.at(self.folder.sources.nearest(path, steps))
        }));
    }
}
