//! `[config]`: whatever TOML can say and JSON can carry.
//!
//! A date and the numbers that are none have no JSON form and are refused, wherever they stand inside.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Fault, Place};

/// Finds the values of `[config]` that have no JSON form.
pub(super) fn check(path: &str, text: &str) -> Result<(), Vec<Fault>> {
    let Ok(table) = DeTable::parse(text) else { return Ok(()) };
    let mut faults = Vec::new();
    if let Some(config) = table.get_ref().get("config") {
        each(config, &mut |value, why| {
            let fault = Fault::new("bad-document", why).in_file(path).at(Some(Place::of(text, value.span())));
            faults.push(fault.hint("write it in quotes, as a text"));
        });
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn each(value: &Spanned<DeValue<'_>>, wrong: &mut impl FnMut(&Spanned<DeValue<'_>>, &'static str)) {
    match value.get_ref() {
        DeValue::Datetime(_) => wrong(value, "a date has no JSON form, and mechtrons read their config as JSON"),
        DeValue::Float(number) if !number.as_str().parse::<f64>().is_ok_and(f64::is_finite) => {
            wrong(value, "this number has no JSON form, and mechtrons read their config as JSON");
        }
        DeValue::Array(values) => values.iter().for_each(|value| each(value, wrong)),
        DeValue::Table(table) => table.values().for_each(|value| each(value, wrong)),
        _ => {}
    }
}
