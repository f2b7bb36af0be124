//! Bundles to publish and install.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use starlane_bundle::{Digest, FileEntry, Manifest, SecretKey, media_type};

use super::{Answer, Mesh};

/// Files and documents of a bundle.
pub(crate) struct Bundle {
    pub(crate) point: String,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) documents: Value,
}

impl Bundle {
    /// A bundle with no documents.
    pub(crate) fn site(point: &str, files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
        Self { point: point.into(), files, documents: json!({}) }
    }

    /// An application with one mechtron made from a guest, a page by it, and a folder of pages.
    pub(crate) fn app(point: &str, mechtron: &str, wat: &str, keyed: bool) -> Self {
        let mut bundle = Self::site(point, &[("html/index.html", "<h1>Hi</h1>"), ("html/data.bin", "0123456789")]);
        bundle.files.insert("wasm/guest.wasm".into(), wat::parse_str(wat).unwrap());
        let route = |method: &str, path: &str| json!({ "method": method, "path": path });
        let routes = [route("Http<Get>", "/hello/{name}"), route("Ext<Greet>", "/"), route("Ext<Keep>", "/")];
        let mut http =
            json!({ "/*": "${bundle}:/html/", "/private/*": { "to": "${bundle}:/html/", "for": "signed-in" } });
        if !keyed {
            http["/hello/*"] = format!("${{app}}:{mechtron}").into();
        }
        bundle.documents = json!({
            "app": {
                "mechtrons": { mechtron: { "config": "mechtrons/guest.toml", "keyed": keyed } },
                "http": http,
                "grant": [{ "to": "signed-in", "may": ["call"], "on": format!("${{app}}:{mechtron}{}", if keyed { ":*" } else { "" }) }],
            },
            "binds": { "binds/guest.toml": { "route": routes } },
            "mechtrons": { "mechtrons/guest.toml": {
                "wasm": "wasm/guest.wasm", "bind": "binds/guest.toml",
                "limits": { "memory": 1_048_576, "fuel": 1_000_000, "mailbox": 16, "stack": 65_536 },
            } },
        });
        bundle
    }

    pub(crate) fn manifest(&self) -> Manifest {
        let entry = |path: &str, bytes: &[u8]| FileEntry {
            sha256: Digest::of(bytes),
            size: bytes.len() as u64,
            media: media_type(path).into(),
        };
        let files = self.files.iter().map(|(path, bytes)| (path.clone(), entry(path, bytes))).collect();
        let documents = serde_json::from_value(self.documents.clone()).unwrap();
        Manifest::new(self.point.parse().unwrap(), files, documents).unwrap()
    }

    /// Uploads the files.
    pub(crate) async fn upload(&self, mesh: &Mesh) {
        self.upload_by(mesh, &mesh.token).await;
    }

    /// Uploads the files as somebody.
    pub(crate) async fn upload_by(&self, mesh: &Mesh, token: &str) {
        for bytes in self.files.values() {
            let path = format!("/starlane/blobs/{}", Digest::of(bytes));
            assert_eq!(mesh.call("PUT", &path).bearer(token).body(bytes.clone()).send().await.status, 201);
        }
    }

    /// Uploads the manifest.
    pub(crate) async fn put(&self, mesh: &Mesh) -> Answer {
        self.put_by(mesh, &mesh.token, None).await
    }

    /// Uploads the manifest as somebody, signed with a key or not.
    pub(crate) async fn put_by(&self, mesh: &Mesh, token: &str, key: Option<&SecretKey>) -> Answer {
        let (path, bytes) = (format!("/starlane/bundles/{}", self.point), self.manifest().to_bytes());
        let mut call = mesh.call("PUT", &path).bearer(token);
        if let Some(key) = key {
            let signature = STANDARD.encode(key.sign(&bytes).to_bytes());
            call = call.header("starlane-key", &key.public().to_string()).header("starlane-signature", &signature);
        }
        call.body(bytes).send().await
    }
}

pub(crate) async fn publish(mesh: &Mesh, bundle: &Bundle) {
    bundle.upload(mesh).await;
    let answer = bundle.put(mesh).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// Publishes a bundle and installs it; gives the generation.
pub(crate) async fn install(mesh: &Mesh, app: &str, bundle: &Bundle) -> u64 {
    publish(mesh, bundle).await;
    let pong = mesh.ping(app, "Cmd<Install>", &json!({ "bundle": bundle.point }).to_string()).await;
    assert_eq!(pong["status"], 200, "{pong}");
    let told: Value = serde_json::from_str(pong["body"].as_str().unwrap()).unwrap();
    told["generation"].as_u64().unwrap()
}
