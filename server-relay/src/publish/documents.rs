//! Documents: TOML as people wrote it, read into the compiled form, unknown keys refused.
//!
//! One document's mistake does not hide another's. The texts are kept, so that what turns out to be wrong later can
//! still be shown where it stands.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use starlane_bundle::MANIFEST_BYTES;
use starlane_protocol::document::{App, Bind, Documents, Names};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::bind::BindSource;
use super::doubts::Doubts;
use super::folder::Listing;
use super::mistakes::Read;
use super::{Fault, Place, config, files, mistakes};

/// The application's document.
pub(super) const APP: &str = "app.toml";

/// One step from a table towards a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    /// Into a table.
    Key(&'a str),
    /// Into an array.
    Index(usize),
}

/// The texts of the documents, by path.
#[derive(Debug, Default)]
pub(super) struct Sources(BTreeMap<String, String>);

impl Sources {
    /// Where a value stands in a document, or what is around it if it stands nowhere.
    pub(super) fn nearest(&self, path: &str, steps: &[Step<'_>]) -> Option<Place> {
        (1..=steps.len()).rev().find_map(|some| self.place(path, &steps[..some]))
    }

    fn text(&self, path: &str) -> &str {
        self.0.get(path).map(String::as_str).unwrap_or_default()
    }

    /// Where a value stands in a document.
    pub(super) fn place(&self, path: &str, steps: &[Step<'_>]) -> Option<Place> {
        let text = self.0.get(path)?;
        let table = DeTable::parse(text).ok()?;
        Some(Place::of(text, span(&table, steps)?))
    }
}

fn span(table: &Spanned<DeTable<'_>>, steps: &[Step<'_>]) -> Option<Range<usize>> {
    let (first, rest) = steps.split_first()?;
    let Step::Key(key) = first else { return None };
    let mut value: &Spanned<DeValue<'_>> = table.get_ref().get(*key)?;
    for step in rest {
        value = match step {
            Step::Key(key) => child(value, key)?,
            Step::Index(index) => value.get_ref().get(*index)?,
        };
    }
    Some(value.span())
}

/// A part by its name or, where there is an array, by the number that the name says.
fn child<'v, 'd>(value: &'v Spanned<DeValue<'d>>, key: &str) -> Option<&'v Spanned<DeValue<'d>>> {
    match value.get_ref() {
        DeValue::Array(items) => items.get(key.parse::<usize>().ok()?),
        other => other.get(key),
    }
}

/// Reads every document of a folder. What can be read of an `app.toml` with mistakes is there, for it to be judged too.
pub(super) fn read(listing: &Listing, faults: &mut Vec<Fault>) -> (Documents, Sources, Doubts) {
    let (mut documents, mut sources) = (Documents::default(), Sources::default());
    let mut doubts = Doubts::default();
    for (path, file) in listing.files.iter().filter(|(path, _)| path.ends_with(".toml")) {
        let read = match path.split_once('/') {
            None if path == APP => {
                let read = app(file, &mut sources);
                (documents.app, doubts) = (read.document, Doubts::of(read.taken));
                doubts.all |= documents.app.is_none();
                if read.faults.is_empty() { Ok(()) } else { Err(read.faults) }
            }
            Some(("binds", _)) => bind(path, file, &mut sources).map(|bind| keep(&mut documents.binds, path, bind)),
            Some(("mechtrons", _)) => {
                configured(path, file, &mut sources).map(|config| keep(&mut documents.mechtrons, path, config))
            }
            _ => Ok(()),
        };
        faults.extend(read.err().unwrap_or_default());
    }
    (documents, sources, doubts)
}

/// Reads `app.toml`, or what of it can be read.
fn app(file: &Path, sources: &mut Sources) -> Read<App> {
    let mut read = match one(APP, file, sources) {
        Ok(read) => read,
        Err(fault) => return Read { document: None, faults: vec![fault], taken: Vec::new() },
    };
    if read.faults.is_empty()
        && let Err(faults) = config::check(APP, sources.text(APP))
    {
        (read.faults, read.taken) = (faults, vec![vec!["config".into()]]);
    }
    read
}

fn keep<T>(map: &mut Names<T>, path: &str, document: Option<T>) {
    map.extend(document.map(|document| (path.to_owned(), document)));
}

pub(super) fn bind(path: &str, file: &Path, sources: &mut Sources) -> Result<Option<Bind>, Vec<Fault>> {
    let source: Option<BindSource> = one(path, file, sources).map_err(|fault| vec![fault])?.whole()?;
    let bind = source.map(Bind::from);
    let faults = bind.as_ref().map(|bind| super::bind::check(path, bind, sources)).unwrap_or_default();
    if faults.is_empty() { Ok(bind) } else { Err(faults) }
}

/// Reads a document that has a `[config]`.
fn configured<T: for<'de> Deserialize<'de>>(
    path: &str,
    file: &Path,
    sources: &mut Sources,
) -> Result<Option<T>, Vec<Fault>> {
    let document = one(path, file, sources).map_err(|fault| vec![fault])?.whole()?;
    config::check(path, sources.text(path))?;
    Ok(document)
}

/// Reads one document.
fn one<T: for<'de> Deserialize<'de>>(path: &str, file: &Path, sources: &mut Sources) -> Result<Read<T>, Fault> {
    let text = text(path, file)?;
    let read = mistakes::read(path, &text);
    sources.0.insert(path.into(), text);
    Ok(read)
}

fn text(path: &str, file: &Path) -> Result<String, Fault> {
    let bytes = files::bytes(path, file)?;
    if bytes.len() > MANIFEST_BYTES {
        return Err(Fault::new("document-too-large", "a document has 1 MiB at most").in_file(path));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let place = Place::of(&String::from_utf8_lossy(error.as_bytes()), at..at);
        Fault::new("bad-document", "the document is not UTF-8").in_file(path).at(Some(place))
    })
}
