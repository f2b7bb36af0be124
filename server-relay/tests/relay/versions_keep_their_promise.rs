use serde_json::{Value, json};

use crate::mesh::{Bundle, Mesh, install, publish};

const HELLO: &str = include_str!("guests/hello.wat");

/// A version whose mechtron `name` takes a body of this schema at `Ext<Greet>`.
fn version(version: &str, name: &str, schema: Value) -> Bundle {
    let mut bundle = Bundle::app(&format!("localhost:repo:hello:{version}"), name, HELLO, false);
    let body = json!({ "type": "application/json", "schema": schema });
    bundle.documents["binds"]["binds/guest.toml"]["route"][1]["body"] = body;
    bundle
}

fn name() -> Value {
    json!({ "properties": { "name": { "type": "string" } } })
}

fn name_and_age() -> Value {
    json!({ "properties": { "name": { "type": "string" }, "age": { "type": "uint8" } } })
}

#[tokio::test]
async fn a_version_that_breaks_its_promise_is_not_published() {
    let mesh = Mesh::start().await;
    publish(&mesh, &version("1.0.0", "greeter", name())).await;
    publish(&mesh, &version("1.5.0", "greeter", name())).await;
    let broken = version("1.5.1", "greeter", name_and_age());
    broken.upload(&mesh).await;
    let refused = broken.put(&mesh).await;
    refused.refused(409, "bind-incompatible");
    let told = refused.json();
    assert_eq!(told["message"], "`localhost:repo:hello:1.5.1` is not compatible with `localhost:repo:hello:1.5.0`");
    let lost = "greeter `Ext<Greet> /`: body: expected a member `age`, found none; for example `{\"name\":\"\"}`";
    assert_eq!(told["details"], json!([lost]));
    assert!(told["hint"].as_str().unwrap().contains("2.0.0"), "{told}");
    assert_eq!(mesh.call("GET", "/starlane/bundles/localhost:repo:hello:1.5.1").send().await.status, 404);
    // What is there is compared with what was promised before it, and nothing else.
    publish(&mesh, &version("2.0.0", "greeter", name_and_age())).await;
    publish(&mesh, &version("0.9.0", "greeter", json!({ "type": "string" }))).await;
    publish(&mesh, &version("0.10.0", "greeter", json!({ "type": "boolean" }))).await;
}

#[tokio::test]
async fn a_mechtron_that_is_gone_breaks_the_promise() {
    let mesh = Mesh::start().await;
    publish(&mesh, &version("1.0.0", "greeter", name())).await;
    let renamed = version("1.1.0", "host", name());
    renamed.upload(&mesh).await;
    let told = renamed.put(&mesh).await.json();
    assert_eq!(told["details"], json!(["greeter: it is not there any more"]));
}

#[tokio::test]
async fn a_publisher_is_shown_every_route_that_is_kept() {
    let mesh = Mesh::start().await;
    publish(&mesh, &version("1.0.0", "greeter", name_and_age())).await;
    let wider = version("1.1.0", "greeter", json!({ "properties": { "name": {} }, "additionalProperties": true }));
    wider.upload(&mesh).await;
    let told = wider.put(&mesh).await.json();
    let route = |route: &str| json!({ "mechtron": "greeter", "route": route });
    let routes = [route("Http<Get> /hello/{name}"), route("Ext<Greet> /"), route("Ext<Keep> /")];
    assert_eq!(told["compared"], json!({ "with": "localhost:repo:hello:1.0.0", "routes": routes }));
}

#[tokio::test]
async fn callers_lose_nothing_unless_that_is_meant() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &version("1.0.0", "greeter", name())).await;
    let next = version("2.0.0", "greeter", name_and_age());
    publish(&mesh, &next).await;
    let wanted = |breaking: bool| json!({ "bundle": next.point, "breaking": breaking }).to_string();
    let refused = mesh.ping("localhost:hello", "Cmd<Install>", &wanted(false)).await;
    assert_eq!((&refused["status"], &refused["code"]), (&json!(409), &json!("bind-incompatible")), "{refused}");
    let ping = json!({
        "to": "localhost:hello:greeter", "method": "Ext<Greet>", "type": "application/json", "body": r#"{"name":"Ada"}"#,
    });
    let asks = || async { mesh.call("POST", "/starlane/waves").body(ping.to_string()).send().await.json() };
    assert_eq!(asks().await["status"], 200, "the old one goes on");
    assert_eq!(mesh.ping("localhost:hello", "Cmd<Install>", &wanted(true)).await["status"], 200);
    let refused = asks().await;
    assert_eq!((&refused["status"], &refused["code"]), (&json!(400), &json!("schema-mismatch")), "{refused}");
}

#[tokio::test]
async fn a_version_between_two_promises_no_more_than_the_newer_keeps() {
    let mesh = Mesh::start().await;
    publish(&mesh, &version("1.0.0", "greeter", name_and_age())).await;
    publish(&mesh, &version("1.2.0", "greeter", name_and_age())).await;
    // It would take what the newer one does not.
    let between = version("1.1.0", "greeter", name());
    between.upload(&mesh).await;
    let refused = between.put(&mesh).await;
    refused.refused(409, "bind-incompatible");
    let told = refused.json();
    assert_eq!(told["message"], "`localhost:repo:hello:1.2.0` is not compatible with `localhost:repo:hello:1.1.0`");
}

#[tokio::test]
async fn a_mechtron_that_is_reached_in_another_way_breaks_the_promise() {
    let mesh = Mesh::start().await;
    publish(&mesh, &version("1.0.0", "greeter", name())).await;
    let mut keyed = Bundle::app("localhost:repo:hello:1.1.0", "greeter", HELLO, true);
    keyed.documents["binds"] = version("1.1.0", "greeter", name()).documents["binds"].clone();
    keyed.upload(&mesh).await;
    let told = keyed.put(&mesh).await.json();
    assert_eq!(told["details"], json!(["greeter: it is reached in another way: `keyed` changed"]));
}
