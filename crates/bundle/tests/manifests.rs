//! Manifests: the same folder gives the same bytes, and every rule has its error.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use starlane_bundle::{FileEntry, MANIFEST_BYTES, MANIFEST_FILES, Manifest, ManifestError, media_type};
use starlane_protocol::document::{Documents, Names};

use crate::sample::{documents, entry, files, manifest};

fn changed(change: impl FnOnce(&mut Value)) -> ManifestError {
    let mut value: Value = serde_json::from_slice(&manifest().to_bytes()).unwrap();
    change(&mut value);
    Manifest::parse(value.to_string().as_bytes()).unwrap_err()
}

#[test]
fn a_manifest_comes_back_from_its_bytes() {
    let parsed = Manifest::parse(&manifest().to_bytes()).unwrap();
    assert_eq!(parsed, manifest());
    assert_eq!(parsed.to_bytes(), manifest().to_bytes());
    assert_eq!((parsed.series().as_str(), parsed.version()), ("localhost:repo:hello", "1.2.0"));
    let text = String::from_utf8(parsed.to_bytes()).unwrap();
    assert!(text.starts_with(r#"{"format":1,"bundle":"localhost:repo:hello:1.2.0","files":{"app.toml":{"sha256":""#));
    assert!(text.contains(r#""config":{"depth":{"a":null,"b":[1]},"greeting":"Hello"}"#));
}

#[test]
fn what_is_not_known_is_refused() {
    assert_eq!(changed(|m| m["format"] = json!(2)), ManifestError::UnknownFormat(2));
    // A later format is named as such, whatever else it holds.
    assert_eq!(Manifest::parse(br#"{"format":7,"later":[]}"#), Err(ManifestError::UnknownFormat(7)));
    for path in ["", "/files/app.toml", "/documents", "/documents/app", "/documents/mechtrons/mechtrons~1greeter.toml"]
    {
        let refused = changed(|m| m.pointer_mut(path).unwrap()["later"] = json!(1));
        assert!(matches!(&refused, ManifestError::Malformed(what) if what.contains("later")), "{path}: {refused}");
    }
}

#[test]
fn nothing_is_said_twice() {
    let text = String::from_utf8(manifest().to_bytes()).unwrap();
    for (once, twice) in [
        (r#""format":1"#, r#""format":1,"format":1"#),
        (r#""greeting":"Hello""#, r#""greeting":"Hello","greeting":"Bye""#),
        (r#""a":null"#, r#""a":null,"\u0061":1"#),
        (r#""files":{"#, r#""files":{"html/index.html":{"sha256":"","size":0,"type":""},"#),
    ] {
        assert!(text.contains(once), "{once}");
        let refused = Manifest::parse(text.replacen(once, twice, 1).as_bytes()).unwrap_err();
        assert!(refused.to_string().contains("twice"), "{once}: {refused}");
    }
}

#[test]
fn a_bundle_has_a_series_and_a_version() {
    for point in [
        "localhost",
        "localhost:hello",
        "localhost:repo:hello",
        "localhost:repo:hello:x",
        "localhost:repo:hello:120",
        "localhost:repo:hello:1.2.0:x",
        "localhost:repo:hello:1.2.0:/x",
        "localhost:apps:hello:1.2.0",
    ] {
        assert_eq!(changed(|m| m["bundle"] = json!(point)).code(), "not-a-bundle", "{point}");
    }
    assert_eq!(changed(|m| m["bundle"] = json!("Local")).code(), "manifest-malformed");
}

#[test]
fn a_path_is_a_point_s_path_and_a_type_fits_a_header() {
    let with = |path: &str, media: &str| {
        let mut files = files();
        files.insert(path.into(), FileEntry { media: media.into(), ..entry(path, b"") });
        Manifest::new(manifest().bundle, files, documents()).map_err(|error| error.code())
    };
    for path in ["x", "x/y.z", "é/日本", "a b", ".hidden", "x:y", "%2e%2e/x"] {
        assert!(with(path, "text/plain").is_ok(), "{path}");
    }
    let room = 1_024 - "localhost:repo:hello:1.2.0:/".len();
    assert!(with(&"p".repeat(room), "text/plain").is_ok());
    for path in ["", "/", "/x", "x/", "x//y", "../x", "x/..", "./x", "x\\y", "x\0y", "x\ny", &"p".repeat(room + 1)] {
        assert_eq!(with(path, "text/plain"), Err("manifest-bad-path"), "{path:?}");
    }
    for media in ["", "text/plain\r\nx: y", "é", &"t".repeat(257)] {
        assert_eq!(with("x", media), Err("manifest-bad-type"), "{media:?}");
    }
}

#[test]
fn what_documents_name_is_there() {
    for (path, missing, document) in [
        ("/files", "wasm/greeter.wasm", "mechtrons/greeter.toml"),
        ("/documents/binds", "binds/greeter.toml", "mechtrons/greeter.toml"),
        ("/documents/mechtrons", "mechtrons/greeter.toml", "app.toml"),
    ] {
        let refused = changed(|m| {
            m.pointer_mut(path).unwrap().as_object_mut().unwrap().remove(missing);
        });
        assert_eq!(refused, ManifestError::MissingFile { document: document.into(), file: missing.into() });
        assert_eq!(refused.code(), "missing-file");
    }
}

#[test]
fn a_manifest_has_its_bounds() {
    let many = |count: usize, path: &str| -> Result<Manifest, ManifestError> {
        let files: Names<_> = (0..count).map(|at| (format!("{path}{at}"), entry("x.txt", b""))).collect();
        Manifest::new(manifest().bundle, files, Documents::default())
    };
    assert!(many(MANIFEST_FILES, "f").is_ok());
    assert_eq!(many(MANIFEST_FILES + 1, "f"), Err(ManifestError::TooManyFiles));
    assert_eq!(many(MANIFEST_FILES, &"f".repeat(200)), Err(ManifestError::TooLarge));
    assert_eq!(Manifest::parse(&vec![b' '; MANIFEST_BYTES + 1]), Err(ManifestError::TooLarge));
    assert_eq!(Manifest::parse("[".repeat(MANIFEST_BYTES).as_bytes()).unwrap_err().code(), "manifest-malformed");
}

#[test]
fn every_file_has_a_content_type() {
    assert_eq!(media_type("html/index.html"), "text/html; charset=utf-8");
    assert_eq!(media_type("wasm/greeter.wasm"), "application/wasm");
    for other in ["", "README", "a.b/c", "x.unknown", "html"] {
        assert_eq!(media_type(other), "application/octet-stream", "{other}");
    }
}

proptest! {
    #[test]
    fn the_order_in_which_files_are_found_does_not_matter(
        contents in proptest::collection::btree_map("[a-z]{1,6}(/[a-z]{1,6}){0,2}\\.(html|wasm|txt)", any::<[u8; 4]>(), 0..12),
        seed in any::<u64>(),
    ) {
        let mut found: Vec<_> = contents.iter().map(|(path, bytes)| (path.clone(), entry(path, bytes))).collect();
        let bytes = |found: Vec<(String, FileEntry)>| {
            let mut files = files();
            files.extend(found);
            Manifest::new(manifest().bundle, files, documents()).unwrap().to_bytes()
        };
        let first = bytes(found.clone());
        found.sort_by_key(|(path, _)| path.bytes().fold(seed, |sum, byte| sum.rotate_left(7) ^ u64::from(byte)));
        prop_assert_eq!(&bytes(found), &first);
        prop_assert_eq!(Manifest::parse(&first).unwrap().to_bytes(), first);
    }

    #[test]
    fn any_bytes_are_a_manifest_or_a_named_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(Manifest::parse(&bytes).unwrap_err().code(), "manifest-malformed");
    }

    #[test]
    fn a_changed_byte_is_a_manifest_or_a_named_error(at in any::<Index>(), byte in any::<u8>()) {
        let mut bytes = manifest().to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        match Manifest::parse(&bytes) {
            Ok(parsed) => prop_assert_eq!(Manifest::parse(&parsed.to_bytes()), Ok(parsed)),
            Err(error) => prop_assert!(error.code().contains('-') && !error.to_string().is_empty()),
        }
    }
}
