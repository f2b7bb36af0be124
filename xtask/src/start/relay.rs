//! The relay as a child, and the `starlane` command as its client.

use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Options, http};
use crate::build::relay;
use crate::root::at;
use crate::run::{Printed, Running, capture, command, spawn};

/// A relay opens its database and listens well within this, also on a slow disk.
const HEALTHY_WITHIN: Duration = Duration::from_secs(30);

/// How often its health is asked for.
const ASK: Duration = Duration::from_millis(50);

/// What of the relay's log is shown while nobody chooses with `RUST_LOG`: what went wrong. `starlane logs` has the rest.
const QUIET: &str = "warn";

/// Who may do everything on a fresh relay.
const OPERATOR: &str = "operator";

/// A relay that we started.
pub(super) struct Relay {
    running: Running,
    program: PathBuf,
    data: PathBuf,
    port: u16,
}

impl Relay {
    /// Starts it.
    pub(super) fn start(options: &Options) -> Result<Relay> {
        if http::get(options.port, "/starlane/healthz").is_ok() {
            bail!(
                "a relay answers on port {} already: stop it, or choose another with --port and --data",
                options.port
            );
        }
        let (program, data) = (relay::program(options.build.release), at(&options.data));
        let mut up = command(&program);
        up.arg("up").arg("--data").arg(&data).arg("--port").arg(options.port.to_string());
        // Its own greeting is left to the end, when the apps are there too; its log is on standard error.
        up.stdout(Stdio::null());
        if std::env::var_os("RUST_LOG").is_none() {
            up.env("RUST_LOG", QUIET);
        }
        Ok(Relay { running: spawn(&mut up)?, program, data, port: options.port })
    }

    /// Where it listens.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Its process group.
    pub(super) fn group(&self) -> u32 {
        self.running.group()
    }

    /// Where it keeps everything.
    pub(super) fn data(&self) -> &std::path::Path {
        &self.data
    }

    /// Waits until it answers, or has ended.
    pub(super) fn until_healthy(&mut self) -> Result<()> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.running.poll()? {
                bail!("the relay ended with {status} before it was ready (its own words are above)");
            }
            match http::get(self.port, "/starlane/healthz") {
                Ok(()) => return Ok(()),
                Err(error) if begun.elapsed() > HEALTHY_WITHIN => {
                    return Err(error).context("the relay never became healthy");
                }
                Err(_) => std::thread::sleep(ASK),
            }
        }
    }

    /// Prints where the console is and how to get in.
    pub(super) fn introduce(&self) -> Result<()> {
        let answer = self.starlane(&["token", OPERATOR])?;
        let field = |name: &str| answer[name].as_str().with_context(|| format!("`starlane token` gave no {name}"));
        let (link, token) = (field("link")?, field("token")?);
        println!("\nconsole   {}", link.split('#').next().unwrap_or(link));
        println!("sign in   {link}");
        println!("token     {token}   (for --token, or Star.start in a page)");
        println!("\nThe command, for another terminal here:\n");
        let program = self.program.parent().unwrap_or(&self.program).display();
        println!("  export PATH=\"{program}:$PATH\" STARLANE_DATA=\"{}\"", self.data.display());
        println!("  starlane ls");
        println!("\nThe link signs you in once, within five minutes. Ctrl-C stops the relay.");
        Ok(())
    }

    /// Waits for its end.
    pub(super) fn wait(&mut self) -> Result<ExitStatus> {
        self.running.wait()
    }

    /// Runs a `starlane` command that must succeed; its JSON.
    pub(super) fn starlane(&self, arguments: &[&str]) -> Result<Value> {
        let printed = self.try_starlane(arguments)?;
        if !printed.status.success() {
            bail!("`starlane {}` failed: {}", arguments.join(" "), printed.all().trim_end());
        }
        serde_json::from_str(&printed.out)
            .with_context(|| format!("`starlane {}` printed no JSON", arguments.join(" ")))
    }

    /// Runs a `starlane` command that may fail.
    pub(super) fn try_starlane(&self, arguments: &[&str]) -> Result<Printed> {
        capture(self.client().args(arguments))
    }

    fn client(&self) -> Command {
        let mut client = command(&self.program);
        // A key of the person's own does not sign the examples.
        client.arg("--json").env("STARLANE_DATA", &self.data).env("XDG_CONFIG_HOME", self.data.join("config"));
        client.env("STARLANE_RELAY", format!("http://localhost:{}", self.port));
        client
    }
}
