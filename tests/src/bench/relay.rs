//! A relay of its own: the real program, a fresh data folder, a free port, ended when dropped.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::app;

/// How long a relay may take to answer at first.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two questions.
const ASK: Duration = Duration::from_millis(20);

/// A child that is ended when dropped.
pub(super) struct Process(pub(super) Child);

impl Process {
    /// KiB of it that are in memory now.
    pub(super) fn resident_kib(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A running relay with `localhost:bench` installed.
pub(super) struct Relay {
    pub(super) process: Process,
    pub(super) address: SocketAddr,
    folder: TempDir,
}

impl Relay {
    pub(super) fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = free_address()?;
        let (data, port) = (folder.path().join("data"), address.port().to_string());
        let mut up = Command::new(program()?);
        up.args(["up", "--port", &port, "--data"]).arg(&data).stdin(Stdio::null()).stdout(Stdio::null());
        let process = Process(up.stderr(Stdio::null()).spawn().context("the relay does not start")?);
        let mut relay = Self { process, address, folder };
        relay.wait()?;
        relay.install()?;
        Ok(relay)
    }

    fn wait(&mut self) -> Result<()> {
        let began = Instant::now();
        while !is_well(self.address) {
            if let Some(status) = self.process.0.try_wait()? {
                bail!("the relay ended with {status}");
            }
            if began.elapsed() > PATIENCE {
                bail!("the relay never answered");
            }
            std::thread::sleep(ASK);
        }
        Ok(())
    }

    fn install(&self) -> Result<()> {
        let app = self.folder.path().join("bench");
        app::write_folder(&app)?;
        self.command(&["publish", &app.to_string_lossy(), "localhost:repo:bench:1.0.0"])?;
        self.command(&["install", "localhost:bench", "localhost:repo:bench:1.0.0"])
    }

    /// Publishes version 1.0.1 of the application: the same, but that the code of its echo is another file.
    pub(super) fn publish_another(&self) -> Result<()> {
        let app = self.folder.path().join("bench");
        let echo = app.join("wasm/echo.wasm");
        let mut wasm = std::fs::read(&echo)?;
        // A custom section of its own: id 0, four bytes, the name `new` and nothing else.
        wasm.extend_from_slice(&[0, 4, 3, b'n', b'e', b'w']);
        std::fs::write(&echo, wasm)?;
        self.command(&["publish", &app.to_string_lossy(), "localhost:repo:bench:1.0.1"])
    }

    /// Takes the application to another version.
    pub(super) fn upgrade(&self, to: &str) -> Result<()> {
        let note = std::fs::read(self.folder.path().join("data/operator.json"))?;
        let note: serde_json::Value = serde_json::from_slice(&note)?;
        let token = note["token"].as_str().context("no token")?;
        let body = serde_json::json!({ "to": to }).to_string();
        let ping = serde_json::json!({ "to": "localhost:bench", "method": "Cmd<Upgrade>", "body": body }).to_string();
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        write!(
            stream,
            "POST /starlane/waves HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{ping}",
            self.address,
            ping.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        if !answer.contains("\"status\":200") {
            bail!("the upgrade to {to}: {answer}");
        }
        Ok(())
    }

    fn command(&self, words: &[&str]) -> Result<()> {
        let mut command = Command::new(program()?);
        let folder = self.folder.path();
        command.arg("--json").args(words).env("STARLANE_DATA", folder.join("data")).env("XDG_CONFIG_HOME", folder);
        let printed = command.env("STARLANE_RELAY", format!("http://{}", self.address)).output()?;
        if !printed.status.success() {
            let said = [printed.stdout, printed.stderr].concat();
            bail!("starlane {words:?}: {}", String::from_utf8_lossy(&said));
        }
        Ok(())
    }
}

/// Whether the relay answers: a port that is open alone says too little.
fn is_well(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        write!(stream, "GET /starlane/healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

/// The relay's program, as `cargo xtask` tells it.
fn program() -> Result<PathBuf> {
    std::env::var_os("STARLANE_BIN").map(PathBuf::from).context("STARLANE_BIN does not name the relay's program")
}

/// An address nobody listens on.
pub(super) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
