//! Text on its way into a page.

use alloc::{string::String, vec::Vec};

/// The text with `& < > " '` replaced, so that it is only ever text, in an element and in a quoted attribute.
pub fn escape_html(text: &str) -> String {
    let mut safe = Vec::with_capacity(text.len());
    escape(text, &mut safe);
    utf8(safe)
}

/// The page with each `{name}` replaced by the escaped value of that name; all other braces stay as they are.
///
/// ```
/// let page = mechtron::fill_html("<style>p{color:red}</style><p>{name}", &[("name", "<Ada>")]);
/// assert_eq!(page, "<style>p{color:red}</style><p>&lt;Ada&gt;");
/// ```
pub fn fill_html(page: &str, values: &[(&str, &str)]) -> String {
    let mut filled = Vec::with_capacity(page.len());
    let mut rest = page.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = match values.iter().find_map(|(name, value)| Some((value, after_place(rest, name)?))) {
            Some((value, after)) => {
                escape(value, &mut filled);
                after
            }
            None => {
                filled.push(byte);
                after
            }
        };
    }
    utf8(filled)
}

/// What follows `{name}`, when that is what stands here.
fn after_place<'a>(page: &'a [u8], name: &str) -> Option<&'a [u8]> {
    page.strip_prefix(b"{")?.strip_prefix(name.as_bytes())?.strip_prefix(b"}")
}

fn escape(text: &str, into: &mut Vec<u8>) {
    for byte in text.as_bytes() {
        into.extend_from_slice(match byte {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'"' => b"&quot;",
            b'\'' => b"&#39;",
            other => core::slice::from_ref(other),
        });
    }
}

/// Text in which only ASCII was replaced by whole texts.
fn utf8(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{escape_html, fill_html};

    #[test]
    fn a_value_is_never_looked_at_for_further_places() {
        assert_eq!(fill_html("{a}{b}{c}{a", &[("a", "{b}"), ("b", "2")]), "{b}2{c}{a");
    }

    #[test]
    fn no_letter_that_means_something_in_html_is_left() {
        assert_eq!(escape_html("<b a=\"1\" b='2'>&"), "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;");
        assert_eq!(escape_html("Grüße, Ada 🚀"), "Grüße, Ada 🚀");
    }
}
