//! Names: words of a bind as names of a language, each once.

use std::collections::BTreeSet;

use starlane_protocol::document::Route;

/// A text as one name in `PascalCase`: letters and digits of ASCII stay, anything else parts words.
pub(super) fn pascal(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words.map(capital).collect();
    match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => name,
        _ => format!("N{name}"),
    }
}

/// The same in `camelCase`.
pub(super) fn camel(text: &str) -> String {
    let name = pascal(text);
    let (first, rest) = name.split_at(1);
    first.to_ascii_lowercase() + rest
}

/// The same in `snake_case`; a capital after a small letter begins a word, too.
pub(super) fn snake(text: &str) -> String {
    let mut name = String::new();
    let mut small = false;
    for letter in pascal(text).chars() {
        if letter.is_ascii_uppercase() && small {
            name.push('_');
        }
        small = !letter.is_ascii_uppercase();
        name.push(letter.to_ascii_lowercase());
    }
    name
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_ascii_uppercase() + rest
}

/// What a route is called: the name in its method, and the words of its path. `Http<Get> /hello/{name}` is `GetHello`.
pub(super) fn of_route(route: &Route) -> String {
    let method = route.method.as_str();
    let method = method.split(['<', '>']).nth(1).unwrap_or(method);
    let words = route.path.as_str().split('/').filter(|part| !part.starts_with(['{', '*']));
    pascal(&std::iter::once(method).chain(words).collect::<Vec<_>>().join("-"))
}

/// Names that are taken.
#[derive(Debug, Default)]
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    /// Those that a language or the code around keeps for itself.
    pub(super) fn but(words: &[&str]) -> Self {
        Self(words.iter().map(|word| (*word).to_owned()).collect())
    }

    /// The name, or with a number if it is taken; taken from now on.
    pub(super) fn take(&mut self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !self.0.contains(name));
        // There are more numbers than names.
        let free = free.unwrap_or_else(|| name.to_owned());
        self.0.insert(free.clone());
        free
    }
}
