use serde_json::{Value, json};
use starlane_bundle::{InstallRecord, PublicKey};
use starlane_protocol::Body;
use starlane_protocol::lane::{Frame, Installed};

use crate::mesh::{Bundle, Call, Lane, Mesh, install};

const HELLO: &str = include_str!("guests/hello.wat");

fn hello(version: &str) -> Bundle {
    Bundle::app(&format!("localhost:repo:hello:{version}"), "greeter", HELLO, false)
}

async fn told(lane: &mut Lane) -> Installed {
    loop {
        if let Some(Frame::Install(installed)) = lane.next().await {
            return installed;
        }
    }
}

#[tokio::test]
async fn the_mesh_is_listed_alike_over_lane_and_http() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &hello("1.0.0")).await;
    mesh.ping("localhost:hello:greeter", "Ext<Greet>", "").await;
    let mut lane = mesh.lane(Some(&mesh.token)).await;
    let list: Value = serde_json::from_slice(&lane.ask("localhost", "Cmd<List>", "").await.body.bytes).unwrap();
    assert_eq!(list["apps"][0]["point"], "localhost:hello");
    assert_eq!(
        list["apps"][0]["mechtrons"][0],
        json!({ "point": "localhost:hello:greeter", "keyed": false, "placement": "server" })
    );
    assert_eq!(list["bundles"], json!(["localhost:repo:hello:1.0.0"]));
    assert_eq!(list["users"], json!(["localhost:users:operator"]));
    let kinds: Vec<&str> =
        list["stars"].as_array().unwrap().iter().map(|star| star["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["relay", "relay", "tab"]);
    assert_eq!(list["mechtrons"][0]["waves"], 1, "{list}");
    let over_http = mesh.call("GET", "/starlane/mesh.json").send().await.json();
    assert_eq!(over_http["apps"], list["apps"]);
}

#[tokio::test]
async fn commands_want_the_right_they_need() {
    let mesh = Mesh::start().await;
    let ada = mesh.token("ada").await;
    let mut lane = mesh.lane(Some(&ada)).await;
    for (to, method) in [
        ("localhost", "Cmd<List>"),
        ("localhost:hello", "Cmd<Install>"),
        ("localhost:hello", "Cmd<Remove>"),
        ("localhost:users:ada", "Cmd<Token>"),
        ("localhost", "Cmd<Logs>"),
    ] {
        assert_eq!(lane.ask(to, method, "").await.code(), Some("forbidden"), "{method}");
    }
    mesh.call("GET", "/starlane/mesh.json").nobody().send().await.refused(401, "sign-in");
}

#[tokio::test]
async fn whoever_may_call_it_is_told_of_an_application() {
    let mesh = Mesh::start().await;
    let ada = mesh.token("ada").await;
    let (mut user, mut nobody) = (mesh.lane(Some(&ada)).await, mesh.lane(None).await);
    assert_eq!(user.greet.as_ref().unwrap().installs, []);
    install(&mesh, "localhost:hello", &hello("1.0.0")).await;
    let installed = told(&mut user).await;
    let root = PublicKey::from_bytes(&user.greet.as_ref().unwrap().root).unwrap();
    let record = InstallRecord::verify(&installed.record.unwrap(), &installed.signature.unwrap(), &root).unwrap();
    assert_eq!((record.app.as_str(), record.generation), ("localhost:hello", 1));

    // The same again changes nothing, another version does.
    assert_eq!(install(&mesh, "localhost:hello", &hello("1.0.0")).await, 1);
    assert_eq!(install(&mesh, "localhost:hello", &hello("1.0.1")).await, 2);
    assert_eq!(told(&mut user).await.generation, 2);
    assert_eq!(mesh.lane(Some(&ada)).await.greet.unwrap().installs.len(), 1);
    assert_eq!(mesh.lane(None).await.greet.unwrap().installs.len(), 0);

    mesh.ping("localhost:hello", "Cmd<Remove>", "").await;
    let gone = told(&mut user).await;
    assert_eq!((gone.generation, gone.record), (3, None));
    // Nobody heard nothing.
    assert_eq!(nobody.ask("localhost:hello:greeter", "Ext<Greet>", "").await.status, Some(403));
}

#[tokio::test]
async fn what_is_installed_is_there_after_a_restart() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &hello("1.0.0")).await;
    let mesh = Mesh::start_in(mesh.close().await).await;
    assert_eq!(mesh.ping("localhost:hello:greeter", "Ext<Greet>", "").await["body"], "Hello");
    assert_eq!(install(&mesh, "localhost:hello", &hello("1.0.1")).await, 2);
}

#[tokio::test]
async fn a_sign_in_link_works_once() {
    let mesh = Mesh::start().await;
    let (address, code) = mesh.link.split_once("#code=").unwrap();
    assert_eq!(address, format!("http://starlane.localhost:{}/starlane/", mesh.address.port()));
    let sign_in = || {
        let body = json!({ "code": code }).to_string();
        Call::new(mesh.address, "POST", "/starlane/sign-in").body(body).send()
    };
    let told = sign_in().await.json();
    assert_eq!(told["user"], "localhost:users:operator");
    let lane = mesh.lane(told["token"].as_str()).await;
    assert_eq!(lane.greet.unwrap().agent.to_string(), "localhost:users:operator");
    sign_in().await.refused(401, "bad-code");
}

#[tokio::test]
async fn commands_with_a_wrong_body_or_point_are_refused_by_name() {
    let mesh = Mesh::start().await;
    let code = |pong: Value| pong["code"].as_str().unwrap().to_owned();
    assert_eq!(code(mesh.ping("localhost:hello", "Cmd<Install>", "{").await), "bad-body");
    assert_eq!(code(mesh.ping("localhost:hello", "Cmd<Install>", r#"{"bundel":"x"}"#).await), "bad-body");
    assert_eq!(code(mesh.ping("localhost:hello", "Cmd<Remove>", "").await), "no-app");
    assert_eq!(code(mesh.ping("localhost:hello:x", "Cmd<Token>", "").await), "no-route");
    assert_eq!(code(mesh.ping("localhost:hello", "Cmd<List>", "").await), "no-route");
    let wrong = |body: &str| mesh.call("POST", "/starlane/waves").body(body).send();
    wrong(r#"{"to":"a::b","method":"Ext<X>"}"#).await.refused(400, "bad-point");
    wrong(r#"{"to":"localhost","method":"ext"}"#).await.refused(400, "bad-method");
    wrong("[]").await.refused(400, "bad-body");
    mesh.call("GET", "/starlane/waves").send().await.refused(405, "wrong-method");
}

#[tokio::test]
async fn a_trap_is_in_the_log_of_its_mechtron() {
    let mesh = Mesh::start().await;
    let trap = r#"(module (memory (export "memory") 1) (global (export "starlane_abi_1") i32 (i32.const 1))
        (func (export "mechtron_init") (result i32) (i32.const 0))
        (func $deep unreachable) (func (export "mechtron_wave") (result i32) (call $deep) (i32.const 0)))"#;
    let bundle = Bundle::app("localhost:repo:trap:1.0.0", "guest", trap, false);
    install(&mesh, "localhost:trap", &bundle).await;
    let pong = mesh.ping("localhost:trap:guest", "Ext<Greet>", "").await;
    assert_eq!((pong["status"].as_u64(), pong["code"].as_str()), (Some(500), Some("trapped")));
    let logs = mesh.ping("localhost:trap", "Cmd<Logs>", r#"{"limit":10}"#).await;
    let logs: Value = serde_json::from_str(logs["body"].as_str().unwrap()).unwrap();
    assert_eq!(logs["lines"][0]["point"], "localhost:trap:guest", "{logs}");
}

#[tokio::test]
async fn a_body_that_is_not_text_crosses_http_as_base64() {
    let mesh = Mesh::start().await;
    let keeper = Bundle::app("localhost:repo:keep:1.0.0", "room", include_str!("guests/keeper.wat"), true);
    install(&mesh, "localhost:keep", &keeper).await;
    let send = |body: Value| {
        let mut ping = json!({ "to": "localhost:keep:room:tea", "method": "Ext<Keep>" });
        ping.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        mesh.call("POST", "/starlane/waves").body(ping.to_string()).send()
    };
    send(json!({ "body": "/wA=", "enc": "base64", "type": "application/octet-stream" })).await;
    let pong = send(json!({})).await.json();
    assert_eq!((pong["body"].as_str(), pong["enc"].as_str()), (Some("/wA="), Some("base64")), "{pong}");
    // A lane carries the bytes themselves.
    let mut lane = mesh.lane(Some(&mesh.token)).await;
    let mut ping = lane.ping("localhost:keep:room:tea", "Ext<Keep>", "");
    ping.body = Body::new("", []);
    lane.wave(ping).await;
    assert_eq!(&*lane.next_wave().await.body.bytes, [0xff, 0x00]);
}
