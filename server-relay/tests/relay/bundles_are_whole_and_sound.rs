use serde_json::json;
use starlane_bundle::Digest;

use crate::mesh::{Bundle, Mesh, install, publish};

const HELLO: &str = include_str!("guests/hello.wat");

fn hello() -> Bundle {
    Bundle::app("localhost:repo:hello:1.0.0", "greeter", HELLO, false)
}

#[tokio::test]
async fn a_file_with_another_digest_is_refused() {
    let mesh = Mesh::start().await;
    let path = format!("/starlane/blobs/{}", Digest::of(b"hello"));
    mesh.call("PUT", &path).body("hullo").send().await.refused(422, "wrong-digest");
    assert_eq!(mesh.call("HEAD", &path).send().await.status, 404);
    assert_eq!(mesh.call("PUT", &path).body("hello").send().await.status, 201);
    assert_eq!(mesh.call("HEAD", &path).send().await.status, 200);
    mesh.call("PUT", "/starlane/blobs/abc").body("hello").send().await.refused(400, "bad-digest");
}

#[tokio::test]
async fn a_bundle_with_a_missing_file_does_not_exist() {
    let mesh = Mesh::start().await;
    hello().put(&mesh).await.refused(422, "missing-file");
    assert_eq!(mesh.call("GET", "/starlane/bundles/localhost:repo:hello:1.0.0").send().await.status, 404);
}

#[tokio::test]
async fn a_bundle_is_published_once_and_never_overwritten() {
    let mesh = Mesh::start().await;
    publish(&mesh, &hello()).await;
    publish(&mesh, &hello()).await;
    let mut other = hello();
    other.files.insert("html/new.html".into(), b"new".to_vec());
    other.upload(&mesh).await;
    other.put(&mesh).await.refused(409, "version-taken");
}

#[tokio::test]
async fn code_that_breaks_the_guest_abi_is_refused_by_name() {
    let mesh = Mesh::start().await;
    let exports = r#"(memory (export "memory") 1) (global (export "starlane_abi_1") i32 (i32.const 1))
        (func (export "mechtron_init") (result i32) (i32.const 0)) (func (export "mechtron_wave") (result i32) (i32.const 0))"#;
    let cases = [
        ("wasm-import", format!(r#"(module (import "env" "exit" (func)) {exports})"#)),
        ("wasm-start", format!("(module {exports} (func $s) (start $s))")),
        ("wasm-export", "(module)".to_owned()),
    ];
    for (index, (code, wat)) in cases.iter().enumerate() {
        let bundle = Bundle::app(&format!("localhost:repo:bad:1.0.{index}"), "greeter", wat, false);
        bundle.upload(&mesh).await;
        bundle.put(&mesh).await.refused(422, code);
    }
    let mut bundle = hello();
    bundle.files.insert("wasm/guest.wasm".into(), b"not wasm".to_vec());
    bundle.upload(&mesh).await;
    bundle.put(&mesh).await.refused(422, "not-wasm");
}

#[tokio::test]
async fn a_manifest_that_is_none_is_refused_by_name() {
    let mesh = Mesh::start().await;
    let put = |point: &str, body: Vec<u8>| mesh.call("PUT", &format!("/starlane/bundles/{point}")).body(body).send();
    put("localhost:repo:hello:1.0.0", b"{}".to_vec()).await.refused(422, "manifest-malformed");
    put("localhost:repo::1", Vec::new()).await.refused(400, "bad-point");
    put("localhost:repo:other:1.0.0", hello().manifest().to_bytes()).await.refused(422, "manifest-wrong-point");
    put("localhost:repo:hello:1.0.0", vec![b' '; 1_024 * 1_024 + 1]).await.refused(413, "too-large");
}

#[tokio::test]
async fn only_whoever_may_publishes() {
    let mesh = Mesh::start().await;
    let ada = mesh.token("ada").await;
    let path = format!("/starlane/blobs/{}", Digest::of(b"hello"));
    mesh.call("PUT", &path).nobody().body("hello").send().await.refused(401, "sign-in");
    let bundle = "/starlane/bundles/localhost:repo:hello:1.0.0";
    mesh.call("PUT", bundle).bearer(&ada).body("{}").send().await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_bundle_is_read_by_whoever_may_call_something_made_from_it() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &hello()).await;
    let ada = mesh.token("ada").await;
    let (manifest, blob) = (hello().manifest().to_bytes(), Digest::of(b"<h1>Hi</h1>"));
    let by_digest = format!("/starlane/bundles/{}", Digest::of(&manifest));
    for path in ["/starlane/bundles/localhost:repo:hello:1.0.0", &by_digest] {
        let answer = mesh.call("GET", path).bearer(&ada).send().await;
        assert_eq!((answer.status, answer.body.to_vec()), (200, manifest.clone()));
        assert!(!answer.header("starlane-signature").is_empty());
        mesh.call("GET", path).nobody().send().await.refused(401, "sign-in");
    }
    let path = format!("/starlane/blobs/{blob}");
    let answer = mesh.call("GET", &path).bearer(&ada).send().await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "<h1>Hi</h1>"));
    assert_eq!(mesh.page("hello", &path).bearer(&ada).send().await.status, 200);
    mesh.page("hello", &path).send().await.refused(401, "sign-in");
}

#[tokio::test]
async fn an_installed_bundle_is_not_removed() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &hello()).await;
    let bundle = "localhost:repo:hello:1.0.0";
    assert_eq!(mesh.ping(bundle, "Cmd<Remove>", "").await["code"], "conflict");
    assert_eq!(mesh.ping("localhost:hello", "Cmd<Remove>", "").await["status"], 200);
    assert_eq!(mesh.ping(bundle, "Cmd<Remove>", "").await["status"], 200);
    assert_eq!(mesh.ping(bundle, "Cmd<Remove>", "").await["code"], "no-route");
    let install = json!({ "bundle": bundle }).to_string();
    assert_eq!(mesh.ping("localhost:hello", "Cmd<Install>", &install).await["code"], "no-bundle");
}
