use serde_json::{Value, json};
use starlane_bundle::{InstallRecord, PublicKey};
use starlane_protocol::lane::Frame;

use crate::mesh::{Bundle, Mesh, install};

const CONFIG: &str = include_str!("guests/config.wat");
const HELLO: &str = include_str!("guests/hello.wat");

/// An application whose page and mechtron depend on its values.
fn configured(version: &str) -> Bundle {
    let mut bundle = Bundle::app(&format!("localhost:repo:hello:{version}"), "greeter", CONFIG, false);
    let app = &mut bundle.documents["app"];
    app["config"] =
        json!({ "greeting": "Hello", "times": 3, "page": "/html/index.html", "tags": [], "who": "signed-in" });
    app["http"] = json!({ "/page": "${bundle}:${config.page}", "/hello/*": "${app}:greeter" });
    app["grant"][0]["to"] = "${config.who}".into();
    bundle.documents["mechtrons"]["mechtrons/guest.toml"]["config"] = json!({ "greeting": "${config.greeting} ${config.times} times", "times": "${config.times}", "tags": "${config.tags}" });
    bundle
}

async fn get(mesh: &Mesh, to: &str) -> Value {
    mesh.told(to, "Cmd<Get>", "").await
}

async fn set(mesh: &Mesh, to: &str, values: Value) -> Value {
    mesh.told(to, "Cmd<Set>", &json!({ "set": values }).to_string()).await
}

/// The code, and a part of what is said.
async fn refused(mesh: &Mesh, to: &str, values: Value, code: &str, says: &str) {
    let pong = mesh.ping(to, "Cmd<Set>", &json!({ "set": values }).to_string()).await;
    assert_eq!(pong["code"], code, "{pong}");
    assert!(pong["body"].as_str().unwrap().contains(says), "{pong}");
}

#[tokio::test]
async fn a_value_that_is_set_holds_at_once_and_after_a_restart() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &configured("1.0.0")).await;
    let told = get(&mesh, "localhost:hello").await;
    assert_eq!(told["config"]["times"], json!({ "value": 3, "default": 3, "set": false }), "{told}");
    let config = |mesh: &Mesh| mesh.page("hello", "/hello/ada").send();
    assert_eq!(config(&mesh).await.text(), r#"{"greeting":"Hello 3 times","tags":[],"times":3}"#);

    let mut lane = mesh.lane(Some(&mesh.token)).await;
    let told = set(&mesh, "localhost:hello", json!({ "greeting": "Hi", "times": "7", "tags": r#"["a"]"# })).await;
    assert_eq!((&told["generation"], &told["config"]["times"]["value"]), (&json!(2), &json!(7)), "{told}");
    assert_eq!(config(&mesh).await.text(), r#"{"greeting":"Hi 7 times","tags":["a"],"times":7}"#);
    assert_eq!(mesh.page("hello", "/page").send().await.text(), "<h1>Hi</h1>");
    set(&mesh, "localhost:hello", json!({ "page": "/html/data.bin" })).await;
    assert_eq!(mesh.page("hello", "/page").send().await.text(), "0123456789");

    // Stars hear of it by the record alone.
    let root = PublicKey::from_bytes(&lane.greet.as_ref().unwrap().root).unwrap();
    let installed = loop {
        if let Some(Frame::Install(installed)) = lane.next().await {
            break installed;
        }
    };
    let record = InstallRecord::verify(&installed.record.unwrap(), &installed.signature.unwrap(), &root).unwrap();
    assert_eq!(
        serde_json::to_value(&record).unwrap()["config"],
        json!({ "greeting": "Hi", "tags": ["a"], "times": 7 })
    );

    let mesh = Mesh::start_in(mesh.close().await).await;
    assert_eq!(config(&mesh).await.text(), r#"{"greeting":"Hi 7 times","tags":["a"],"times":7}"#);
    let told = set(&mesh, "localhost:hello", json!({ "greeting": null })).await;
    assert_eq!(told["config"]["greeting"], json!({ "value": "Hello", "default": "Hello", "set": false }));
    // What is there already changes nothing.
    let again = set(&mesh, "localhost:hello", json!({ "times": 7 })).await;
    assert_eq!((&told["generation"], &again["generation"]), (&json!(4), &json!(4)));
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_refused_and_nothing_changes() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &configured("1.0.0")).await;
    let app = "localhost:hello";
    refused(&mesh, app, json!({ "times": "many" }), "bad-config", "times: expected a whole number (the default is 3)")
        .await;
    refused(&mesh, app, json!({ "times": 1.5 }), "bad-config", "found a number: 1.5").await;
    refused(&mesh, app, json!({ "greeting": 5 }), "bad-config", "expected a text").await;
    refused(&mesh, app, json!({ "greting": "Hi" }), "bad-config", "Did you mean `greeting`?").await;
    refused(&mesh, app, json!({ "greeting": "Hi", "colour": "red" }), "bad-config", "There are `greeting`").await;
    refused(&mesh, app, json!({ "page": "no path" }), "bad-document", "${bundle}:${config.page}").await;
    refused(&mesh, app, json!({ "who": "everybody" }), "bad-document", "to = `everybody`").await;
    refused(&mesh, app, json!({ "greeting": "x".repeat(20_000) }), "config-too-large", "16384 is the most").await;
    refused(&mesh, "localhost:none", json!({ "a": 1 }), "no-app", "localhost:none").await;
    refused(&mesh, "localhost:hello:greeter", json!({ "a": 1 }), "no-route", "an application has").await;
    let told = get(&mesh, app).await;
    assert_eq!((&told["generation"], &told["config"]["greeting"]["set"]), (&json!(1), &json!(false)));
}

#[tokio::test]
async fn a_new_version_keeps_what_was_set_as_long_as_it_fits() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &configured("1.0.0")).await;
    set(&mesh, "localhost:hello", json!({ "times": 7 })).await;
    install(&mesh, "localhost:hello", &configured("1.0.1")).await;
    assert_eq!(get(&mesh, "localhost:hello").await["config"]["times"]["value"], 7);

    let mut other = configured("1.0.2");
    other.documents["app"]["config"]["times"] = "often".into();
    crate::mesh::publish(&mesh, &other).await;
    let wanted = json!({ "bundle": "localhost:repo:hello:1.0.2" }).to_string();
    let pong = mesh.ping("localhost:hello", "Cmd<Install>", &wanted).await;
    assert_eq!(pong["code"], "bad-config", "{pong}");
    set(&mesh, "localhost:hello", json!({ "times": null })).await;
    assert_eq!(mesh.ping("localhost:hello", "Cmd<Install>", &wanted).await["status"], 200);
}

#[tokio::test]
async fn nothing_below_the_floor_is_installed() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &configured("1.0.1")).await;
    crate::mesh::publish(&mesh, &configured("1.0.0")).await;
    let app = "localhost:hello";
    refused(&mesh, app, json!({ "floor": "two" }), "bad-setting", "expected a version").await;
    let told = set(&mesh, app, json!({ "floor": "1.0.1" })).await;
    assert_eq!((&told["floor"], &told["generation"]), (&json!("1.0.1"), &json!(2)));
    let older = json!({ "bundle": "localhost:repo:hello:1.0.0" }).to_string();
    assert_eq!(mesh.ping(app, "Cmd<Install>", &older).await["status"], 409);
    assert_eq!(mesh.ping(app, "Cmd<Set>", r#"{"set":{"floor":"1.1.0"}}"#).await["status"], 409);
    set(&mesh, app, json!({ "floor": null })).await;
    assert_eq!(mesh.ping(app, "Cmd<Install>", &older).await["status"], 200);
}

#[tokio::test]
async fn values_and_settings_want_the_right_they_need() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &configured("1.0.0")).await;
    let mut lane = mesh.lane(Some(&mesh.token("ada").await)).await;
    for (to, method) in [
        ("localhost:hello", "Cmd<Get>"),
        ("localhost:hello", "Cmd<Set>"),
        ("localhost", "Cmd<Get>"),
        ("localhost", "Cmd<Set>"),
    ] {
        assert_eq!(lane.ask(to, method, r#"{"set":{}}"#).await.code(), Some("forbidden"), "{method} to {to}");
    }
}

#[tokio::test]
async fn the_space_s_host_is_given_to_an_application() {
    let mesh = Mesh::start().await;
    let hello = Bundle::app("localhost:repo:hello:1.0.0", "greeter", HELLO, false);
    install(&mesh, "localhost:hello", &hello).await;
    let host = format!("localhost:{}", mesh.address.port());
    let visit = |mesh: &Mesh, path: &str| mesh.page("hello", path).header("host", &host).send();
    assert_eq!(visit(&mesh, "/").await.status, 307);
    refused(&mesh, "localhost", json!({ "http": "localhost:none" }), "no-app", "localhost:none").await;
    refused(&mesh, "localhost", json!({ "http": 7 }), "bad-setting", "the point of an application").await;
    refused(&mesh, "localhost", json!({ "htpp": "x" }), "no-setting", "`http` and `origins`").await;

    let told = set(&mesh, "localhost", json!({ "http": "localhost:hello" })).await;
    assert_eq!(told["settings"], json!({ "http": "localhost:hello", "origins": null }));
    assert_eq!(visit(&mesh, "/").await.text(), "<h1>Hi</h1>");
    assert_eq!(visit(&mesh, "/hello/ada").await.text(), "Hello");
    assert_eq!(visit(&mesh, "/starlane/").await.status, 404, "the console stays on the relay's own host");
    let mesh = Mesh::start_in(mesh.close().await).await;
    let host = format!("localhost:{}", mesh.address.port());
    let visit = |path: &str| mesh.page("hello", path).header("host", &host).send();
    assert_eq!(visit("/").await.status, 200);

    // It goes with its application.
    mesh.told("localhost:hello", "Cmd<Remove>", "").await;
    assert_eq!(get(&mesh, "localhost").await["settings"]["http"], Value::Null);
    assert_eq!(visit("/").await.status, 307);
}

#[tokio::test]
async fn listed_origins_may_speak_with_the_relay() {
    // A relay that listens on loopback knows loopback origins only.
    let mesh = Mesh::start().await;
    let from = |origin: &'static str| mesh.call("POST", "/starlane/waves").header("origin", origin).body("{}").send();
    from("https://example.com").await.refused(403, "unknown-origin");
    let listed = json!({ "origins": "https://example.com, https://Other.example:443" });
    let told = set(&mesh, "localhost", listed).await;
    assert_eq!(told["settings"]["origins"], json!(["https://example.com", "https://other.example"]));
    from("https://example.com").await.refused(400, "bad-body");
    from("https://third.example").await.refused(403, "unknown-origin");
    refused(&mesh, "localhost", json!({ "origins": ["example.com"] }), "bad-setting", "begins with").await;
    refused(&mesh, "localhost", json!({ "origins": 7 }), "bad-setting", "several have commas between them").await;
    let long = format!("https://{}.example", "a".repeat(64));
    refused(&mesh, "localhost", json!({ "origins": long }), "bad-setting", "63 between two dots").await;
    set(&mesh, "localhost", json!({ "origins": null })).await;
    from("https://example.com").await.refused(403, "unknown-origin");
}
