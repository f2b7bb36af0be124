//! `docs/getting-started.md`, `docs/hot-swap.md` and `docs/languages.md` are run as they stand: every file they show is written, every shell block
//! run, in order, and what it must print is looked for.

#![allow(clippy::unwrap_used, clippy::expect_used)]

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
const NOT_COPIED: [&str; 4] = [".git", "target", "tour", "ring"];

/// A checkout made of links to the real one, so that nothing is left there.
fn workplace(page: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("starlane-{page}-{}", std::process::id()));
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

/// The folder of the Zig compiler.
fn zig() -> PathBuf {
    let installed =
        |entry: fs::DirEntry| Some(entry.path().join("ziglang")).filter(|folder| folder.join("zig").is_file());
    let look = || fs::read_dir(root().join("target/xtask")).unwrap().find_map(|entry| installed(entry.unwrap()));
    std::env::var_os("STARLANE_ZIG").map(PathBuf::from).or_else(look).expect("`cargo xtask setup` installs zig")
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
    let own = [program().parent().unwrap().to_owned(), zig()].map(|folder| folder.display().to_string()).join(":");
    let path = format!("{own}:{}", std::env::var("PATH").unwrap());
    let text = text.replace(&format!("localhost:{PORT_OF_THE_PAGE}"), &format!("localhost:{port}"));
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &text])
        .current_dir(folder)
        .env("PATH", path)
        .env("STARLANE_DATA", folder.join("data"))
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("ZIG_GLOBAL_CACHE_DIR", folder.join("zig"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "this block failed:\n{text}\nit printed:\n{said}\n{complaints}");
    said
}

fn start(folder: &Path, port: u16) -> Relay {
    let mut command = Command::new(program());
    command.args(["up", "--port", &port.to_string()]).env("STARLANE_DATA", folder.join("data"));
    let relay = Relay(command.stdout(Stdio::null()).spawn().unwrap());
    let begun = Instant::now();
    let health = format!("curl -sf http://127.0.0.1:{port}/starlane/healthz");
    while !Command::new("sh").args(["-c", &health]).stdout(Stdio::null()).status().unwrap().success() {
        assert!(begun.elapsed() < HEALTHY_WITHIN, "the relay never became healthy");
        std::thread::sleep(Duration::from_millis(50));
    }
    relay
}

/// Walks through a page; what its last command printed, and how many there were.
fn walk(name: &str) -> (String, u32) {
    let page = fs::read_to_string(root().join("docs").join(name)).unwrap();
    let folder = workplace(name);
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let mut relay = None;
    let mut said = String::new();
    let mut run = 0;
    for block in blocks(&page) {
        match block.info.split_once(' ').unwrap_or((&block.info, "")) {
            // The build is what has made the program that runs here.
            ("sh", "build") => assert!(program().is_file(), "{} is not built", program().display()),
            ("sh", "relay") => {
                assert_eq!(block.text.trim(), "starlane up");
                relay = Some(start(&folder, port));
            }
            ("sh", "") => {
                relay = relay.or_else(|| Some(start(&folder, port)));
                (said, run) = (shell(&block.text, &folder, port), run + 1);
            }
            ("text", "") => {
                for line in block.text.lines() {
                    assert!(said.contains(line), "expected `{line}` in:\n{said}");
                }
            }
            (_, path) if !path.is_empty() => write(&folder.join(path), &block.text),
            _ => panic!("a block of an unknown kind: {}", block.info),
        }
    }
    // Whoever walks through it again begins where the first walk began.
    assert!(!folder.join("tour").exists() && !folder.join("ring").exists());
    drop(relay);
    fs::remove_dir_all(&folder).unwrap();
    (said, run)
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn the_getting_started_page_works_command_by_command() {
    let (said, run) = walk("getting-started.md");
    assert!(run >= 6, "the page has lost its commands");
    assert!(!said.contains("tour"), "the page leaves something behind:\n{said}");
}

#[test]
fn the_page_of_the_languages_works_command_by_command() {
    let (_, run) = walk("languages.md");
    assert!(run >= 8, "the page has lost its commands");
}

#[test]
fn the_page_of_hot_swap_works_command_by_command() {
    let (_, run) = walk("hot-swap.md");
    assert!(run >= 6, "the page has lost its commands");
}

#[test]
fn the_page_of_overrides_works_command_by_command() {
    let (_, run) = walk("override.md");
    assert!(run >= 8, "the page has lost its commands");
}

/// The sources of the libraries, in the order of the table's columns.
const LIBRARIES: [&str; 4] =
    ["crates/guest/src", "guest-libraries/assemblyscript", "guest-libraries/c", "guest-libraries/zig"];

#[test]
fn the_libraries_have_the_names_that_the_page_says() {
    let page = fs::read_to_string(root().join("docs/languages.md")).unwrap();
    let (_, table) = page.split_once("| exports |").unwrap();
    let mut checked = 0;
    for row in table.lines().take_while(|row| !row.is_empty()) {
        let cells: Vec<&str> = row.trim_start_matches("| ").split(" | ").collect();
        for (cell, library) in cells.iter().rev().take(4).rev().zip(LIBRARIES) {
            let source = sources(&root().join(library));
            for call in cell.split('`').skip(1).step_by(2) {
                let name =
                    call.split('(').next().unwrap().rsplit([':', '.', ' ']).next().unwrap().trim_end_matches('!');
                let words: Vec<&str> =
                    source.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
                assert!(words.contains(&name), "{library} has no {name}");
                checked += 1;
            }
        }
    }
    assert!(checked > 60, "{checked}");
}

fn sources(folder: &Path) -> String {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap()).collect()
}
