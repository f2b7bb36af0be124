//! Each sentence of `docs/semantics.md` has a test of its name, and each test a sentence.

use std::collections::BTreeSet;
use std::path::Path;

/// Names of the tests in this folder, this file left out.
fn tests() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/semantics");
    let mut names = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("sentences.rs") {
            let text = std::fs::read_to_string(path).unwrap();
            let after = text.split("#[test]\n").skip(1);
            names.extend(
                after.filter_map(|rest| rest.strip_prefix("fn ")?.split_once('(')).map(|(name, _)| name.to_owned()),
            );
        }
    }
    names
}

/// Anchors of the sentences.
fn sentences() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/semantics.md");
    let text = std::fs::read_to_string(page).unwrap();
    let bullets = text.lines().filter_map(|line| line.strip_prefix("- <a id=\"")?.split_once("\"></a>"));
    bullets.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn every_sentence_has_its_test() {
    let written = sentences();
    let sentences: BTreeSet<String> = written.iter().cloned().collect();
    assert_eq!(sentences.len(), written.len(), "a sentence is written twice");
    let tests = tests();
    let (only_written, only_tested): (Vec<_>, Vec<_>) =
        (sentences.difference(&tests).collect(), tests.difference(&sentences).collect());
    assert!(
        only_written.is_empty() && only_tested.is_empty(),
        "no test: {only_written:?}; no sentence: {only_tested:?}"
    );
    assert!(tests.len() > 80);
}
