//! Typed code for mechtrons: it compiles whatever a bind holds, reads and writes as the bind says, and the examples use
//! what is written today.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use starlane_relay::bindgen::{Language, write};

const MANIFEST: &str = r#"[package]
name = "typed"
version = "0.1.0"
edition = "2024"

[lib]
crate-type = ["cdylib", "rlib"]

[dependencies]
mechtron = { path = "MECHTRON", features = ["std"] }

[workspace]
"#;

const LIBRARY: &str = r##"//! Code of all kinds of binds.
#![deny(warnings, missing_docs)]

pub mod closed;
pub mod greeter;
pub mod shop;
pub mod wild;

#[allow(dead_code)]
mod sample;

#[cfg(test)]
mod tests {
    use super::*;
    use mechtron::json;

    #[test]
    fn every_form_is_read_and_written() {
        let text = r#"{"shape":"circle","centre":{"x":0.5,"y":-1},"radius":2}"#;
        let shape: closed::DrawBody = json::read(text.as_bytes()).unwrap();
        let closed::DrawBody::Circle(circle) = &shape else { panic!("{shape:?}") };
        assert_eq!((circle.centre.x, circle.radius), (0.5, 2.0));
        let written = json::write(&shape);
        assert_eq!(json::read(written.as_bytes()), Some(shape));
        let late = r#"{"points":[{"x":1,"y":2,"more":[{}]}],"shape":"path"}"#;
        let path: closed::DrawBody = json::read(late.as_bytes()).unwrap();
        assert!(matches!(&path, closed::DrawBody::Path(path) if path.points.len() == 1));
        assert_eq!(json::read::<closed::DrawBody>(br#"{"shape":"none"}"#), None);

        let reply = r#"{"at":"1985-04-12T23:20:50Z","order":"7","note":null}"#;
        let read: shop::BuyReply = json::read(reply.as_bytes()).unwrap();
        assert_eq!((read.order.as_str(), &read.note), ("7", &Some(None)));
        assert_eq!(json::write(&read), r#"{"at":"1985-04-12T23:20:50Z","note":null,"order":"7"}"#);
        let less: shop::BuyReply = json::read(br#"{"at":"","order":""}"#).unwrap();
        assert_eq!((json::write(&less).as_str(), less.note), (r#"{"at":"","order":""}"#, None));
        assert_eq!(json::read::<shop::BuyBody>(br#"{"what":"tea","count":256}"#), None);
        assert_eq!(json::read::<shop::BuyBody>(br#"{"what":"tea"}"#), None);

        let nested = r#"{"*/ kind":"x","a-b":{"next":{"next":null}},"constructor":{"a":[1,{}],"b":null}}"#;
        let wild: wild::ConstructorBBody = json::read(nested.as_bytes()).unwrap();
        assert_eq!(json::write(&wild), nested);
    }
}
"##;

/// All kinds of binds, each called and answered for.
const INDEX: &str = r#"import { Reply, begin, bytes, wave } from "./lib/starlane";
import { Second } from "./sample";
import { handle } from "./greeter";
import * as shop from "./shop";
import * as closed from "./closed";
import * as wild from "./wild";

export { mechtron_init, starlane_abi_1 } from "./lib/starlane";

class Till extends shop.ShopRoutes {
  getShelves(params: shop.GetShelvesParams, query: shop.GetShelvesQuery): Reply {
    const page = new shop.Shop("localhost:a:b").getShelves(params, query).wait().value;
    return page === null ? new Reply(502) : shop.getShelvesReply(page);
  }
  buy(body: shop.BuyBody): Reply {
    const answer = new shop.Shop("localhost:a:b").buy(body).wait();
    const value = answer.value;
    return value === null ? new Reply(502) : shop.buyReply(value);
  }
}

class Pen extends closed.ClosedRoutes {
  draw(body: closed.DrawBody): Reply {
    const answer = new closed.Closed("localhost:a:b").draw(body).wait();
    return Reply.of("a", answer.pong.body);
  }
}

class Any2 extends wild.WildRoutes {
  then(): Reply { return new Reply(new wild.Wild("a:b:c").then("a/b", wave.body()).wait().pong.status); }
  constructorABC(params: wild.ConstructorABCParams, query: wild.ConstructorABCQuery, body: string): Reply {
    const png = new wild.Wild("a:b:c").constructorABC(params, "rest", query, body).wait().value;
    return png === null ? new Reply(502) : wild.constructorABCReply(png);
  }
  constructorB(body: wild.ConstructorBBody): Reply {
    const value = new wild.Wild("a:b:c").constructorB(body).wait().value;
    return value === null ? new Reply(502) : wild.constructorBReply(value);
  }
  getB(): Reply {
    const value = new wild.Wild("a:b:c").getB().wait().value;
    return value === null ? new Reply(502) : wild.getBReply(value);
  }
}

export function mechtron_wave(): i32 {
  begin();
  const path = wave.path();
  if (path == "1") return handle(new Second()).send();
  if (path == "2") return shop.handle(new Till()).send();
  if (path == "3") return closed.handle(new Pen()).send();
  return wild.handle(new Any2()).send();
}
"#;

const ASCONFIG: &str = r#"{
  "entries": ["index.ts"],
  "targets": { "release": { "outFile": "out.wasm", "runtime": "./lib/arena", "use": ["abort="], "initialMemory": 1, "noAssert": true } }
}"#;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// What is written for a bind, its name that of the file.
fn written(language: Language, bind: &Path, library: &str) -> String {
    let name = bind.file_stem().unwrap().to_str().unwrap();
    let source = bind.file_name().unwrap().to_str().unwrap();
    write(language, &starlane_relay::publish::bind(bind).unwrap(), name, source, library).unwrap()
}

/// The binds of the page, each in a file of its own, and two more.
fn binds(folder: &Path) -> Vec<(String, PathBuf)> {
    let page = fs::read_to_string(root().join("docs/bind.md")).unwrap();
    let mut binds = Vec::new();
    for sample in page.split("```toml\n# binds/").skip(1) {
        let (name, rest) = sample.split_once(".toml\n").unwrap();
        let file = folder.join(format!("{name}.toml"));
        fs::write(&file, rest.split("\n```").next().unwrap()).unwrap();
        binds.push((name.to_owned(), file));
    }
    binds.push(("wild".into(), root().join("tests/fixtures/wild-bind.toml")));
    binds.push(("greeter".into(), root().join("guest-examples/hello/binds/greeter.toml")));
    binds
}

fn succeeds(command: &mut Command) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

#[test]
fn code_in_rust_compiles_whatever_the_bind() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let source = folder.path().join("src");
    fs::create_dir(&source).unwrap();
    for (name, bind) in binds(folder.path()) {
        fs::write(source.join(format!("{name}.rs")), written(Language::Rust, &bind, "")).unwrap();
    }
    fs::write(source.join("lib.rs"), LIBRARY).unwrap();
    let page = fs::read_to_string(root().join("docs/bind.md")).unwrap();
    let sample = page.split("```rust\n").nth(1).unwrap().split("```").next().unwrap();
    fs::write(source.join("sample.rs"), format!("use crate::greeter;\n{sample}")).unwrap();
    let mechtron = root().join("crates/guest");
    fs::write(folder.path().join("Cargo.toml"), MANIFEST.replace("MECHTRON", &mechtron.display().to_string())).unwrap();
    let cargo = |arguments: &[&str]| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments).args(["--offline", "--quiet"]).current_dir(folder.path());
        succeeds(cargo.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("typed")));
    };
    cargo(&["build", "--target", "wasm32-unknown-unknown"]);
    cargo(&["test"]);
}

#[test]
fn code_in_assembly_script_compiles_whatever_the_bind() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let at = |file: &str| folder.path().join(file);
    fs::create_dir(at("lib")).unwrap();
    for file in fs::read_dir(root().join("guest-libraries/assemblyscript")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), at("lib").join(file.file_name())).unwrap();
    }
    for (name, bind) in binds(folder.path()) {
        fs::write(at(&format!("{name}.ts")), written(Language::As, &bind, "./lib").replace("WildBind", "Wild"))
            .unwrap();
    }
    let page = fs::read_to_string(root().join("docs/bind.md")).unwrap();
    let sample = page.split("```ts\n").find(|sample| sample.contains("\"../lib/starlane\"")).unwrap();
    let sample = sample.split("```").next().unwrap().replace("\"../lib/", "\"./lib/");
    // An entry of its own: here it is one of several.
    let (sample, _) = sample.split_once("export function mechtron_wave").unwrap();
    fs::write(at("sample.ts"), sample.replace("\nclass Second", "\nexport class Second")).unwrap();
    fs::write(at("index.ts"), INDEX).unwrap();
    fs::write(at("asconfig.json"), ASCONFIG).unwrap();
    let mut asc = Command::new(root().join("node_modules/.bin/asc"));
    succeeds(asc.args(["index.ts", "--config", "asconfig.json", "--target", "release"]).current_dir(folder.path()));
}

#[test]
fn the_examples_use_what_is_written_today() {
    let examples = root().join("guest-examples");
    let used = [
        (Language::Rust, "chat/binds/room.toml", "chat/room/src/bind.rs"),
        (Language::As, "trio/binds/trio.toml", "trio/bob/bind.ts"),
        (Language::Ts, "chat/binds/room.toml", "chat/room/bind.ts"),
    ];
    for (language, bind, file) in used {
        let there = fs::read_to_string(examples.join(file)).unwrap();
        assert_eq!(
            there,
            written(language, &examples.join(bind), "../../../guest-libraries/assemblyscript"),
            "write {file} again: starlane bindgen"
        );
    }
}
