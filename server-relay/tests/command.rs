//! The `starlane` command, run against a relay: what it prints and how it ends.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::mpsc;
use std::thread::JoinHandle;

use serde_json::{Value, json};
use starlane_relay::{RelayConfig, open};
use tokio::sync::oneshot;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/publish");

/// A relay on a free port, with a data folder of its own.
struct Mesh {
    data: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Mesh {
    fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, is_ready) = mpsc::channel();
        let listen = ([127, 0, 0, 1], 0).into();
        let config = RelayConfig { listen, with_client: false, stars: Some(1), ..RelayConfig::new(data.path()) };
        let thread = std::thread::spawn(move || {
            tokio::runtime::Runtime::new().unwrap().block_on(async {
                let relay = open(config).await.unwrap();
                ready.send(()).unwrap();
                relay.run_until(async { drop(stopped.await) }).await;
            });
        });
        is_ready.recv().expect("the relay does not open");
        Self { data, stop: Some(stop), thread: Some(thread) }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        starlane(self.data.path()).args(arguments).output().unwrap()
    }

    /// Runs a command with `--json`: its exit code and its one document.
    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let output = self.run(&[&["--json"], arguments].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.lines().count(), 1, "{arguments:?}: {text}");
        (output.status.code().unwrap(), serde_json::from_str(&text).unwrap())
    }

    /// Runs a command that must succeed; its document.
    fn done(&self, arguments: &[&str]) -> Value {
        let (exit, told) = self.json(arguments);
        assert_eq!(exit, 0, "{arguments:?}: {told}");
        told
    }

    /// Runs a command that must not succeed; its exit code and the code of its error.
    fn fails(&self, arguments: &[&str]) -> (i32, String) {
        let (exit, told) = self.json(arguments);
        assert!(told["message"].is_string() && told["hint"].is_string(), "{arguments:?}: {told}");
        (exit, told["code"].as_str().unwrap().to_owned())
    }
}

impl Drop for Mesh {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn starlane(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_starlane"));
    command.env_remove("STARLANE_RELAY").env_remove("STARLANE_TOKEN").env("STARLANE_DATA", data);
    command.env("XDG_CONFIG_HOME", data.join("config"));
    command
}

/// The fixture `good/chat` with its code compiled.
fn chat() -> tempfile::TempDir {
    let made = tempfile::tempdir().unwrap();
    let copied = Command::new("cp").arg("-r").arg(format!("{FIXTURES}/good/chat/.")).arg(made.path()).status().unwrap();
    assert!(copied.success());
    std::fs::create_dir(made.path().join("wasm")).unwrap();
    for name in ["room", "format"] {
        let wasm = wat::parse_file(made.path().join(name).join(format!("{name}.wat"))).unwrap();
        std::fs::write(made.path().join("wasm").join(format!("{name}.wasm")), wasm).unwrap();
    }
    made
}

#[test]
fn a_folder_is_published_installed_asked_and_removed() {
    let (mesh, folder) = (Mesh::start(), chat());
    let path = folder.path().to_str().unwrap();
    let published = mesh.done(&["publish", path, "localhost:repo:chat:1.0.0"]);
    assert_eq!((&published["files"], &published["sent"]["files"]), (&json!(8), &json!(7)), "equal files are sent once");
    let again = mesh.done(&["publish", path, "localhost:repo:chat:1.0.0"]);
    assert_eq!((&again["digest"], &again["sent"]["files"]), (&published["digest"], &json!(0)));

    std::fs::write(folder.path().join("html/more.html"), "more").unwrap();
    let taken = mesh.fails(&["publish", path, "localhost:repo:chat:1.0.0"]);
    assert_eq!(taken, (1, "version-taken".to_owned()));

    let installed = mesh.done(&["install", "localhost:chat", "localhost:repo:chat:1.0.0"]);
    assert_eq!(installed["generation"], 1);
    assert_eq!((&installed["path"], &installed["unchanged"]), (&json!("/"), &Value::Null));
    let again = mesh.run(&["install", "localhost:chat", "localhost:repo:chat:1.0.0"]);
    let again = String::from_utf8(again.stdout).unwrap();
    let already = "localhost:chat is installed from localhost:repo:chat:1.0.0 already, generation 1; nothing changed\n";
    assert!(again.starts_with(already) && again.contains("\nhttp://chat.localhost:"), "{again}");
    assert_eq!(mesh.fails(&["logs", "localhost:chat:rom"]), (1, "no-route".to_owned()));
    assert_eq!(mesh.fails(&["logs", "localhost:caht"]), (1, "no-route".to_owned()));
    for quiet in ["localhost:chat:format", "localhost:chat", "localhost:users:ada", "localhost:repo:chat"] {
        mesh.done(&["logs", quiet]);
    }
    let pong = mesh.done(&["send", "localhost:chat:room:tea", "Ext<Say>", r#"{ "text": "hi" }"#]);
    assert_eq!((&pong["status"], &pong["body"]), (&json!(200), &json!("")));
    let listed = mesh.done(&["ls", "localhost:chat:room"]);
    assert_eq!(listed["mechtrons"][0]["point"], "localhost:chat:room:tea");

    mesh.done(&["rm", "localhost:chat"]);
    mesh.done(&["rm", "localhost:repo:chat:1.0.0"]);
    assert_eq!(mesh.fails(&["ls", "localhost:chat"]), (1, "no-route".to_owned()));
}

#[test]
fn an_address_is_printed_where_it_leads_somewhere() {
    let (mesh, folder) = (Mesh::start(), chat());
    let app = folder.path().join("app.toml");
    let document = std::fs::read_to_string(&app).unwrap();
    let (before, rest) = document.split_once("[http]").unwrap();
    let (_, grants) = rest.split_once("[[grant]]").unwrap();
    for (series, http, wanted) in [
        ("a", "\"/*\" = \"${bundle}:/html/\"", Some("/")),
        ("b", "\"/rooms/*\" = \"${app}:room:lobby\"", Some("/rooms/…")),
        ("c", "\"/rooms/tea\" = \"${app}:room:lobby\"", Some("/rooms/tea")),
        ("d", "\"/*\" = \"${bundle}:/binds/\"", Some("/format.toml")),
        ("e", "\"/pages/*\" = \"${bundle}:/\"", None),
        ("f", "\"/html/*\" = \"${bundle}:/\"", Some("/html/")),
        ("g", "\"/page\" = \"${bundle}:/html/index.html\"", Some("/page")),
        ("h", "", None),
    ] {
        std::fs::write(&app, format!("{before}[http]\n{http}\n[[grant]]{grants}")).unwrap();
        let bundle = format!("localhost:repo:{series}:1.0.0");
        mesh.done(&["publish", folder.path().to_str().unwrap(), &bundle]);
        let printed = String::from_utf8(mesh.run(&["install", "localhost:chat", &bundle]).stdout).unwrap();
        let address = printed.lines().nth(1).map(|line| &line[line.rfind(char::is_numeric).unwrap() + 1..]);
        assert_eq!(address, wanted, "{http}: {printed}");
    }
}

#[test]
fn a_refusal_ends_with_one_and_says_code_and_hint() {
    let mesh = Mesh::start();
    assert_eq!(mesh.fails(&["send", "localhost:nobody:there", "Ext<Say>"]), (1, "no-route".to_owned()));
    assert_eq!(mesh.fails(&["install", "localhost:chat", "localhost:repo:chat:9.0.0"]).0, 1);
    assert_eq!(mesh.fails(&["--token", "wrong", "ls"]), (1, "bad-token".to_owned()));
    let bad = format!("{FIXTURES}/bad/unknown-keys");
    let (exit, told) = mesh.json(&["publish", &bad, "localhost:repo:bad:1.0.0"]);
    assert_eq!((exit, &told["code"], told["faults"].as_array().unwrap().len()), (1, &json!("bad-bundle"), 4));
}

#[test]
fn whoever_asks_where_nothing_stands_is_told_what_may_be_meant() {
    let (mesh, folder) = (Mesh::start(), chat());
    mesh.done(&["publish", folder.path().to_str().unwrap(), "localhost:repo:chat:1.0.0"]);
    mesh.done(&["install", "localhost:chat", "localhost:repo:chat:1.0.0"]);
    let told = |arguments: &[&str]| mesh.json(arguments).1["message"].as_str().unwrap().to_owned();
    for (to, meant) in [
        ("localhost:chat:rom:tea", "; did you mean `localhost:chat:room:tea`?"),
        ("localhost:chta:room:tea", "; did you mean `localhost:chat:room:tea`?"),
        ("localhost:chat:frmat", "; did you mean `localhost:chat:format`?"),
        ("localhost:chat:kitchen", "; there is `localhost:chat:format`, `localhost:chat:room`"),
        ("localhost:chat", "; there is `localhost:chat:format`, `localhost:chat:room`"),
        ("localhost:zoo:room", ""),
    ] {
        assert_eq!(told(&["send", to, "Ext<Say>"]), format!("nothing stands at `{to}`{meant}"));
    }
    // Who may not call it is not told of it.
    let token = mesh.done(&["token", "ada"])["token"].as_str().unwrap().to_owned();
    assert!(told(&["send", "localhost:chat:rom", "Ext<Say>", "--token", &token]).starts_with("no grant lets"));
    let routes = "localhost:chat:room:tea has no route for Ext<Sya> /; it takes: Ext<Say> /";
    assert_eq!(told(&["send", "localhost:chat:room:tea", "Ext<Sya>"]), routes);
    let routes = "localhost:chat:room:tea has no route for Ext<Say> /x; it takes: Ext<Say> /";
    assert_eq!(told(&["send", "localhost:chat:room:tea", "Ext<Say>", "--path", "/x"]), routes);
    let (_, listed) = mesh.json(&["ls", "localhost:chat:rom"]);
    assert_eq!(listed["hint"], "did you mean `localhost:chat:room`? `starlane ls` shows everything");
}

#[test]
fn what_cannot_be_understood_ends_with_two() {
    let mesh = Mesh::start();
    for (arguments, code) in [
        (&["ls", "localhost:Chat"][..], "point-bad-segment"),
        (&["publish", ".", "chat:1.2.0"], "not-a-bundle"),
        (&["install", "chat", "localhost:repo:chat:1.0.0"], "not-an-app"),
        (&["send", "localhost:chat:room", "Say"], "bad-method"),
        (&["send", "localhost:chat:room", "Ext<Say>", "--header", "nonsense"], "bad-header"),
        (&["--relay", "ftp://localhost", "ls"], "bad-relay-address"),
        (&["up", "--origin", "example.com"], "bad-origin"),
        (&["up", "--origin", "https://example.com", "--origin", "https://example.com/app"], "bad-origin"),
        (&["dance"], "usage"),
    ] {
        assert_eq!(mesh.fails(arguments), (2, code.to_owned()), "{arguments:?}");
    }
}

#[test]
fn the_operators_token_goes_to_the_operators_relay_only() {
    let (mesh, other) = (Mesh::start(), Mesh::start());
    let note: Value = serde_json::from_slice(&std::fs::read(other.data.path().join("operator.json")).unwrap()).unwrap();
    assert_eq!(mesh.fails(&["--relay", note["url"].as_str().unwrap(), "ls"]), (1, "sign-in".to_owned()));
    // The same relay by another of its names.
    let own: Value = serde_json::from_slice(&std::fs::read(mesh.data.path().join("operator.json")).unwrap()).unwrap();
    let by_name = own["url"].as_str().unwrap().replace("127.0.0.1", "localhost");
    mesh.done(&["--relay", &by_name, "ls"]);
}

/// Seconds a token holds from its making, as its claims say.
fn lives(said: &Value) -> u64 {
    use base64::Engine as _;
    let claims = said["token"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap()
}

#[test]
fn a_user_gets_a_token_and_a_link() {
    let mesh = Mesh::start();
    let by_name = mesh.done(&["token", "ada"]);
    let by_point = mesh.done(&["token", "localhost:users:ada"]);
    assert_eq!((&by_name["user"], &by_point["user"]), (&json!("localhost:users:ada"), &json!("localhost:users:ada")));
    assert!(by_name["link"].as_str().unwrap().contains("#code="));
    let token = by_name["token"].as_str().unwrap();
    assert_eq!(mesh.fails(&["--token", token, "token", "localhost:users:operator"]), (1, "forbidden".to_owned()));
    let short = mesh.done(&["token", "ada", "--for", "90s"]);
    assert_eq!((lives(&by_name), lives(&short)), (24 * 60 * 60, 90));
    for refused in ["48h", "86401s", "0s"] {
        assert_eq!(mesh.fails(&["token", "ada", "--for", refused]), (1, "bad-duration".to_owned()), "{refused}");
    }
    for part in ["999ms", "1500ms"] {
        assert_eq!(mesh.fails(&["token", "ada", "--for", part]), (2, "bad-duration".to_owned()), "{part}");
    }
    assert_eq!(lives(&mesh.done(&["token", "ada", "--for", "24h"])), 24 * 60 * 60);
    let link = mesh.run(&["token", "ada", "--link"]);
    assert_eq!(String::from_utf8(link.stdout).unwrap().lines().count(), 1);
}

#[test]
fn without_a_relay_there_is_one_clear_error() {
    let nowhere = tempfile::tempdir().unwrap();
    let output = starlane(nowhere.path()).args(["--relay", "http://localhost:1", "ls"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.starts_with("error: the relay at http://127.0.0.1:1 cannot be reached"), "{said}");
    assert!(said.contains("hint: start one with `starlane up`"), "{said}");
    assert!(!said.contains('\u{1b}'), "colour is for terminals");
}

#[test]
fn nobody_listens_to_the_end_and_nothing_fails() {
    let mesh = Mesh::start();
    let program = env!("CARGO_BIN_EXE_starlane");
    let mut shell = Command::new("sh");
    shell.args(["-c", "{ \"$0\" completions bash; echo \"ended $?\" >&2; } | head -1", program]);
    let said = shell.env("STARLANE_DATA", mesh.data.path()).output().unwrap();
    assert_eq!(String::from_utf8(said.stderr).unwrap(), "ended 0\n");
}

#[test]
fn what_keeps_state_is_removed_when_somebody_says_what_becomes_of_it() {
    let (mesh, folder) = (Mesh::start(), chat());
    let keeper = wat::parse_str(include_str!("relay/guests/keeper.wat")).unwrap();
    std::fs::write(folder.path().join("wasm/room.wasm"), keeper).unwrap();
    mesh.done(&["publish", folder.path().to_str().unwrap(), "localhost:repo:chat:1.0.0"]);
    let install = || mesh.done(&["install", "localhost:chat", "localhost:repo:chat:1.0.0"]);
    let say = |what: &str| mesh.done(&["send", "localhost:chat:room:tea", "Ext<Say>", what])["body"].clone();
    let (one, two) = (r#"{"text":"one"}"#, r#"{"text":"two"}"#);
    install();
    assert_eq!(say(one), "");
    let tree = mesh.done(&["ls", "--tree", "localhost:chat"]);
    let room = &tree["apps"][0]["mechtrons"][1];
    assert_eq!((&room["point"], &room["keyed"]), (&json!("localhost:chat:room"), &json!(true)), "{tree}");
    assert_eq!(room["keys"][0]["state"], json!({ "keys": 1, "bytes": 15 }), "{tree}");
    assert_eq!((&tree["space"], &room["keys"][0]["point"]), (&json!("localhost"), &json!("localhost:chat:room:tea")));
    assert_eq!(mesh.fails(&["rm", "localhost:chat"]), (1, "has-state".to_owned()));
    let told = String::from_utf8(mesh.run(&["rm", "localhost:chat"]).stderr).unwrap();
    assert!(told.contains("`localhost:chat` keeps state: 1 key and 15 bytes of 1 mechtron"), "{told}");
    let kept = String::from_utf8(mesh.run(&["rm", "localhost:chat", "--keep-state"]).stdout).unwrap();
    assert!(kept.contains("stays for the next application at this point"), "{kept}");
    assert_eq!(mesh.done(&["ls"])["kept"], json!([{ "point": "localhost:chat" }]));
    let kept = json!([{ "point": "localhost:chat", "keys": 1, "bytes": 15 }]);
    assert_eq!(mesh.done(&["ls", "--tree", "localhost:chat"])["kept"], kept);
    install();
    assert_eq!(mesh.done(&["ls"])["kept"], json!([]));
    assert_eq!(say(two), one);
    mesh.done(&["rm", "localhost:chat", "--yes"]);
    install();
    assert_eq!(say(one), "");
}

#[test]
fn values_are_shown_and_changed() {
    let (mesh, folder) = (Mesh::start(), chat());
    let app = folder.path().join("app.toml");
    let document = std::fs::read_to_string(&app).unwrap();
    // Those of the page.
    let values =
        "[config]\ngreeting = \"Hello\"\ntimes = 3\ntags = [\"a\"]\nlobby = \"lobby\"\ncallers = \"signed-in\"\n\n";
    std::fs::write(&app, format!("{values}{document}")).unwrap();
    mesh.done(&["publish", folder.path().to_str().unwrap(), "localhost:repo:chat:1.0.0"]);
    mesh.done(&["install", "localhost:chat", "localhost:repo:chat:1.0.0"]);
    let text = |arguments: &[&str]| String::from_utf8(mesh.run(arguments).stdout).unwrap();
    assert_eq!(text(&["get", "localhost:chat", "greeting"]), "Hello\n");
    let set = text(&["set", "localhost:chat", "greeting=Good day", "times=7", r#"tags=["b", "c"]"#]);
    let shown = "set localhost:chat, generation 2\nconfig\n  name      value        default\n\
                 \u{20}\u{20}callers   \"signed-in\"\n  greeting  \"Good day\"   \"Hello\"\n\
                 \u{20}\u{20}lobby     \"lobby\"\n  tags      [\"b\",\"c\"]    [\"a\"]\n  times     7            3\n";
    assert_eq!(set, shown);
    assert!(include_str!("../../docs/app.md").contains(&set), "as the documentation shows it");
    assert_eq!(text(&["get", "localhost:chat"]), shown.split_once('\n').unwrap().1);
    assert_eq!(mesh.done(&["get", "localhost:chat", "times"]), json!(7));
    let unset = mesh.done(&["set", "localhost:chat", "greeting=", "--unset", "tags"]);
    assert_eq!(unset["config"]["greeting"]["value"], "Hello");
    assert_eq!((&unset["config"]["tags"]["set"], &unset["config"]["times"]["value"]), (&json!(false), &json!(7)));

    assert_eq!(mesh.fails(&["set", "localhost:chat", "times=often"]), (1, "bad-config".to_owned()));
    assert_eq!(mesh.fails(&["set", "localhost:chat", "times"]), (2, "not-a-value".to_owned()));
    assert_eq!(mesh.fails(&["get", "localhost:chat", "tims"]), (1, "no-value".to_owned()));
    mesh.done(&["set", "localhost", "http=localhost:chat", "origins=https://a.example"]);
    let shown = "settings\n  name     value\n  http     localhost:chat\n  origins  https://a.example\n";
    assert_eq!(text(&["get", "localhost"]), shown);
}

#[test]
fn a_key_is_made_once_and_only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let mesh = Mesh::start();
    let made = mesh.done(&["keygen"]);
    let file = mesh.data.path().join("config/starlane/publisher.key");
    assert_eq!((made["file"].as_str(), made["public_key"].as_str().unwrap().len()), (file.to_str(), 64));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let (exit, again) = mesh.json(&["keygen"]);
    assert_eq!((exit, &again["code"]), (1, &json!("key-exists")));
    assert!(again["hint"].as_str().unwrap().contains(made["public_key"].as_str().unwrap()), "{again}");
    let other = mesh.data.path().join("other.key");
    let other = other.to_str().unwrap();
    assert_ne!(mesh.done(&["keygen", other])["public_key"], made["public_key"]);

    let (folder, bundle) = (chat(), "localhost:repo:chat:1.0.0");
    let publish = ["publish", folder.path().to_str().unwrap(), bundle, "--key", other];
    std::fs::set_permissions(other, PermissionsExt::from_mode(0o644)).unwrap();
    assert_eq!(mesh.fails(&publish), (1, "key-not-private".to_owned()));
    std::fs::set_permissions(other, PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::write(other, "abc").unwrap();
    assert_eq!(mesh.fails(&publish), (1, "bad-key".to_owned()));
    std::fs::remove_file(other).unwrap();
    assert_eq!(mesh.fails(&publish), (1, "key-unreadable".to_owned()));
}

#[test]
fn a_bundle_is_signed_with_a_key_that_is_trusted_until_it_is_revoked() {
    let (mesh, folder) = (Mesh::start(), chat());
    let key = mesh.done(&["keygen"])["public_key"].as_str().unwrap().to_owned();
    let publish = ["publish", folder.path().to_str().unwrap(), "localhost:repo:chat:1.0.0"];
    assert_eq!(mesh.fails(&publish), (1, "unknown-key".to_owned()));
    assert_eq!(mesh.fails(&["trust", "add", "localhost:repo:chat:1.0.0", &key]), (2, "not-a-series".to_owned()));
    assert_eq!(mesh.fails(&["trust", "add", "localhost:repo:chat", "ab"]), (2, "bad-key".to_owned()));
    assert_eq!(mesh.done(&["trust", "add", "localhost:repo:chat", &key])["keys"], json!([key]));
    assert_eq!(mesh.done(&publish)["signed_by"], json!(key));
    mesh.done(&["install", "localhost:chat", "localhost:repo:chat:1.0.0"]);
    let send = ["send", "localhost:chat:room:tea", "Ext<Say>", r#"{ "text": "hi" }"#];
    assert_eq!(mesh.done(&send)["status"], 200);
    let revoked = mesh.done(&["trust", "revoke", "localhost:repo:chat", &key]);
    assert_eq!((&revoked["keys"], &revoked["revoked_keys"]), (&json!([]), &json!([key])));
    assert_eq!(mesh.fails(&send), (1, "revoked".to_owned()));
    assert_eq!(mesh.fails(&publish), (1, "revoked".to_owned()));
    let unsigned = mesh.done(&[&publish[..], &["--unsigned"]].concat());
    assert_eq!(unsigned["signed_by"], json!(null));
    assert_eq!(mesh.done(&send)["status"], 200);
    assert_eq!(mesh.done(&["trust", "revoke", "localhost:repo:chat", "1.0.0"])["serial"], 3);
    assert_eq!(mesh.fails(&send), (1, "revoked".to_owned()));
    assert_eq!(mesh.fails(&["trust", "revoke", "localhost:repo:chat", "2.0.0"]), (1, "nothing-to-revoke".to_owned()));
    let shown = String::from_utf8(mesh.run(&["trust", "ls"]).stdout).unwrap();
    assert!(shown.starts_with("localhost:repo:chat, serial 3: 0 keys; the relay signs what is published\n"), "{shown}");
    assert!(shown.contains("(1.0.0)") && shown.contains(&key), "{shown}");
}

#[test]
fn a_user_publishes_and_lists_what_is_their_own() {
    let (mesh, folder) = (Mesh::start(), chat());
    let token = mesh.done(&["token", "ada"])["token"].as_str().unwrap().to_owned();
    let (path, bundle) = (folder.path().to_str().unwrap(), "localhost:users:ada:repo:chat:1.0.0");
    let as_ada = |arguments: &[&str]| mesh.json(&[arguments, &["--token", &token]].concat());
    assert_eq!(as_ada(&["publish", path, "localhost:repo:chat:1.0.0"]).1["code"], "forbidden");
    assert_eq!(as_ada(&["publish", path, bundle]).0, 0);
    let (_, listed) = as_ada(&["ls", "localhost:users:ada"]);
    assert_eq!((&listed["bundles"], &listed["users"]), (&json!([bundle]), &json!(["localhost:users:ada"])), "{listed}");
    assert_eq!(as_ada(&["ls", "localhost:users:bob"]).1["code"], "forbidden");
    assert_eq!(as_ada(&["trust", "ls"]).1["series"][0]["series"], "localhost:users:ada:repo:chat");
    mesh.done(&["install", "localhost:chat", bundle]);
    assert_eq!(as_ada(&["ls", "localhost:users:ada"]).1["apps"][0]["bundle"], bundle);
    mesh.done(&["rm", "localhost:chat", "--yes"]);
    assert_eq!(as_ada(&["rm", bundle, "--yes"]).0, 0);
    assert_eq!(as_ada(&["ls", bundle]).1["code"], "no-route");
}

#[test]
fn what_stands_for_a_user_is_overridden_and_taken_back() {
    let (mesh, folder) = (Mesh::start(), tempfile::tempdir().unwrap());
    let (site, page) = (folder.path().join("site"), folder.path().join("page"));
    for new in [&site, &page] {
        let new = new.to_str().unwrap();
        mesh.done(&["new", "--lang", "wat", new]);
        mesh.done(&["build", new]);
    }
    let placed = "[mechtrons.greeter]\nconfig = \"mechtrons/greeter.toml\"\nkeyed = \"user\"\noverride = \"owner\"\n";
    std::fs::write(site.join("app.toml"), placed).unwrap();
    mesh.done(&["publish", site.to_str().unwrap(), "localhost:repo:site:1.0.0"]);
    mesh.done(&["install", "localhost:site", "localhost:repo:site:1.0.0"]);
    let token = mesh.done(&["token", "ada"])["token"].as_str().unwrap().to_owned();
    let as_ada = |arguments: &[&str]| mesh.json(&[arguments, &["--token", &token]].concat());
    let (at, bundle) = ("localhost:site:greeter:ada", "localhost:users:ada:repo:page:1.0.0");
    assert_eq!(as_ada(&["publish", page.to_str().unwrap(), bundle]).0, 0);
    assert_eq!((as_ada(&["override", at]).0, as_ada(&["override", at, "page"]).0), (2, 2));
    assert_eq!(as_ada(&["override", at, "--off"]).1["code"], "no-override");
    assert_eq!(as_ada(&["override", at, &format!("{bundle}:greeter")]).1["bundle"], bundle);
    let (_, listed) = as_ada(&["ls", "localhost:users:ada"]);
    let own = json!([{ "point": at, "bundle": bundle, "mechtron": "greeter", "in_force": true }]);
    assert_eq!(listed["overrides"], own, "{listed}");
    let tree = mesh.done(&["ls", "--tree"]);
    assert_eq!(tree["apps"][0]["mechtrons"][0]["keys"][0]["override"], own[0], "{tree}");
    assert_eq!(as_ada(&["rm", bundle]).1["code"], "conflict");
    assert_eq!(as_ada(&["override", at, "--off"]).1["was"], bundle);
    assert_eq!(as_ada(&["rm", bundle]).0, 0);
}
