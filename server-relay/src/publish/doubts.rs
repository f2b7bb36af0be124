//! What is not known of an `app.toml` with mistakes: judging what depends on it would only tell the same mistake again.

use starlane_protocol::document::{App, AppGrant};

use crate::alike::nearest;

/// The parts of `app.toml`, by key.
const PARTS: [&str; 5] = ["config", "offline", "mechtrons", "http", "grant"];

/// What had to be taken out of `app.toml` for the rest to be read.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    /// Nothing of it could be read.
    pub(super) all: bool,
    /// The keys that lead to what was taken out, one after the other.
    taken: Vec<Vec<String>>,
}

impl Doubts {
    pub(super) fn of(taken: Vec<Vec<String>>) -> Self {
        Self { all: false, taken }
    }

    /// Whether the values of `[config]` are known.
    pub(super) fn knows_values(&self) -> bool {
        !self.all && !self.taken.iter().any(|keys| part(keys) == Some("config"))
    }

    /// Whether it is known which mechtrons there are.
    pub(super) fn knows_mechtrons(&self) -> bool {
        !self.all && !self.taken.iter().any(|keys| keys.len() == 1 && part(keys) == Some("mechtrons"))
    }

    /// Whether everything is known that is said of a mechtron.
    pub(super) fn knows(&self, mechtron: &str) -> bool {
        let is_of = |keys: &[String]| matches!(keys, [part, name, ..] if part == "mechtrons" && name == mechtron);
        self.knows_mechtrons() && !self.taken.iter().any(|keys| is_of(keys))
    }

    /// The grants that are left, each with its number in the document.
    pub(super) fn grants<'a>(&self, app: &'a App) -> impl Iterator<Item = (usize, &'a AppGrant)> {
        let whole = self.taken.iter().filter(|keys| keys.len() == 2 && keys[0] == "grant");
        let gone: Vec<usize> = whole.filter_map(|keys| keys[1].parse().ok()).collect();
        let mut numbers: Vec<usize> = (0..app.grants.len() + gone.len()).collect();
        for at in gone.into_iter().filter(|at| *at < app.grants.len()) {
            numbers.remove(at);
        }
        numbers.into_iter().zip(&app.grants)
    }
}

/// The part that was meant by the first of some keys.
fn part(keys: &[String]) -> Option<&'static str> {
    let key = keys.first()?;
    let named = PARTS.into_iter().find(|part| part == key);
    named.or_else(|| nearest(PARTS.into_iter(), key))
}
