use serde_json::{Value, json};
use starlane_bundle::{Digest, SecretKey};

use crate::mesh::{Bundle, Mesh, install, publish};

const HELLO: &str = include_str!("guests/hello.wat");

fn own(version: &str) -> Bundle {
    Bundle::app(&format!("localhost:users:ada:repo:page:{version}"), "greeter", HELLO, false)
}

async fn trust(mesh: &Mesh, token: &str, body: Value) -> Value {
    let pong = mesh.ping_by(token, "localhost:users:ada:repo:page", "Cmd<Trust>", &body.to_string()).await;
    assert_eq!(pong["status"], 200, "{pong}");
    serde_json::from_str(pong["body"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_user_publishes_below_their_own_point_and_nobody_else_does() {
    let mesh = Mesh::start().await;
    let (ada, bob) = (mesh.token("ada").await, mesh.token("bob").await);
    own("1.0.0").upload_by(&mesh, &ada).await;
    own("1.0.0").put_by(&mesh, &bob, None).await.refused(403, "forbidden");
    assert_eq!(own("1.0.0").put_by(&mesh, &ada, None).await.status, 200);
    // Its owner reads it, others do not, until something is made from it that they may call.
    let read =
        |token: &str| mesh.call("GET", "/starlane/bundles/localhost:users:ada:repo:page:1.0.0").bearer(token).send();
    assert_eq!(read(&ada).await.status, 200);
    read(&bob).await.refused(404, "not-found");
    let bundle = own("1.0.0").point;
    let body = json!({ "bundle": bundle }).to_string();
    assert_eq!(mesh.ping_by(&ada, "localhost:page", "Cmd<Install>", &body).await["code"], "forbidden");
    assert_eq!(mesh.ping("localhost:page", "Cmd<Install>", &body).await["status"], 200);
    assert_eq!(mesh.ping("localhost:page:greeter", "Ext<Greet>", "").await["body"], "Hello");
    assert_eq!(mesh.page("page", "/").send().await.text(), "<h1>Hi</h1>");
    assert_eq!(read(&bob).await.status, 200);

    let refused = mesh.ping_by(&ada, &bundle, "Cmd<Remove>", "").await;
    assert_eq!(refused["code"], "conflict");
    mesh.ping("localhost:page", "Cmd<Remove>", "").await;
    assert_eq!(mesh.ping_by(&bob, &bundle, "Cmd<Remove>", "").await["code"], "forbidden");
    assert_eq!(mesh.ping_by(&ada, &bundle, "Cmd<Remove>", "").await["status"], 200);
    read(&ada).await.refused(404, "not-found");
}

#[tokio::test]
async fn a_user_who_registered_keys_signs_with_them() {
    let mesh = Mesh::start().await;
    let (ada, key) = (mesh.token("ada").await, SecretKey::from_secret(&[1; 32]));
    trust(&mesh, &ada, json!({ "add": key.public() })).await;
    own("1.0.0").upload_by(&mesh, &ada).await;
    own("1.0.0").put_by(&mesh, &ada, None).await.refused(409, "signature-required");
    let other = SecretKey::from_secret(&[2; 32]);
    own("1.0.0").put_by(&mesh, &ada, Some(&other)).await.refused(403, "unknown-key");
    assert_eq!(own("1.0.0").put_by(&mesh, &ada, Some(&key)).await.status, 200);
    let series = trust(&mesh, &ada, json!({ "revoke": "1.0.0" })).await;
    assert_eq!(series["revoked"][0]["version"], "1.0.0");
    let listed = mesh.ping_by(&ada, "localhost", "Cmd<Trust>", "").await;
    let listed: Value = serde_json::from_str(listed["body"].as_str().unwrap()).unwrap();
    assert_eq!(listed["series"][0]["series"], "localhost:users:ada:repo:page");
}

#[tokio::test]
async fn knowing_a_digest_is_not_having_the_file() {
    let mesh = Mesh::start().await;
    let secret = Bundle::site("localhost:repo:secret:1.0.0", &[("plan.txt", "the plan")]);
    publish(&mesh, &secret).await;
    let ada = mesh.token("ada").await;
    let blob = format!("/starlane/blobs/{}", Digest::of(b"the plan"));
    mesh.call("GET", &blob).bearer(&ada).send().await.refused(404, "not-found");
    // It is not even told that it is there.
    assert_eq!(mesh.call("HEAD", &blob).bearer(&ada).send().await.status, 404);
    let stolen = Bundle::site("localhost:users:ada:repo:mine:1.0.0", &[("plan.txt", "the plan")]);
    stolen.put_by(&mesh, &ada, None).await.refused(422, "missing-file");
    // Whoever has it uploads it.
    stolen.upload_by(&mesh, &ada).await;
    assert_eq!(stolen.put_by(&mesh, &ada, None).await.status, 200);
    assert_eq!(mesh.call("GET", &blob).bearer(&ada).send().await.text(), "the plan");
}

#[tokio::test]
async fn a_users_series_have_a_quota() {
    let mesh = Mesh::start().await;
    let ada = mesh.token("ada").await;
    let bundle = |number: u32| Bundle::site(&format!("localhost:users:ada:repo:page:1.0.{number}"), &[("a.txt", "a")]);
    bundle(0).upload_by(&mesh, &ada).await;
    for number in 0..64 {
        assert_eq!(bundle(number).put_by(&mesh, &ada, None).await.status, 200, "{number}");
    }
    bundle(64).put_by(&mesh, &ada, None).await.refused(429, "quota-exceeded");
    assert_eq!(bundle(63).put_by(&mesh, &ada, None).await.status, 200);
    mesh.ping_by(&ada, "localhost:users:ada:repo:page:1.0.0", "Cmd<Remove>", "").await;
    assert_eq!(bundle(64).put_by(&mesh, &ada, None).await.status, 200);
    let series = async |number: u32| {
        let (to, key) = (format!("localhost:users:ada:repo:page-{number}"), SecretKey::from_secret(&[1; 32]).public());
        mesh.ping_by(&ada, &to, "Cmd<Trust>", &json!({ "add": key }).to_string()).await["code"].clone()
    };
    for number in 1..64 {
        assert_eq!(series(number).await, json!(null), "{number}");
    }
    assert_eq!(series(64).await, "quota-exceeded");
    // Others have theirs.
    install(&mesh, "localhost:page", &Bundle::site("localhost:repo:page:1.0.0", &[("a.txt", "a")])).await;
}
