//! Typed code for mechtrons: it compiles whatever a bind holds, reads and writes as the bind says, and the examples use
//! what is written today.

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

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// What is written for a bind, its name that of the file.
fn written(language: Language, bind: &Path) -> String {
    let name = bind.file_stem().unwrap().to_str().unwrap();
    let source = bind.file_name().unwrap().to_str().unwrap();
    write(language, &starlane_relay::publish::bind(bind).unwrap(), name, source).unwrap()
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
        fs::write(source.join(format!("{name}.rs")), written(Language::Rust, &bind)).unwrap();
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
fn the_examples_use_what_is_written_today() {
    let examples = root().join("guest-examples");
    let used = [(Language::Rust, "chat/binds/room.toml", "chat/room/src/bind.rs")];
    for (language, bind, file) in used {
        let there = fs::read_to_string(examples.join(file)).unwrap();
        assert_eq!(there, written(language, &examples.join(bind)), "write {file} again: starlane bindgen");
    }
}
