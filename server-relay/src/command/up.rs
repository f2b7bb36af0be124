//! `starlane up`: a relay in the foreground, until Ctrl-C or SIGTERM.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process;
use std::time::Duration;

use anstyle::Style;
use clap::Args;
use serde_json::json;

use super::client::PORT;
use super::failure::Failure;
use super::{Context, arguments, units};
use crate::log::held_log;
use crate::{Relay, RelayConfig, RelayError, open};

/// The exit code of a program that a second Ctrl-C ended, as shells have it: 128 and the signal's number.
const INTERRUPTED: i32 = 130;

const NAME: Style = Style::new().dimmed();
const TITLE: Style = Style::new().bold();

/// Start a relay, in the foreground.
#[derive(Args)]
pub(super) struct Up {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// The address to listen on; any but a loopback one can be reached from other machines
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// The host name that everything lives under
    #[arg(long, default_value = "localhost")]
    space: String,
    /// How many stars run mechtrons; one for each core when it is not given
    #[arg(long, value_name = "NUMBER")]
    stars: Option<u32>,
    /// After how long a mechtron without waves is put to sleep, like 500ms or 60s
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = units::parse_duration)]
    sleep_after: Duration,
    /// An origin whose pages may open lanes and write, like https://example.com; may be given several times
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
}

impl Up {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let data = context.data()?;
        let config = RelayConfig {
            listen: SocketAddr::new(self.listen, self.port),
            space: self.space,
            stars: self.stars,
            idle: self.sleep_after,
            origins: self.origins.iter().map(|text| arguments::origin(text)).collect::<Result<_, _>>()?,
            ..RelayConfig::new(data.path())
        };
        // What there is to say of the opening follows the banner, or comes before why it failed.
        let log = held_log();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime =
            runtime.map_err(|error| Failure::new("no-thread", format!("no thread could be started: {error}")))?;
        runtime.block_on(async {
            // Listened for before anything is opened: a stop that comes early is a stop too.
            let stop = Stop::listen().map_err(|error| Failure::new("no-signals", error.to_string()))?;
            let relay = open(config).await.map_err(|error| refused(&error))?;
            tell(context, &relay, data.path())?;
            drop(log);
            relay.run_until(stop.comes()).await;
            Ok(())
        })
    }
}

fn refused(error: &RelayError) -> Failure {
    let misused = matches!(error, RelayError::BadSpace(_) | RelayError::BadStars(_));
    let failure = if misused { Failure::misuse } else { Failure::new };
    failure(error.code(), error.to_string()).hint(error.hint())
}

fn tell(context: &Context, relay: &Relay, data: &Path) -> Result<(), Failure> {
    let (url, console, link) = (relay.url(), relay.console(), relay.sign_in_link());
    let told = json!({ "url": url, "console": console, "link": link, "data": data });
    context.output.result(&told, || {
        let line = |name: &str, what: &str| format!("  {NAME}{name:<8}{NAME:#}  {what}\n");
        [
            format!("{TITLE}Starlane {}{TITLE:#}\n\n", env!("CARGO_PKG_VERSION")),
            line("relay", &url),
            line("console", &console),
            line("sign in", link),
            line("data", &data.display().to_string()),
            "\nThe link signs you in once, within five minutes. Ctrl-C stops the relay.\n".to_owned(),
        ]
        .concat()
    })
}

/// What ends a relay: Ctrl-C, and SIGTERM where there is such a thing.
struct Stop {
    #[cfg(unix)]
    interrupted: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminated: tokio::signal::unix::Signal,
}

impl Stop {
    #[cfg(unix)]
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupted: signal(SignalKind::interrupt())?, terminated: signal(SignalKind::terminate())? })
    }

    #[cfg(not(unix))]
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the first; the second ends the program on the spot.
    async fn comes(mut self) {
        self.once().await;
        tokio::spawn(async move {
            self.once().await;
            process::exit(INTERRUPTED);
        });
    }

    #[cfg(unix)]
    async fn once(&mut self) {
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn once(&mut self) {
        // Where Ctrl-C cannot be heard, only the end of the process ends a relay.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
