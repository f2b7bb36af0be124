//! A small bundle to test with.

use serde_json::json;
use starlane_bundle::{Digest, FileEntry, Manifest, SecretKey, media_type};
use starlane_protocol::document::{Documents, Names};

/// A root key that is the same in every test.
pub(crate) fn root() -> SecretKey {
    SecretKey::from_secret(&[7; 32])
}

/// The entry of a file with this content.
pub(crate) fn entry(path: &str, content: &[u8]) -> FileEntry {
    FileEntry { sha256: Digest::of(content), size: content.len() as u64, media: media_type(path).into() }
}

/// Documents of one application with one mechtron.
pub(crate) fn documents() -> Documents {
    serde_json::from_value(json!({
        "app": {"mechtrons": {"greeter": {"config": "mechtrons/greeter.toml"}}, "http": {"/*": "${bundle}:/html/"}},
        "binds": {"binds/greeter.toml": {"route": [{"method": "Http<Get>", "path": "/hello/{name}"}]}},
        "mechtrons": {"mechtrons/greeter.toml": {
            "wasm": "wasm/greeter.wasm", "bind": "binds/greeter.toml", "config": {"greeting": "Hello", "depth": {"b": [1], "a": null}}
        }}
    }))
    .unwrap()
}

/// Files that go with the documents.
pub(crate) fn files() -> Names<FileEntry> {
    ["app.toml", "binds/greeter.toml", "html/index.html", "mechtrons/greeter.toml", "wasm/greeter.wasm"]
        .map(|path| (path.to_owned(), entry(path, path.as_bytes())))
        .into_iter()
        .collect()
}

/// The whole manifest.
pub(crate) fn manifest() -> Manifest {
    Manifest::new("localhost:repo:hello:1.2.0".parse().unwrap(), files(), documents()).unwrap()
}
