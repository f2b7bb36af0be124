//! Names of compiled functions, as their authors wrote them: `core::panicking::panic` for `_ZN4core9panicking5panic17h…E`.
//!
//! A trap names functions as they stand in the module. They are made readable where people read them, in the log, on
//! pages and by the command: what does it weighs too much for a tab, and an answer is the same wherever a guest runs.

/// How the names that compilers of Rust write begin.
const MARKS: [&str; 2] = ["_ZN", "_R"];

/// A text with all such names in it made readable; anything else stays as it is.
pub(crate) fn readable(text: &str) -> String {
    if !MARKS.iter().any(|mark| text.contains(mark)) {
        return text.to_owned();
    }
    let ends = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.'));
    text.split_inclusive(ends).map(word).collect()
}

/// One word, with the character that ends it.
fn word(text: &str) -> String {
    let name = text.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.')));
    match rustc_demangle::try_demangle(name) {
        Ok(readable) => format!("{readable:#}{}", &text[name.len()..]),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn names_of_both_schemes_become_readable() {
        let told = "a:b trapped: unreachable, in _ZN4core9panicking5panic17h2400fc21e370df05E ← \
                    _RNvMsa_NtCsgXGp5Oqx2Ny_4core3fmtNtB5_9Formatter3pad ← mechtron_wave";
        assert_eq!(
            readable(told),
            "a:b trapped: unreachable, in core::panicking::panic ← <core::fmt::Formatter>::pad ← mechtron_wave"
        );
    }

    #[test]
    fn anything_else_stays_as_it_is() {
        for text in ["", "über _R", "_ZN4core", "no _ZN name, in function 7\n", "_ZN1ü"] {
            assert_eq!(readable(text), text);
        }
    }
}
