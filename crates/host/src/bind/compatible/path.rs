//! Path templates beside one another.

use starlane_protocol::document::PathTemplate;

/// What the requests of one template mean to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meeting {
    /// All of them fit the other.
    Within,
    /// Some do.
    Some,
    /// None does.
    Apart,
}

/// How the requests of `old` fit `new`.
pub(super) fn meeting(old: &PathTemplate, new: &PathTemplate) -> Meeting {
    let (mut olds, mut news) = (old.as_str().split('/'), new.as_str().split('/'));
    let mut meeting = Meeting::Within;
    loop {
        match (olds.next(), news.next()) {
            (_, Some("*")) | (None, None) => return meeting,
            // The rest of the old one may be anything, also what fits.
            (Some("*"), _) => return Meeting::Some,
            (None, Some(_)) | (Some(_), None) => return Meeting::Apart,
            // A named part is never empty.
            (Some(""), Some(new)) if is_named(new) => return Meeting::Apart,
            (Some(_), Some(new)) if is_named(new) => {}
            (Some(old), Some("")) if is_named(old) => return Meeting::Apart,
            (Some(old), Some(_)) if is_named(old) => meeting = Meeting::Some,
            (Some(old), Some(new)) if old == new => {}
            _ => return Meeting::Apart,
        }
    }
}

/// A part of an old path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'p> {
    /// This text.
    Literal(&'p str),
    /// What stands under this name.
    Named(&'p str),
    /// Anything: it belongs to the rest of the path.
    Rest,
}

/// The named parts of `new`, each with what stands there in `old`.
pub(super) fn named_parts<'p>(old: &'p PathTemplate, new: &'p PathTemplate) -> Vec<(Part<'p>, &'p str)> {
    let rest = old.as_str().ends_with("/*");
    let literal = old.as_str().trim_end_matches('*').trim_end_matches('/');
    let given = if rest { literal } else { old.as_str() }.split('/');
    let given = given.map(|part| name(part).map_or(Part::Literal(part), Part::Named));
    // What is not there is compared with nothing: the templates meet, so it belongs to the rest.
    let given = given.chain(std::iter::repeat(Part::Rest));
    let named = given.zip(new.as_str().split('/')).filter_map(|(part, new)| Some((part, name(new)?)));
    named.collect()
}

fn is_named(part: &str) -> bool {
    name(part).is_some()
}

fn name(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}
