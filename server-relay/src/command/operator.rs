//! The data folder of a relay on this machine, and the note it leaves there for its operator.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::failure::Failure;

/// The note's name. The relay writes it, readable by its owner only.
const NOTE: &str = "operator.json";

/// The folder's name below the place where a user's programs keep data.
const NAME: &str = "starlane";

/// A relay's data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Data(PathBuf);

/// How to reach the relay of a data folder, as whom.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Operator {
    /// The relay's address.
    pub(super) url: String,
    /// A token that may do everything there.
    pub(super) token: String,
}

impl Data {
    /// The folder named (by argument or `STARLANE_DATA`), else the user's own: `$XDG_DATA_HOME/starlane`, else
    /// `~/.local/share/starlane`.
    pub(super) fn find(named: Option<PathBuf>) -> Result<Self, Failure> {
        let variable = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let shared = || variable("XDG_DATA_HOME").map(|home| home.join(NAME));
        let home = || variable("HOME").map(|home| home.join(".local/share").join(NAME));
        named.or_else(shared).or_else(home).map(Self).ok_or_else(|| {
            Failure::misuse("no-data-folder", "there is no home folder to keep data in").hint("name one with --data")
        })
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The note for the operator, if a relay has run here.
    pub(super) fn operator(&self) -> Result<Option<Operator>, Failure> {
        let note = self.0.join(NOTE);
        let wrong = |what: String| {
            Failure::new("bad-operator-note", format!("{}: {what}", note.display()))
                .hint("start the relay again: it writes this file anew")
        };
        match fs::read(&note) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| wrong(error.to_string())),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(wrong(error.to_string())),
        }
    }
}
