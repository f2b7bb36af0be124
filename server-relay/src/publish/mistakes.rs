//! Every mistake of a document, not only the first.
//!
//! Reading ends at the first mistake. So what it was about is taken out, and the rest is read again, until it can be read
//! or nothing can be taken out any more. What is then said to be missing because it was taken out is not told.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer, Error};

use super::{Fault, Place};
use crate::alike;

/// Mistakes of one document that are shown: whoever has more has another problem.
const SHOWN: usize = 50;

/// What reading a document gave.
pub(super) struct Read<T> {
    /// The document, without what was taken out; none if that cannot be read either.
    pub(super) document: Option<T>,
    /// Its mistakes.
    pub(super) faults: Vec<Fault>,
    /// What was taken out, one after the other: the keys that lead there, numbers in arrays.
    pub(super) taken: Vec<Vec<String>>,
}

impl<T> Read<T> {
    fn refused(faults: Vec<Fault>, taken: Vec<Vec<String>>) -> Self {
        Self { document: None, faults, taken }
    }

    /// The document, if it has no mistake, or its mistakes.
    pub(super) fn whole(self) -> Result<Option<T>, Vec<Fault>> {
        if self.faults.is_empty() { Ok(self.document) } else { Err(self.faults) }
    }
}

/// Reads a document.
pub(super) fn read<T: for<'de> Deserialize<'de>>(path: &str, text: &str) -> Read<T> {
    let fault = |error: &Error| {
        let place = error.span().map(|span| Place::of(text, span));
        let fault = Fault::new("bad-document", error.message()).in_file(path).at(place);
        match (later(error.message()), nearest(error.message())) {
            (Some(why), _) => fault.hint(why),
            (_, Some(name)) => fault.hint(format!("did you mean `{name}`?")),
            _ => fault,
        }
    };
    let (mut table, syntax) = DeTable::parse_recoverable(text);
    if !syntax.is_empty() {
        return Read::refused(syntax.iter().take(SHOWN).map(fault).collect(), Vec::new());
    }
    let (mut faults, mut taken) = (Vec::new(), Vec::<Vec<String>>::new());
    loop {
        let error = match T::deserialize(Deserializer::from(table.clone())) {
            Ok(document) => return Read { document: Some(document), faults, taken },
            Err(error) => error,
        };
        let was_taken = |name: &str| taken.iter().any(|keys| keys.last().is_some_and(|key| key == name));
        let missing = quoted(error.message(), "missing field `").is_some_and(was_taken);
        if !missing {
            faults.push(fault(&error));
        }
        let out = error.span().and_then(|span| take_out(table.get_mut(), &span));
        match out {
            Some(keys) if faults.len() < SHOWN => taken.push(keys),
            _ => return Read::refused(faults, taken),
        }
    }
}

/// Takes out the key or value that stands there, the innermost if several do (an array of tables and the first of them);
/// gives the keys that lead there.
fn take_out(table: &mut DeTable<'_>, span: &Range<usize>) -> Option<Vec<String>> {
    let mut inner = table.iter_mut().filter_map(|(key, value)| Some(below(key.get_ref(), take_out_of(value, span)?)));
    if let Some(keys) = inner.next() {
        return Some(keys);
    }
    drop(inner);
    let found = table.iter().find(|(key, value)| key.span() == *span || value.span() == *span);
    let name = found.map(|(key, _)| key.get_ref().to_string())?;
    table.remove(name.as_str());
    Some(vec![name])
}

fn take_out_of(value: &mut Spanned<DeValue<'_>>, span: &Range<usize>) -> Option<Vec<String>> {
    match value.get_mut() {
        DeValue::Table(table) => take_out(table, span),
        DeValue::Array(items) => {
            let mut inner = items.iter_mut().enumerate();
            if let Some(keys) = inner.find_map(|(index, item)| Some(below(index, take_out_of(item, span)?))) {
                return Some(keys);
            }
            let index = items.iter().position(|item| item.span() == *span)?;
            *items = items.iter().filter(|item| item.span() != *span).cloned().collect();
            Some(vec![index.to_string()])
        }
        _ => None,
    }
}

/// A key before those that lead on from it.
fn below(key: impl ToString, mut keys: Vec<String>) -> Vec<String> {
    keys.insert(0, key.to_string());
    keys
}

/// The name that stands in back-quotes after a word.
fn quoted<'m>(message: &'m str, word: &str) -> Option<&'m str> {
    message.strip_prefix(word)?.split('`').next()
}

/// What is to be said of a key that is planned and not there.
fn later(message: &str) -> Option<&'static str> {
    match quoted(message, "unknown field `")? {
        "resources" => Some("there are no resources yet: what must last is a mechtron's state"),
        _ => None,
    }
}

/// Of the names that a message says were expected, the one that is most like what was found, if any is.
fn nearest(message: &str) -> Option<&str> {
    let unknown = ["unknown field `", "unknown variant `"].iter().find_map(|word| quoted(message, word))?;
    let (_, expected) = message.split_once(", expected ")?;
    alike::nearest(expected.split('`').skip(1).step_by(2), unknown)
}
