//! `starlane new` and `starlane build`: from nothing to a mechtron that answers, in every language whose compiler is here.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::mpsc;
use std::thread::JoinHandle;

use serde_json::Value;
use starlane_relay::{RelayConfig, open};
use tokio::sync::oneshot;

/// A folder to work in, and a relay with a data folder of its own.
struct Place {
    folder: tempfile::TempDir,
    data: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Place {
    fn new() -> Self {
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
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        Self { folder, data, stop: Some(stop), thread: Some(thread) }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        starlane(self.path()).env("STARLANE_DATA", self.data.path()).args(arguments).output().unwrap()
    }

    fn done(&self, arguments: &[&str]) -> Value {
        succeeded(&self.run(&[&["--json"], arguments].concat()))
    }

    /// The whole way: a new folder, built, published, installed, asked.
    fn whole_way(&self, lang: &str, ask: &str, answer: &str) {
        let name = format!("tea-{lang}");
        self.done(&["new", &name, "--lang", lang]);
        let built = self.done(&["build", &name]);
        assert_eq!(built["trials"][0]["asked"]["status"], 200, "{built}");
        assert!(built["trials"][0]["asked"]["fuel"].as_u64().is_some_and(|fuel| fuel > 100), "{built}");
        assert!(built["mechtrons"][0]["bytes"].as_u64().is_some_and(|bytes| bytes < 40_000), "{built}");
        assert_eq!(built["mechtrons"][0]["remarks"], "", "{built}");
        let (app, bundle) = (format!("localhost:{name}"), format!("localhost:repo:{name}:1.0.0"));
        let published = self.done(&["publish", &name, &bundle]);
        // Documents, the page, code and the page about it: no source, no library.
        assert_eq!(published["files"], 6, "{published}");
        self.done(&["install", &app, &bundle]);
        let greeter = format!("{app}:greeter");
        let told = self.run(&["send", &greeter, "Ext<Greet>", ask]);
        assert_eq!(String::from_utf8_lossy(&told.stdout).trim(), answer, "{}", String::from_utf8_lossy(&told.stderr));
        let page = self.run(&["send", &greeter, "Http<Get>", "--path", "/hello/%3Cb%3E%26"]);
        let page = String::from_utf8_lossy(&page.stdout).into_owned();
        assert!(page.contains("<h1>Hello, &") && !page.contains("<b>"), "{page}");
        let again = self.run(&["new", &name, "--lang", lang]);
        assert_eq!(again.status.code(), Some(1));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn starlane(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_starlane"));
    command.env_remove("STARLANE_RELAY").env_remove("STARLANE_TOKEN").current_dir(folder);
    if let Some(zig) = zig() {
        command.env("ZIG", zig);
    }
    command
}

/// The compiler that `cargo xtask build` has installed; without, the one of the machine is taken.
fn zig() -> Option<PathBuf> {
    if let Some(home) = std::env::var_os("STARLANE_ZIG") {
        return Some(Path::new(&home).join("zig"));
    }
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/xtask");
    let folders = fs::read_dir(installed).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    folders.map(|folder| folder.join("ziglang/zig")).find(|zig| zig.is_file())
}

fn succeeded(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&text).unwrap()
}

const ADA: &str = r#"{"name":"Ada"}"#;
const COUNTED: &str = r#""Hello, Ada! You are number 1.""#;

#[test]
fn in_rust() {
    Place::new().whole_way("rust", ADA, COUNTED);
}

#[test]
fn in_assembly_script() {
    Place::new().whole_way("as", ADA, COUNTED);
}

#[test]
fn a_new_folder_names_the_compiler_that_is_tested_here() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), "tea", "as");
    let version = |file: &Path| -> Value {
        let package: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        package["devDependencies"]["assemblyscript"].clone()
    };
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../package.json");
    assert_eq!(version(&folder.path().join("tea/greeter/package.json")), version(&here));
}

#[test]
fn in_c() {
    Place::new().whole_way("c", ADA, COUNTED);
}

#[test]
fn in_zig() {
    Place::new().whole_way("zig", ADA, COUNTED);
}

#[test]
fn in_wat() {
    Place::new().whole_way("wat", "Ada", "Hello, Ada!");
}

fn made(folder: &Path, name: &str, lang: &str) {
    succeeded(&starlane(folder).args(["--json", "new", name, "--lang", lang]).output().unwrap());
}

/// A route whose body and reply have every form of a schema.
const EVERY_FORM: &str = r#"
[[route]]
method = "Ext<Echo>"

[route.body]
type = "application/json"

[route.body.schema]
properties         = { text = { type = "string" }, on = { type = "boolean" }, small = { type = "int8" }, large = { type = "uint32" }, part = { type = "float64" }, at = { type = "timestamp" }, word = { enum = ["a b", "type"] }, list = { elements = { type = "uint8", nullable = true } }, map = { values = { type = "string" } }, any = {}, tree = { ref = "tree" }, none = { type = "int32", nullable = true } }
optionalProperties = { maybe = { type = "uint16" }, more = { ref = "words" }, class = { properties = { let = { type = "float32" } } } }

[route.body.schema.definitions]
words = { elements = { type = "string" } }
tree  = { discriminator = "kind", mapping = { leaf = { properties = { value = { type = "int16" } } }, node = { properties = { left = { ref = "tree" }, right = { ref = "tree" } } } } }

[route.reply]
type = "application/json"
"#;

const TYPED_RUST: &str = r#"#![no_std]
mod bind;

use bind::{EchoBody, GreeterRoutes};
use mechtron::{Instead, Wave, json, json::Any};

mechtron::export!(bind::handle::<Echo>);

struct Echo;

impl GreeterRoutes for Echo {
    fn echo(_: &Wave, body: EchoBody) -> Result<Any, Instead> {
        Ok(Any::new(json::write(&body)))
    }
}
"#;

const TYPED_AS: &str = r#"import { Reply, begin } from "../lib/starlane";
import { Any, Writer } from "../lib/typed";
import { EchoBody, GreeterRoutes, echoReply, handle } from "./bind";

export { mechtron_init, starlane_abi_1 } from "../lib/starlane";

class Echo extends GreeterRoutes {
  echo(body: EchoBody): Reply {
    const json = new Writer();
    body.write(json);
    return echoReply(new Any(json.done()));
  }
}

export function mechtron_wave(): i32 {
  begin();
  return handle(new Echo()).send();
}
"#;

#[test]
fn what_typed_code_reads_it_writes_again() {
    let place = Place::new();
    let bodies = [
        r#"{"text":"","on":true,"small":-128,"large":4294967295,"part":0.1,"at":"1985-04-12T23:20:50Z","word":"a b","list":[],"map":{},"any":null,"tree":{"kind":"leaf","value":-7},"none":null}"#,
        r#"{"tree":{"left":{"value":1,"kind":"leaf"},"right":{"kind":"node","left":{"kind":"leaf","value":2},"right":{"kind":"leaf","value":3}},"kind":"node"},"text":"\"\\\u00e9\ud83d\ude80\n","on":false,"small":127,"large":0,"part":-123456.789,"at":"1985-04-12T23:20:50Z","word":"type","list":[1,null,255],"map":{"a":"b","":"c"},"any":{"x":[1,{"y":"]}"}]},"none":-2147483648,"maybe":7,"more":["x",""],"class":{"let":0.25}}"#,
    ];
    for (lang, file, source, text) in [
        ("rust", "greeter/src/bind.rs", "greeter/src/lib.rs", TYPED_RUST),
        ("as", "greeter/bind.ts", "greeter/index.ts", TYPED_AS),
    ] {
        let name = format!("typed-{lang}");
        let at = |file: &str| format!("{name}/{file}");
        place.done(&["new", &name, "--lang", lang]);
        fs::write(place.path().join(at("binds/greeter.toml")), EVERY_FORM).unwrap();
        place.done(&["bindgen", "--lang", lang, &at("binds/greeter.toml"), "--out", &at(file)]);
        fs::write(place.path().join(at(source)), text).unwrap();
        // The page's address leads to a route that is no longer there.
        let app = place.path().join(at("app.toml"));
        let lines = fs::read_to_string(&app).unwrap().replace("\"/hello/*\" = \"${app}:greeter\"\n", "");
        fs::write(&app, lines).unwrap();
        let built = place.done(&["build", &name]);
        assert_eq!(built["trials"][0]["asked"]["status"], 200, "{built}");
        let (app, bundle) = (format!("localhost:{name}"), format!("localhost:repo:{name}:1.0.0"));
        place.done(&["publish", &name, &bundle]);
        place.done(&["install", &app, &bundle]);
        for body in bodies {
            let said = place.run(&["send", &format!("{app}:greeter"), "Ext<Echo>", body]);
            let said = String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
            let (said, body): (Value, Value) =
                (serde_json::from_str(&said).expect(&said), serde_json::from_str(body).unwrap());
            assert_eq!(said, body, "{lang}");
        }
    }
}

/// What a command that fails says, as people read it.
fn refused(folder: &Path, arguments: &[&str], path: Option<&Path>) -> String {
    let mut command = starlane(folder);
    if let Some(path) = path {
        command.env("PATH", path).env_remove("CARGO").env_remove("ZIG");
    }
    let output = command.args(arguments).output().unwrap();
    assert_ne!(output.status.code(), Some(0), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_compiler_that_is_missing_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = folder.path().join("nothing");
    fs::create_dir(&nothing).unwrap();
    let hints = [
        ("rust", "rustup target add wasm32-unknown-unknown"),
        ("as", "npm install --prefix as/greeter assemblyscript"),
        ("c", "apt-get install clang lld"),
        ("zig", "pip install ziglang"),
    ];
    for (lang, hint) in hints {
        made(folder.path(), lang, lang);
        let said = refused(folder.path(), &["build", lang], Some(&nothing));
        assert!(said.contains(" is not there") && said.contains(hint), "{said}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let at = folder.path();
    assert!(refused(at, &["new", "Tea_Time"], None).contains("did you mean `tea-time`?"));
    assert!(refused(at, &["new", "users"], None).contains("reserved"));
    assert!(refused(at, &["build"], None).contains("holds the source of a mechtron"));

    made(at, "rusty", "rust");
    let source = at.join("rusty/greeter/src/lib.rs");
    fs::write(
        &source,
        fs::read_to_string(&source).unwrap().replace("-> Result<String, Error>", "-> Result<u32, Error>"),
    )
    .unwrap();
    let said = refused(at, &["build", "rusty"], None);
    assert!(
        said.contains("mismatched types") && said.contains("src/lib.rs:") && !said.contains("{\"reason\""),
        "{said}"
    );

    made(at, "tea", "wat");
    let source = at.join("tea/greeter/greeter.wat");
    let text = fs::read_to_string(&source).unwrap();
    fs::write(&source, text.replace("(call $greet", "(call $great")).unwrap();
    let said = refused(at, &["build", "tea"], None);
    assert!(said.contains("`greeter` cannot be compiled") && said.contains("$great"), "{said}");

    fs::write(&source, text.replace("\"mechtron_wave\"", "\"mechtron_waves\"")).unwrap();
    let said = refused(at, &["build", "tea"], None);
    assert!(said.contains("mechtron_wave") && said.contains("the build has failed"), "{said}");

    fs::write(&source, text.replace("1)\n  (global (export", "99)\n  (global (export")).unwrap();
    let said = refused(at, &["build", "tea"], None);
    assert!(said.contains("memory begins with 6488064 bytes, and its limit is 1048576"), "{said}");

    // A trap is no mistake of the folder's: the trial says it.
    fs::write(
        &source,
        text.replace(
            "(global.set $end (i32.const 1024))\n    (local.set $length",
            "(unreachable)\n    (local.set $length",
        ),
    )
    .unwrap();
    let built = starlane(at).args(["build", "tea"]).output().unwrap();
    let said = String::from_utf8(built.stdout).unwrap();
    assert!(built.status.success() && said.contains("ended with 500 trap"), "{said}");
}

#[test]
fn what_a_compiler_remarks_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    made(at, "tea", "c");
    let source = at.join("tea/greeter/greeter.c");
    let text = fs::read_to_string(&source).unwrap();
    fs::write(&source, text.replace("static int handle(void) {", "static int handle(void) {\n    int forgotten;"))
        .unwrap();
    let built = starlane(at).args(["build", "tea"]).output().unwrap();
    let said = String::from_utf8(built.stderr).unwrap();
    assert!(built.status.success() && said.contains("unused variable 'forgotten'"), "{said}");
}

#[test]
fn a_module_gets_the_stack_of_its_document_and_the_least_memory() {
    let place = Place::new();
    place.done(&["new", "tea"]);
    let document = place.path().join("tea/mechtrons/greeter.toml");
    let text = fs::read_to_string(&document).unwrap();
    fs::write(&document, text.replace("memory = \"1 MiB\"", "memory = \"3 MiB\"\nstack = \"4 MiB\"")).unwrap();
    let built = place.done(&["build", "tea"]);
    assert_eq!(built["mechtrons"][0]["stack"], 65_536, "{built}");
    let wasm = fs::read(place.path().join("tea/wasm/greeter.wasm")).unwrap();
    // The memory section: one memory of two pages, without a largest size: the star holds it to the document's.
    assert!(wasm.windows(5).any(|bytes| bytes == [5, 3, 1, 0, 2]), "no such memory");
}
