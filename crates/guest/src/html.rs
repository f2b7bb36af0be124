//! Text on its way into a page.

use alloc::string::String;

/// The text with `& < > " '` replaced, so that it is only ever text, in an element and in a quoted attribute.
pub fn escape_html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::escape_html;

    #[test]
    fn no_letter_that_means_something_in_html_is_left() {
        assert_eq!(escape_html("<b a=\"1\" b='2'>&"), "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;");
        assert_eq!(escape_html("Grüße, Ada 🚀"), "Grüße, Ada 🚀");
    }
}
