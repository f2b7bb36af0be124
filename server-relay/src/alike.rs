//! Names that are nearly what somebody wrote.

/// How alike two names must be (Jaro–Winkler, 0 to 1) for one to be offered for the other; typing errors stay above.
const ALIKE: f64 = 0.8;

/// The name that is most like another, if any is.
pub(crate) fn nearest<'n>(names: impl Iterator<Item = &'n str>, unknown: &str) -> Option<&'n str> {
    let alike = names.map(|name| (strsim::jaro_winkler(name, unknown), name)).filter(|(alike, _)| *alike > ALIKE);
    alike.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typing_error_finds_its_name() {
        let names = ["greeting", "times", "target"];
        assert_eq!(nearest(names.into_iter(), "greting"), Some("greeting"));
        assert_eq!(nearest(names.into_iter(), "targt"), Some("target"));
        assert_eq!(nearest(names.into_iter(), "colour"), None);
    }
}
