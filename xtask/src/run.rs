//! Running other programs: each child leads a process group of its own, and is known to the guard while it lives.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::guard;
use crate::root::root;

/// Exit code after Ctrl-C: 128 + SIGINT, as shells say it.
const INTERRUPTED: i32 = 130;

/// Starts the guard, and lets Ctrl-C and SIGTERM end xtask (the guard then ends the children).
pub(crate) fn prepare() -> Result<()> {
    guard::start()?;
    ctrlc::set_handler(|| crate::start::interrupted(INTERRUPTED)).context("cannot listen for Ctrl-C")
}

/// A command that runs in the project's root.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// The cargo that called us.
pub(crate) fn cargo() -> Command {
    let mut command = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What `cargo run` set for xtask is not meant for the builds that xtask starts.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    command
}

/// A program of an npm package, by the root's `node_modules`.
pub(crate) fn npm_program(name: &str) -> Command {
    command(root().join("node_modules/.bin").join(name))
}

/// Is there such a program in PATH?
pub(crate) fn in_path(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A running child; ended with its whole group when dropped.
pub(crate) struct Running {
    child: Child,
    ended: bool,
}

impl Running {
    /// The process group, which is the child's own id.
    pub(crate) fn group(&self) -> u32 {
        self.child.id()
    }

    /// The child itself, for its pipes.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait().context("cannot wait for a child")?;
        self.has_ended();
        Ok(status)
    }

    /// Looks whether it has ended.
    pub(crate) fn poll(&mut self) -> Result<Option<ExitStatus>> {
        let status = self.child.try_wait().context("cannot wait for a child")?;
        if status.is_some() {
            self.has_ended();
        }
        Ok(status)
    }

    fn has_ended(&mut self) {
        if !std::mem::replace(&mut self.ended, true) {
            guard::forget(self.child.id());
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            guard::signal(self.child.id(), nix::sys::signal::Signal::SIGKILL);
            let _ = self.child.wait();
            self.has_ended();
        }
    }
}

/// Starts a command in a process group of its own.
pub(crate) fn spawn(command: &mut Command) -> Result<Running> {
    let child = command.process_group(0).spawn().with_context(|| format!("cannot start {}", line_of(command)))?;
    guard::watch(child.id());
    Ok(Running { child, ended: false })
}

/// Runs to the end with our own standard output; a failure is an error that names the command.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let status = spawn(command)?.wait()?;
    if !status.success() {
        bail!("{} ended with {status}", line_of(command));
    }
    Ok(())
}

/// What a command printed.
pub(crate) struct Printed {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// Its standard output.
    pub(crate) out: String,
    /// Its standard error.
    pub(crate) err: String,
}

impl Printed {
    /// Both outputs, one after the other.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

/// How a command with a time limit ended.
pub(crate) enum Ended {
    /// By itself.
    InTime(Printed),
    /// It was stopped; this is what it had printed.
    Late(String),
}

/// How often a child with a time limit is looked at: short beside the fastest test.
const LOOK: Duration = Duration::from_millis(2);

/// Runs to the end and keeps what it prints.
pub(crate) fn capture(command: &mut Command) -> Result<Printed> {
    let mut running = spawn(command.env("NO_COLOR", "1").stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let readers = Readers::of(&mut running);
    let status = running.wait()?;
    let (out, err) = readers.join();
    Ok(Printed { status, out, err })
}

/// The same with a time limit. Whatever the child started and left behind is ended too.
pub(crate) fn capture_within(command: &mut Command, limit: Duration) -> Result<Ended> {
    let begun = Instant::now();
    let mut running = spawn(command.env("NO_COLOR", "1").stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let readers = Readers::of(&mut running);
    let status = loop {
        match running.poll()? {
            None if begun.elapsed() < limit => std::thread::sleep(LOOK),
            ended => break ended,
        }
    };
    guard::signal(running.group(), nix::sys::signal::Signal::SIGKILL);
    let (out, err) = readers.join();
    Ok(match status {
        Some(status) => Ended::InTime(Printed { status, out, err }),
        None => Ended::Late(format!("{out}{err}")),
    })
}

/// The standard output of a command that must succeed, while its standard error (cargo's progress) is shown.
pub(crate) fn stdout_of(command: &mut Command) -> Result<String> {
    let mut running = spawn(command.stdout(Stdio::piped()))?;
    let out = read_all(running.child().stdout.take());
    let status = running.wait()?;
    if !status.success() {
        bail!("{} ended with {status}", line_of(command));
    }
    Ok(out)
}

/// The standard output of a command that must succeed; its standard error is shown when it does not.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let printed = capture(command)?;
    if !printed.status.success() {
        bail!("{} ended with {}\n{}", line_of(command), printed.status, printed.all().trim_end());
    }
    Ok(printed.out)
}

/// The command as one would type it.
pub(crate) fn line_of(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

/// Both outputs of a child, read at the same time: a full pipe would stop it.
struct Readers {
    out: JoinHandle<String>,
    err: JoinHandle<String>,
}

impl Readers {
    fn of(running: &mut Running) -> Readers {
        let (out, err) = (running.child().stdout.take(), running.child().stderr.take());
        Readers { out: std::thread::spawn(move || read_all(out)), err: std::thread::spawn(move || read_all(err)) }
    }

    fn join(self) -> (String, String) {
        (self.out.join().unwrap_or_default(), self.err.join().unwrap_or_default())
    }
}

fn read_all(stream: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // A pipe that breaks has given all it had.
        let _ = stream.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
