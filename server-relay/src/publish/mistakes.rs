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

/// What reading a document gave: the document, if it has no mistake, or its mistakes.
pub(super) fn read<T: for<'de> Deserialize<'de>>(path: &str, text: &str) -> Result<T, Vec<Fault>> {
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
        return Err(syntax.iter().take(SHOWN).map(fault).collect());
    }
    let (mut faults, mut taken) = (Vec::new(), Vec::new());
    loop {
        let error = match T::deserialize(Deserializer::from(table.clone())) {
            Ok(document) if faults.is_empty() => return Ok(document),
            Ok(_) => return Err(faults),
            Err(error) => error,
        };
        let missing =
            quoted(error.message(), "missing field `").is_some_and(|name| taken.iter().any(|one| one == name));
        if !missing {
            faults.push(fault(&error));
        }
        let out = error.span().and_then(|span| take_out(table.get_mut(), &span));
        match out {
            Some(name) if faults.len() < SHOWN => taken.push(name),
            _ => return Err(faults),
        }
    }
}

/// Takes out the key or value that stands there, the innermost if several do (an array of tables and the first of them);
/// gives its name, a number in an array.
fn take_out(table: &mut DeTable<'_>, span: &Range<usize>) -> Option<String> {
    if let Some(inner) = table.iter_mut().find_map(|(_, value)| take_out_of(value, span)) {
        return Some(inner);
    }
    let found = table.iter().find(|(key, value)| key.span() == *span || value.span() == *span);
    let name = found.map(|(key, _)| key.get_ref().to_string())?;
    table.remove(name.as_str());
    Some(name)
}

fn take_out_of(value: &mut Spanned<DeValue<'_>>, span: &Range<usize>) -> Option<String> {
    match value.get_mut() {
        DeValue::Table(table) => take_out(table, span),
        DeValue::Array(items) => {
            if let Some(inner) = items.iter_mut().find_map(|item| take_out_of(item, span)) {
                return Some(inner);
            }
            let index = items.iter().position(|item| item.span() == *span)?;
            *items = items.iter().filter(|item| item.span() != *span).cloned().collect();
            Some(index.to_string())
        }
        _ => None,
    }
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
