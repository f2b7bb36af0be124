use std::time::Duration;

use serde_json::{Value, json};

use crate::mesh::{Answer, Bundle, Mesh, install, publish};

const ADA: &str = "localhost:site:profile:ada";
const BOB: &str = "localhost:site:profile:bob";

/// A guest that keeps what it says and says it, after `first`. `{H}` in `first` sets the header `name: value`.
fn says(text: &str, first: &str) -> String {
    format!(
        r#"(module
  (import "starlane" "write" (func $write (param i32 i32 i32 i32 i32) (result i32)))
  (import "starlane" "reply" (func $reply (result i32)))
  (import "starlane" "ask" (func $ask (param i32) (result i32)))
  (import "starlane" "wait" (func $wait (param i32) (result i32)))
  (import "starlane" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global (export "starlane_abi_1") i32 (i32.const 1))
  (data (i32.const 0) {text:?})
  (data (i32.const 512) "text/html")
  (func (export "mechtron_init") (result i32) (i32.const 0))
  (func $header (param $name i32) (param $size i32) (param $value i32) (param $length i32)
    (drop (call $write (i32.const 10) (local.get $name) (local.get $size) (local.get $value) (local.get $length))))
  (func (export "mechtron_wave") (result i32)
    {first}
    (drop (call $put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const {size})))
    (drop (call $write (i32.const 12) (i32.const 0) (i32.const 0) (i32.const 512) (i32.const 9)))
    (drop (call $write (i32.const 13) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const {size})))
    (drop (call $reply))
    (i32.const 0)))"#,
        size = text.len()
    )
}

/// A guest's `first` that sets these headers.
fn headers(pairs: &[(&str, &str)]) -> (String, String) {
    let (mut data, mut calls, mut at) = (String::new(), String::new(), 1_024);
    for (name, value) in pairs {
        data += &format!("(data (i32.const {at}) {:?})", format!("{name}{value}"));
        let (from, size, length) = (at + name.len(), name.len(), value.len());
        calls += &format!("(call $header (i32.const {at}) (i32.const {size}) (i32.const {from}) (i32.const {length}))");
        at = from + length;
    }
    (data, calls)
}

fn guest(point: &str, wat: &str, mechtron: &str, routes: &[(&str, &str)]) -> Bundle {
    let mut bundle = Bundle::site(point, &[]);
    bundle.files.insert("guest.wasm".into(), wat::parse_str(wat).unwrap());
    let routes: Vec<Value> = routes.iter().map(|(method, path)| json!({ "method": method, "path": path })).collect();
    bundle.documents = json!({
        "app": { "mechtrons": { mechtron: { "config": "guest.toml" } } },
        "binds": { "bind.toml": { "route": routes } },
        "mechtrons": { "guest.toml": {
            "wasm": "guest.wasm", "bind": "bind.toml", "may": { "call": ["localhost:**"] },
            "limits": { "memory": 1_048_576, "fuel": 1_000_000, "mailbox": 16, "stack": 65_536 },
        } },
    });
    bundle
}

const ROUTES: [(&str, &str); 2] = [("Http<Get>", "/{user}"), ("Ext<Greet>", "/")];

fn site(version: &str, text: &str, routes: &[(&str, &str)]) -> Bundle {
    let mut bundle = guest(&format!("localhost:repo:site:{version}"), &says(text, ""), "profile", routes);
    bundle.documents["app"] = json!({
        "mechtrons": { "profile": {
            "config": "guest.toml", "keyed": "user", "override": "owner",
            "override-limits": { "memory": 131_072, "fuel": 100_000, "mailbox": 8, "stack": 65_536 },
        } },
        "http": { "/ada": "${app}:profile:ada", "/bob": "${app}:profile:bob" },
        "grant": [{ "to": "anyone", "may": ["call"], "on": "${app}:profile:*" }],
    });
    bundle
}

fn page(owner: &str, version: &str, wat: &str) -> Bundle {
    guest(&format!("localhost:users:{owner}:repo:page:{version}"), wat, "page", &ROUTES)
}

/// The application, and two users.
async fn begun() -> (Mesh, String, String) {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:site", &site("1.0.0", "default", &ROUTES)).await;
    let (ada, bob) = (mesh.token("ada").await, mesh.token("bob").await);
    (mesh, ada, bob)
}

async fn publish_by(mesh: &Mesh, token: &str, bundle: &Bundle) -> String {
    bundle.upload_by(mesh, token).await;
    let answer = bundle.put_by(mesh, token, None).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    bundle.point.clone()
}

async fn put(mesh: &Mesh, token: &str, at: &str, body: Value) -> Value {
    mesh.ping_by(token, at, "Cmd<Override>", &body.to_string()).await
}

/// Publishes a guest of a user's own and puts it behind that user's point.
async fn overridden(mesh: &Mesh, token: &str, bundle: &Bundle) -> Value {
    let point = publish_by(mesh, token, bundle).await;
    let pong = put(mesh, token, ADA, json!({ "bundle": point })).await;
    assert_eq!(pong["status"], 200, "{pong}");
    pong
}

async fn greeted(mesh: &Mesh, at: &str) -> String {
    let pong = mesh.ping(at, "Ext<Greet>", "").await;
    pong["body"].as_str().filter(|_| pong["status"] == 200).map_or_else(|| pong.to_string(), str::to_owned)
}

async fn listed(mesh: &Mesh, token: &str, of: &str) -> Value {
    let pong = mesh.ping_by(token, of, "Cmd<List>", "").await;
    let list: Value = serde_json::from_str(pong["body"].as_str().unwrap()).unwrap();
    list["overrides"].clone()
}

async fn log(mesh: &Mesh, token: &str, of: &str) -> String {
    mesh.ping_by(token, of, "Cmd<Logs>", "").await["body"].to_string()
}

/// How many keys each point keeps.
async fn kept(mesh: &Mesh) -> Value {
    let pong = mesh.ping("localhost", "Cmd<List>", &json!({ "state": true }).to_string()).await;
    let list: Value = serde_json::from_str(pong["body"].as_str().unwrap()).unwrap();
    list["state"].as_array().unwrap().iter().map(|one| one["point"].clone()).collect()
}

#[tokio::test]
async fn an_owner_puts_a_mechtron_in_place_for_every_caller() {
    let (mesh, ada, bob) = begun().await;
    assert_eq!(greeted(&mesh, ADA).await, "default");
    overridden(&mesh, &ada, &page("ada", "1.0.0", &says("own", ""))).await;
    assert_eq!((greeted(&mesh, ADA).await.as_str(), greeted(&mesh, BOB).await.as_str()), ("own", "default"));
    assert_eq!(mesh.ping_by(&bob, ADA, "Ext<Greet>", "").await["body"], "own");
    assert_eq!(mesh.page("site", "/ada").send().await.text(), "own");
    assert_eq!(mesh.page("site", "/bob").send().await.text(), "default");
    assert_eq!(kept(&mesh).await, json!([ADA, format!("{ADA}:/own"), BOB]));
    let own = json!([{ "point": ADA, "bundle": "localhost:users:ada:repo:page:1.0.0", "in_force": true }]);
    assert_eq!(listed(&mesh, &ada, "localhost:users:ada").await, own);
    assert_eq!(listed(&mesh, &bob, "localhost:users:bob").await, json!([]));
    assert_eq!(listed(&mesh, &mesh.token, "localhost").await, own);

    let mesh = Mesh::start_in(mesh.close().await).await;
    assert_eq!(greeted(&mesh, ADA).await, "own");
    let pong = put(&mesh, &ada, ADA, json!({ "off": true })).await;
    let told: Value = serde_json::from_str(pong["body"].as_str().unwrap()).unwrap();
    assert_eq!(told["was"], "localhost:users:ada:repo:page:1.0.0");
    assert_eq!(greeted(&mesh, ADA).await, "default");
    assert_eq!(listed(&mesh, &ada, "localhost:users:ada").await, json!([]));
    let mesh = Mesh::start_in(mesh.close().await).await;
    assert_eq!(greeted(&mesh, ADA).await, "default");
}

#[tokio::test]
async fn only_the_owner_and_who_has_the_right_may() {
    let (mesh, ada, bob) = begun().await;
    let point = publish_by(&mesh, &ada, &page("ada", "1.0.0", &says("own", ""))).await;
    let wanted = json!({ "bundle": point });
    assert_eq!(put(&mesh, &bob, ADA, wanted.clone()).await["code"], "forbidden");
    // What another has published, and nobody may read, nobody else runs either.
    assert_eq!(put(&mesh, &bob, BOB, wanted.clone()).await["code"], "forbidden");
    assert_eq!(put(&mesh, &ada, "localhost:site:profile", wanted.clone()).await["code"], "forbidden");
    assert_eq!(put(&mesh, &mesh.token, "localhost:site:profile", wanted.clone()).await["code"], "no-route");
    assert_eq!(put(&mesh, &mesh.token, "localhost:site:profile:cleo", wanted.clone()).await["code"], "no-user");
    assert_eq!(put(&mesh, &mesh.token, ADA, wanted.clone()).await["status"], 200);
    assert_eq!(greeted(&mesh, ADA).await, "own");
    for wrong in [json!({}), json!({ "off": true, "bundle": point }), json!({ "bundle": point, "more": 1 })] {
        assert_eq!(put(&mesh, &ada, ADA, wrong).await["code"], "bad-body");
    }
    assert_eq!(put(&mesh, &bob, BOB, json!({ "off": true })).await["code"], "no-override");
    // The owner reads what is logged there, and nobody else does.
    assert!(log(&mesh, &ada, ADA).await.contains("stands here now"));
    assert!(log(&mesh, &bob, ADA).await.contains("forbidden"));
}

#[tokio::test]
async fn an_application_may_give_the_right_to_somebody_else() {
    let (mesh, ada, bob) = begun().await;
    let mut tenants = site("1.0.1", "default", &ROUTES);
    let right = json!({ "to": "${space}:users:bob", "may": ["override"], "on": "${app}:profile:ada" });
    tenants.documents["app"]["grant"].as_array_mut().unwrap().push(right);
    install(&mesh, "localhost:site", &tenants).await;
    let point = publish_by(&mesh, &bob, &page("bob", "1.0.0", &says("of bob", ""))).await;
    assert_eq!(put(&mesh, &bob, ADA, json!({ "bundle": point })).await["status"], 200);
    assert_eq!(greeted(&mesh, ADA).await, "of bob");
    assert_eq!(put(&mesh, &bob, "localhost:site:profile:operator", json!({ "off": true })).await["code"], "forbidden");
    // It stays the owner's: who else may read there has not changed, and the owner takes it back.
    assert!(log(&mesh, &bob, ADA).await.contains("forbidden"));
    assert_eq!(put(&mesh, &ada, ADA, json!({ "off": true })).await["status"], 200);
    assert_eq!(greeted(&mesh, ADA).await, "default");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_the_lines() {
    let (mesh, ada, _) = begun().await;
    let refused = async |bundle: Bundle| {
        let point = publish_by(&mesh, &ada, &bundle).await;
        put(&mesh, &ada, ADA, json!({ "bundle": point })).await
    };
    let other = |version: &str, routes: &[(&str, &str)], wat: &str| {
        guest(&format!("localhost:users:ada:repo:page:{version}"), wat, "page", routes)
    };
    let lost = refused(other("1.0.0", &ROUTES[1..], &says("own", ""))).await;
    assert_eq!(lost["code"], "bind-incompatible", "{lost}");
    assert!(lost["body"].as_str().unwrap().contains("Http<Get> /{user}"), "{lost}");
    let large = says("own", "").replace("\"memory\") 1)", "\"memory\") 3)");
    let large = refused(other("2.0.0", &ROUTES, &large)).await;
    assert!(large["body"].as_str().unwrap().contains("its limit is 131072"), "{large}");
    let heavy = format!("(data (i32.const 4096) \"{}\")", "\\00".repeat(60_000)).repeat(18);
    let heavy = says("own", "").replace("(func $header", &format!("{heavy}\n(func $header"));
    assert_eq!(refused(other("2.0.1", &ROUTES, &heavy)).await["code"], "too-large");
    let mut two = other("3.0.0", &ROUTES, &says("own", ""));
    two.documents["app"]["mechtrons"]["home"] = json!({ "config": "guest.toml" });
    let point = publish_by(&mesh, &ada, &two).await;
    let which = put(&mesh, &ada, ADA, json!({ "bundle": point })).await;
    assert!(which["body"].as_str().unwrap().contains("name one of"), "{which}");
    assert_eq!(put(&mesh, &ada, ADA, json!({ "bundle": point, "mechtron": "home" })).await["status"], 200);
    let none = put(&mesh, &ada, ADA, json!({ "bundle": "localhost:users:ada:repo:page:9.0.0" })).await;
    assert_eq!(none["code"], "no-bundle");
    install(&mesh, "localhost:plain", &Bundle::app("localhost:repo:plain:1.0.0", "room", &says("", ""), true)).await;
    let closed =
        put(&mesh, &mesh.token, "localhost:plain:room:ada", json!({ "bundle": point, "mechtron": "home" })).await;
    assert_eq!(closed["code"], "not-overridable");
}

#[tokio::test]
async fn what_an_override_renders_has_no_origin() {
    let (mesh, ada, _) = begun().await;
    let set = [
        ("set-cookie", "a=b"),
        ("content-security-policy", "default-src *"),
        ("nel", "{}"),
        ("report-to", "{}"),
        ("alt-svc", "h3=\":1\""),
        ("www-authenticate", "Basic"),
        ("link", "</x>; rel=preload"),
        ("refresh", "0; url=/bob"),
        ("access-control-allow-origin", "*"),
        ("service-worker-allowed", "/"),
        ("x-frame-options", "ALLOWALL"),
        ("etag", "\"1\""),
        ("cache-control", "public, max-age=31536000, immutable"),
    ];
    let (data, calls) = headers(&set);
    let wat = says("own", &calls).replace("(func $header", &format!("{data}\n(func $header"));
    overridden(&mesh, &ada, &page("ada", "1.0.0", &wat)).await;
    let answer: Answer = mesh.page("site", "/ada").send().await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "own"));
    assert_eq!(answer.header("content-security-policy"), "sandbox allow-scripts allow-forms");
    assert_eq!(answer.header("starlane-override"), "localhost:users:ada:repo:page:1.0.0");
    assert_eq!((answer.header("etag"), answer.header("cache-control")), ("\"1\"", "no-cache"));
    for (name, _) in &set[2..11] {
        assert_eq!(answer.header(name), "", "{name}");
    }
    assert_eq!(answer.header("set-cookie"), "");
    assert_eq!(mesh.page("site", "/bob").send().await.header("content-security-policy"), "");
}

#[tokio::test]
async fn what_traps_three_times_makes_way_and_its_owner_reads_why() {
    let (mesh, ada, bob) = begun().await;
    overridden(&mesh, &ada, &page("ada", "1.0.0", &says("own", "unreachable"))).await;
    for _ in 0..3 {
        assert_eq!(mesh.ping_by(&bob, ADA, "Ext<Greet>", "").await["code"], "trapped");
    }
    assert_eq!(greeted(&mesh, ADA).await, "default");
    for _ in 0..200 {
        let list = listed(&mesh, &ada, "localhost:users:ada").await;
        if list[0]["in_force"] == false {
            assert!(list[0]["why"].as_str().unwrap().contains("trapped three times"), "{list}");
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let said = log(&mesh, &ada, ADA).await;
    assert!(said.contains("is out of force, and the application's own is back"), "{said}");
    let mesh = Mesh::start_in(mesh.close().await).await;
    assert_eq!(greeted(&mesh, ADA).await, "default");
    // Put there again it is in force again.
    overridden(&mesh, &ada, &page("ada", "1.0.1", &says("mended", ""))).await;
    assert_eq!(greeted(&mesh, ADA).await, "mended");
}

#[tokio::test]
async fn an_upgrade_keeps_what_still_fits_and_says_what_does_not() {
    let (mesh, ada, _) = begun().await;
    overridden(&mesh, &ada, &page("ada", "1.0.0", &says("own", ""))).await;
    publish(&mesh, &site("1.0.1", "newer", &ROUTES)).await;
    publish(&mesh, &site("1.1.0", "more", &[ROUTES[0], ROUTES[1], ("Ext<More>", "/")])).await;
    let upgraded = async |to: &str| {
        let pong =
            mesh.ping("localhost:site", "Cmd<Upgrade>", &json!({ "to": to, "breaking": true }).to_string()).await;
        assert_eq!(pong["status"], 200, "{pong}");
    };
    upgraded("1.0.1").await;
    assert_eq!((greeted(&mesh, ADA).await.as_str(), greeted(&mesh, BOB).await.as_str()), ("own", "newer"));
    upgraded("1.1.0").await;
    assert_eq!(greeted(&mesh, ADA).await, "more");
    let list = listed(&mesh, &ada, "localhost:users:ada").await;
    assert_eq!(list[0]["in_force"], false);
    assert!(log(&mesh, &ada, ADA).await.contains("does not accept what"));
    upgraded("1.0.1").await;
    assert_eq!(greeted(&mesh, ADA).await, "own");
}

#[tokio::test]
async fn a_bundle_in_force_stays_until_it_is_revoked() {
    let (mesh, ada, _) = begun().await;
    overridden(&mesh, &ada, &page("ada", "1.0.0", &says("own", ""))).await;
    let bundle = "localhost:users:ada:repo:page:1.0.0";
    let refused = mesh.ping_by(&ada, bundle, "Cmd<Remove>", "").await;
    assert!(refused["body"].as_str().unwrap().contains("--off"), "{refused}");
    let revoke = json!({ "revoke": "1.0.0" }).to_string();
    assert_eq!(mesh.ping_by(&ada, "localhost:users:ada:repo:page", "Cmd<Trust>", &revoke).await["status"], 200);
    assert_eq!(greeted(&mesh, ADA).await, "default");
    assert!(log(&mesh, &ada, ADA).await.contains("may not run"));
    assert_eq!(put(&mesh, &ada, ADA, json!({ "bundle": bundle })).await["code"], "revoked");
    put(&mesh, &ada, ADA, json!({ "off": true })).await;
    assert_eq!(mesh.ping_by(&ada, bundle, "Cmd<Remove>", "").await["status"], 200);
}

#[tokio::test]
async fn state_is_handed_to_no_other_series_and_goes_with_the_application() {
    let (mesh, ada, _) = begun().await;
    overridden(&mesh, &ada, &page("ada", "1.0.0", &says("own", ""))).await;
    greeted(&mesh, ADA).await;
    let other = guest("localhost:users:ada:repo:other:1.0.0", &says("other", ""), "page", &ROUTES);
    let other = publish_by(&mesh, &ada, &other).await;
    assert_eq!(put(&mesh, &ada, ADA, json!({ "bundle": other })).await["code"], "has-state");
    put(&mesh, &ada, ADA, json!({ "off": true })).await;
    assert_eq!(put(&mesh, &ada, ADA, json!({ "bundle": other })).await["code"], "has-state");
    assert_eq!(greeted(&mesh, ADA).await, "default");
    assert_eq!(put(&mesh, &ada, ADA, json!({ "bundle": other, "state": "lose" })).await["status"], 200);
    assert_eq!(kept(&mesh).await, json!([ADA]));
    assert_eq!(greeted(&mesh, ADA).await, "other");
    assert_eq!(kept(&mesh).await, json!([ADA, format!("{ADA}:/own")]));
    assert_eq!(
        mesh.ping("localhost:site", "Cmd<Remove>", &json!({ "state": "lose" }).to_string()).await["status"],
        200
    );
    assert_eq!((kept(&mesh).await, listed(&mesh, &ada, "localhost:users:ada").await), (json!([]), json!([])));
    install(&mesh, "localhost:site", &site("1.0.0", "default", &ROUTES)).await;
    assert_eq!(greeted(&mesh, ADA).await, "default");
}

#[tokio::test]
async fn two_that_come_at_once_leave_one_and_nobody_without_an_answer() {
    let (mesh, ada, _) = begun().await;
    let one = publish_by(&mesh, &ada, &page("ada", "1.0.0", &says("one", ""))).await;
    let two = publish_by(&mesh, &ada, &page("ada", "1.0.1", &says("two", ""))).await;
    for _ in 0..20 {
        let (first, second) = tokio::join!(
            put(&mesh, &ada, ADA, json!({ "bundle": one })),
            put(&mesh, &ada, ADA, json!({ "bundle": two }))
        );
        assert_eq!((&first["status"], &second["status"]), (&json!(200), &json!(200)));
        let said = greeted(&mesh, ADA).await;
        let list = listed(&mesh, &ada, "localhost:users:ada").await;
        let bundle = if said == "one" { &one } else { &two };
        assert_eq!(
            (list[0]["bundle"].as_str(), said.as_str() == "one" || said == "two"),
            (Some(bundle.as_str()), true)
        );
        let (off, said) = tokio::join!(put(&mesh, &ada, ADA, json!({ "off": true })), greeted(&mesh, ADA));
        assert!(off["status"] == 200 && ["one", "two", "default"].contains(&said.as_str()), "{said}");
    }
}

#[tokio::test]
async fn what_an_owner_puts_there_commands_nothing_and_stays_out_of_what_is_others() {
    let (mesh, ada, _) = begun().await;
    greeted(&mesh, BOB).await;
    install(&mesh, "localhost:open", &Bundle::app("localhost:repo:open:1.0.0", "greeter", &says("open", ""), false))
        .await;
    let tries = [
        ("localhost:users:ada", "Cmd<Token>"),
        ("localhost", "Cmd<List>"),
        ("localhost:site", "Cmd<Remove>"),
        ("localhost:site", "Cmd<Get>"),
        (ADA, "Cmd<Logs>"),
        (BOB, "Cmd<Override>"),
        (BOB, "Cmd<Watch>"),
        ("localhost:open:greeter", "Ext<Greet>"),
    ];
    for (number, (to, method)) in tries.into_iter().enumerate() {
        let (data, asks) = ask(to, method);
        let wat = says("...", &asks).replace("(func $header", &format!("{data}\n(func $header"));
        overridden(&mesh, &ada, &page("ada", &format!("1.0.{number}"), &wat)).await;
        let said = greeted(&mesh, ADA).await;
        // Whoever may call a point may watch it: that is anyone's right here. What stays within the star is no command there.
        let expected: &[&str] = match (to, method) {
            (_, "Cmd<Watch>") => &["200"],
            (ADA | BOB, _) => &["403", "405"],
            _ => &["403"],
        };
        assert!(expected.contains(&said.as_str()), "{method} to {to}: {said}");
    }
    assert_eq!(greeted(&mesh, BOB).await, "default");
}

/// A guest's `first` that asks and says with which status that was answered.
fn ask(to: &str, method: &str) -> (String, String) {
    let data = format!("(data (i32.const 2048) {to:?}) (data (i32.const 2304) {method:?})");
    let set = |field: u32, at: u32, size: usize| {
        format!(
            "(drop (call $write (i32.const {field}) (i32.const 0) (i32.const 0) (i32.const {at}) (i32.const {size})))"
        )
    };
    let digit = |at: u32, by: u32| {
        format!(
            "(i32.store8 (i32.const {at}) (i32.add (i32.const 48) (i32.rem_u (i32.div_u (global.get $status) (i32.const {by})) (i32.const 10))))"
        )
    };
    let asked = "(global.set $status (call $wait (call $ask (i32.const 5000))))";
    let asks =
        [set(5, 2_048, to.len()), set(6, 2_304, method.len()), asked.into(), digit(0, 100), digit(1, 10), digit(2, 1)];
    (format!("{data} (global $status (mut i32) (i32.const 0))"), asks.concat())
}

#[tokio::test]
async fn it_comes_back_with_its_application_and_after_any_removal_of_state() {
    let (mesh, ada, _) = begun().await;
    overridden(&mesh, &ada, &page("ada", "1.0.0", &says("own", ""))).await;
    publish(&mesh, &site("1.0.1", "newer", &ROUTES)).await;
    let revoke = json!({ "revoke": "1.0.0" }).to_string();
    mesh.told("localhost:repo:site", "Cmd<Trust>", &revoke).await;
    assert_eq!(mesh.ping(ADA, "Ext<Greet>", "").await["code"], "revoked");
    assert_eq!(listed(&mesh, &ada, "localhost:users:ada").await[0]["in_force"], false);
    mesh.told("localhost:site", "Cmd<Upgrade>", "{}").await;
    assert_eq!((greeted(&mesh, ADA).await.as_str(), greeted(&mesh, BOB).await.as_str()), ("own", "newer"));
    // What is kept at a point goes with whatever kept it there.
    mesh.told(ADA, "Cmd<Remove>", &json!({ "state": "lose" }).to_string()).await;
    assert_eq!(kept(&mesh).await, json!([BOB]));
    assert_eq!(greeted(&mesh, ADA).await, "own");
    mesh.told("localhost:site", "Cmd<Remove>", &json!({ "state": "keep" }).to_string()).await;
    install(&mesh, "localhost:site", &site("1.0.1", "newer", &ROUTES)).await;
    assert_eq!(greeted(&mesh, ADA).await, "newer");
    assert_eq!(kept(&mesh).await, json!([ADA, format!("{ADA}:/own"), BOB]));
    let other = guest("localhost:users:ada:repo:other:1.0.0", &says("other", ""), "page", &ROUTES);
    let other = publish_by(&mesh, &ada, &other).await;
    assert_eq!(put(&mesh, &ada, ADA, json!({ "bundle": other })).await["code"], "has-state");
}
