//! Folders that are bundles and folders that are none, each with what publishing says about it.
//!
//! A folder of `fixtures/publish` is copied elsewhere, the `.wat` in its folders compiled into `wasm/`, and packed.
//! `STARLANE_BLESS=1` writes what came out as the new expectation.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use starlane_bundle::Manifest;
use starlane_protocol::Point;
use starlane_relay::publish::{BLOB_BYTES, Faults, Pack, pack};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/publish");

fn bundle() -> Point {
    "localhost:repo:trial:1.2.0".parse().unwrap()
}

/// A copy of a fixture, its code compiled. `backwards` makes the files in another order.
fn copy(fixture: &str, backwards: bool) -> tempfile::TempDir {
    let made = tempfile::tempdir().unwrap();
    let from = Path::new(FIXTURES).join(fixture);
    let mut files = files(&from);
    if backwards {
        files.reverse();
    }
    for file in files {
        let to = made.path().join(file.strip_prefix(&from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&file, &to).unwrap();
        if file.extension().is_some_and(|ending| ending == "wat") {
            let wasm = made.path().join("wasm");
            fs::create_dir_all(&wasm).unwrap();
            let name = Path::new(file.file_name().unwrap()).with_extension("wasm");
            fs::write(wasm.join(name), wat::parse_file(&file).unwrap()).unwrap();
        }
    }
    made
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() { found.extend(files(&entry)) } else { found.push(entry) }
    }
    found
}

fn said(faults: &Faults) -> String {
    let shown: Vec<String> =
        faults.all().iter().map(|fault| format!("[{}] {}", fault.code, fault.render("."))).collect();
    anstream::adapter::strip_str(&shown.join("\n")).to_string()
}

/// Compares with the transcript that stands beside the fixture.
fn check(transcript: &str, text: &str) {
    let path = Path::new(FIXTURES).join(transcript);
    if std::env::var_os("STARLANE_BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    assert_eq!(text, fs::read_to_string(&path).unwrap_or_default(), "{transcript}");
}

fn refused(folder: &Path) -> Faults {
    match pack(folder, &bundle()) {
        Ok(pack) => panic!("{} was taken: {:?}", folder.display(), pack.manifest),
        Err(faults) => faults,
    }
}

fn check_bad(name: &str) {
    let folder = copy(&format!("bad/{name}"), false);
    check(&format!("bad/{name}.txt"), &said(&refused(folder.path())));
}

fn check_good(name: &str) -> Pack {
    let folder = copy(&format!("good/{name}"), false);
    let pack = pack(folder.path(), &bundle()).unwrap_or_else(|faults| panic!("{}", said(&faults)));
    let shown = serde_json::to_string_pretty(&pack.manifest).unwrap() + "\n";
    check(&format!("good/{name}.json"), &shown);
    pack
}

#[test]
fn a_site_is_every_file() {
    let pack = check_good("site");
    assert_eq!(pack.blobs.len(), 2);
}

#[test]
fn an_application_is_its_documents_its_code_and_its_files_without_their_source() {
    let pack = check_good("chat");
    assert_eq!(Manifest::parse(&pack.bytes).unwrap(), pack.manifest);
    assert!(pack.manifest.files.keys().all(|path| !path.starts_with("room/") && !path.starts_with("format/")));
}

#[test]
fn the_same_folder_gives_the_same_bytes_anywhere() {
    let (one, other) = (copy("good/chat", false), copy("good/chat", true));
    fs::write(other.path().join(".DS_Store"), "hidden").unwrap();
    fs::create_dir(other.path().join("target")).unwrap();
    fs::write(other.path().join("target/debris"), "left by a build").unwrap();
    let packs = [&one, &other].map(|folder| pack(folder.path(), &bundle()).unwrap());
    assert_eq!(packs[0].bytes, packs[1].bytes);
    assert_eq!(packs[0].digest, packs[1].digest);
}

#[test]
fn unknown_keys_are_refused_in_every_document() {
    check_bad("unknown-keys");
}

#[test]
fn what_editors_know_of_the_documents_is_what_is_read() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schemas"));
    for (name, schema) in starlane_relay::publish::schemas() {
        let file = folder.join(format!("{name}.json"));
        if std::env::var_os("STARLANE_BLESS").is_some() {
            fs::create_dir_all(folder).unwrap();
            fs::write(&file, &schema).unwrap();
        }
        assert_eq!(schema, fs::read_to_string(&file).unwrap_or_default(), "{}", file.display());
    }
}

#[test]
fn grants_that_open_nothing_are_refused() {
    check_bad("grants");
}

#[test]
fn every_mistake_of_a_document_is_shown() {
    check_bad("many");
}

#[test]
fn lines_and_grants_are_judged_beside_mistakes_in_keys() {
    check_bad("doubts");
}

#[test]
fn values_of_a_document_that_cannot_be_read_are_not_judged() {
    check_bad("unread");
}

#[test]
fn what_is_no_toml_is_shown_where_it_ends_to_be() {
    check_bad("syntax");
}

#[test]
fn the_source_of_a_mechtron_is_no_site() {
    check_bad("source");
    let folder = copy("bad/source", false);
    fs::write(folder.path().join("index.html"), "<!doctype html>").unwrap();
    assert!(pack(folder.path(), &bundle()).is_ok());
}

#[test]
fn a_package_is_source_when_its_own_are_installed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("package.json"), "{}").unwrap();
    assert!(pack(folder.path(), &bundle()).is_ok());
    fs::create_dir(folder.path().join("node_modules")).unwrap();
    assert_eq!(refused(folder.path()).code(), "source-folder");
}

#[test]
fn files_that_are_named_and_not_there_are_found() {
    check_bad("missing-files");
}

#[test]
fn values_that_mean_nothing_are_refused_at_their_place() {
    check_bad("values");
}

/// Every sample of a page, laid into a bundle one after the other, each time a bundle that can be published.
fn check_samples(page: &str) {
    let page = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs")).join(page);
    let page = fs::read_to_string(page).unwrap();
    let samples: Vec<_> = page.split("```toml\n# ").skip(1).filter_map(|rest| rest.split_once("\n```")).collect();
    assert_eq!(samples.len(), page.matches("```toml").count());
    let folder = copy("good/chat", false);
    fs::write(folder.path().join("html/offline.html"), "<h1>Back soon</h1>").unwrap();
    for (sample, _) in samples {
        let (path, text) = sample.split_once('\n').unwrap();
        fs::write(folder.path().join(path), text).unwrap();
        let pack = pack(folder.path(), &bundle()).unwrap_or_else(|faults| panic!("{}", said(&faults)));
        let documents = &pack.manifest.documents;
        let known = documents.binds.contains_key(path) || documents.mechtrons.contains_key(path);
        assert!(known || (path == "app.toml" && documents.app.is_some()), "{path}");
    }
}

#[test]
fn the_documents_that_are_explained_are_documents() {
    ["bind.md", "app.md", "mechtron.md"].into_iter().for_each(check_samples);
}

#[test]
fn schemas_are_compiled_and_every_mistake_is_shown_at_its_place() {
    check_bad("schemas");
}

#[test]
fn holes_that_are_not_known_are_refused() {
    check_bad("holes");
}

#[test]
fn values_that_are_not_there_or_do_not_fit_are_refused_where_they_are_named() {
    check_bad("config");
    check_bad("dates");
}

#[test]
fn what_cannot_be_true_together_is_refused_with_the_reason() {
    check_bad("contradictions");
}

#[test]
fn lines_of_http_are_read_strictly() {
    check_bad("lines");
}

#[test]
fn targets_that_lead_nowhere_are_refused() {
    check_bad("targets");
}

#[test]
fn names_of_mechtrons_are_segments() {
    check_bad("names");
}

#[test]
fn code_that_is_no_mechtron_is_refused() {
    check_bad("wasm");
}

#[test]
fn a_folder_that_is_not_there_and_an_empty_one_are_refused() {
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(refused(empty.path()).code(), "bundle-empty");
    assert_eq!(refused(&empty.path().join("nowhere")).code(), "not-a-folder");
}

#[test]
fn a_file_over_the_limit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = fs::File::create(folder.path().join("film.mp4")).unwrap();
    file.set_len(BLOB_BYTES + 1).unwrap();
    assert_eq!(refused(folder.path()).code(), "file-too-large");
}

#[test]
fn too_many_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..=starlane_bundle::MANIFEST_FILES {
        fs::write(folder.path().join(number.to_string()), "").unwrap();
    }
    assert_eq!(refused(folder.path()).code(), "manifest-too-many-files");
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_to_a_file_of_the_folder_and_refused_otherwise() {
    use std::os::unix::fs::symlink;
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(folder.path().join("page.html"), "one").unwrap();
    fs::write(other.path().join("secret"), "two").unwrap();
    symlink("page.html", folder.path().join("index.html")).unwrap();
    let packed = pack(folder.path(), &bundle()).unwrap();
    let digest = |path: &str| packed.manifest.files.get(path).unwrap().sha256;
    assert_eq!(digest("index.html"), digest("page.html"));
    assert_eq!(packed.blobs.len(), 1);

    symlink(other.path().join("secret"), folder.path().join("stolen")).unwrap();
    symlink(other.path(), folder.path().join("folder")).unwrap();
    symlink("nowhere", folder.path().join("lost")).unwrap();
    let faults = refused(folder.path());
    let messages: Vec<&str> = faults.all().iter().map(|fault| fault.message.as_str()).collect();
    let expected = [
        "the link `folder` leads out of the folder",
        "the link `lost` leads nowhere",
        "the link `stolen` leads out of the folder",
    ];
    assert_eq!(messages, expected);
}
