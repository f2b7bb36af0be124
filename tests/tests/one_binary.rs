//! The relay is one program: far from any checkout it serves the console, the client's files and the one-file script.

#![allow(clippy::unwrap_used)]

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A relay opens its database well within this, also on a slow disk.
const HEALTHY_WITHIN: Duration = Duration::from_secs(30);

/// Paths of the relay's own host, each with what its answer begins with and its content type.
const SERVED: [(&str, &[u8], &str); 5] = [
    ("/starlane/", b"<!doctype html>", "text/html"),
    ("/starlane/starlane.js", b"", "text/javascript"),
    ("/starlane/starlane.js.sri", b"sha384-", "text/plain"),
    ("/starlane/client/starlane.mjs", b"", "text/javascript"),
    ("/starlane/client/starlane.wasm", b"\0asm", "application/wasm"),
];

struct Relay(Child);

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program() -> PathBuf {
    let built = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/debug/starlane");
    std::env::var_os("STARLANE_BIN").map_or_else(built, PathBuf::from)
}

/// The body of a GET and its content type.
fn get(port: u16, path: &str) -> Option<(Vec<u8>, String)> {
    let url = format!("http://127.0.0.1:{port}{path}");
    let output = Command::new("curl").args(["-sf", "-w", "\n%{content_type}", &url]).output().unwrap();
    let at = output.stdout.iter().rposition(|byte| *byte == b'\n').filter(|_| output.status.success())?;
    Some((output.stdout[..at].to_vec(), String::from_utf8_lossy(&output.stdout[at + 1..]).into_owned()))
}

#[test]
fn the_program_alone_serves_console_client_and_script() {
    let folder = std::env::temp_dir().join(format!("starlane-alone-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let alone = folder.join("starlane");
    std::fs::copy(program(), &alone).unwrap();
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let mut up = Command::new(&alone);
    up.args(["up", "--data", "data", "--port", &port.to_string()]).current_dir(&folder).env_clear();
    let relay = Relay(up.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let begun = Instant::now();
    while get(port, "/starlane/healthz").is_none() {
        assert!(begun.elapsed() < HEALTHY_WITHIN, "the relay never became healthy");
        std::thread::sleep(Duration::from_millis(50));
    }
    for (path, begins, media) in SERVED {
        let (body, given) = get(port, path).unwrap_or_else(|| panic!("{path} is not served"));
        assert!(!body.is_empty() && body.to_ascii_lowercase().starts_with(begins), "{path} begins otherwise");
        assert!(given.starts_with(media), "{path} is {given}");
    }
    drop(relay);
    std::fs::remove_dir_all(&folder).unwrap();
}
