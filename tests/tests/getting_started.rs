//! `docs/getting-started.md` is run as it stands: every shell block, in order, and what it must print.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A relay opens its database well within this, also on a slow disk.
const HEALTHY_WITHIN: Duration = Duration::from_secs(30);

/// The port that the page names.
const PORT_OF_THE_PAGE: &str = "7827";

/// A fenced block: what stands behind the three backticks, and its lines.
struct Block {
    info: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(_), Some(block)) => blocks.push(block),
            (Some(info), None) => open = Some(Block { info: info.into(), text: String::new() }),
            (None, Some(mut block)) => {
                block.text.push_str(line);
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    blocks
}

/// Entries of a checkout that a copy of it does without.
const NOT_COPIED: [&str; 3] = [".git", "target", "tour"];

/// A checkout made of links to the real one, so that nothing is left there.
fn workplace() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("starlane-tour-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for entry in fs::read_dir(root().canonicalize().unwrap()).unwrap() {
        let entry = entry.unwrap();
        if !NOT_COPIED.iter().any(|name| entry.file_name() == *name) {
            std::os::unix::fs::symlink(entry.path(), folder.join(entry.file_name())).unwrap();
        }
    }
    folder
}

fn root() -> PathBuf {
    std::env::var_os("STARLANE_ROOT").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), PathBuf::from)
}

fn program() -> PathBuf {
    let built = || root().join("target/debug/starlane");
    std::env::var_os("STARLANE_BIN").map_or_else(built, PathBuf::from)
}

struct Relay(Child);

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a shell block as a person would who has `starlane` on the path; stops at the first command that fails.
fn shell(text: &str, folder: &Path, port: u16) -> String {
    let path = format!("{}:{}", program().parent().unwrap().display(), std::env::var("PATH").unwrap());
    let text = text.replace(&format!("localhost:{PORT_OF_THE_PAGE}"), &format!("localhost:{port}"));
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &text])
        .current_dir(folder)
        .env("PATH", path)
        .env("STARLANE_DATA", folder.join("data"))
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "this block failed:\n{text}\nit printed:\n{said}\n{complaints}");
    said
}

fn start(block: &Block, folder: &Path, port: u16) -> Relay {
    let mut words = block.text.split_whitespace();
    assert_eq!(words.next(), Some("starlane"));
    let mut command = Command::new(program());
    command.args(words).args(["--port", &port.to_string()]).env("STARLANE_DATA", folder.join("data"));
    let relay = Relay(command.stdout(Stdio::null()).spawn().unwrap());
    let begun = Instant::now();
    let health = format!("curl -sf http://127.0.0.1:{port}/starlane/healthz");
    while !Command::new("sh").args(["-c", &health]).stdout(Stdio::null()).status().unwrap().success() {
        assert!(begun.elapsed() < HEALTHY_WITHIN, "the relay never became healthy");
        std::thread::sleep(Duration::from_millis(50));
    }
    relay
}

#[test]
fn the_getting_started_page_works_command_by_command() {
    let page = fs::read_to_string(root().join("docs/getting-started.md")).unwrap();
    let folder = workplace();
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let mut relay = None;
    let mut said = String::new();
    let mut run = 0;
    for block in blocks(&page) {
        match block.info.as_str() {
            // The build is what has made the program that runs here.
            "sh build" => assert!(program().is_file(), "{} is not built", program().display()),
            "sh relay" => relay = Some(start(&block, &folder, port)),
            "sh" => (said, run) = (shell(&block.text, &folder, port), run + 1),
            "text" => {
                for line in block.text.lines() {
                    assert!(said.contains(line), "expected `{line}` in:\n{said}");
                }
            }
            other => panic!("a block of an unknown kind: {other}"),
        }
    }
    assert!(relay.is_some() && run >= 6, "the page has lost its commands");
    // Whoever walks through it again begins where the first walk began.
    assert!(!said.contains("tour"), "the page leaves something behind:\n{said}");
    assert!(!folder.join("tour").exists());
    drop(relay);
    fs::remove_dir_all(&folder).unwrap();
}
