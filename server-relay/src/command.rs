//! The `starlane` command: one file per verb.
//!
//! Everything but `up`, `new` and `build` talks to a relay over HTTP. Exit codes: 0 done, 1 failed, 2 misused. With `--json` a command
//! prints exactly one JSON document, also when it fails (`logs --follow` prints one on each line); without, colour and
//! progress appear only on a terminal.

mod arguments;
mod bindgen;
mod build;
mod client;
mod completions;
mod failure;
mod get;
mod install;
mod key;
mod keygen;
mod logs;
mod ls;
mod new;
mod operator;
mod output;
mod overrides;
mod ping;
mod publish;
mod rm;
mod send;
mod set;
mod table;
mod token;
mod trust;
mod units;
mod up;
mod upgrade;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use client::Client;
use failure::Failure;
use operator::Data;
use output::Output;

/// A mesh of WebAssembly actors across browser tabs and servers
#[derive(Parser)]
#[command(
    name = "starlane",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    verb: Verb,
}

/// What every verb understands.
#[derive(clap::Args)]
#[command(next_help_heading = "Everywhere")]
struct Common {
    /// The relay to talk to, like http://localhost:7827 [else: STARLANE_RELAY, else the one in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    relay: Option<String>,
    /// The token to show it [else: STARLANE_TOKEN, else the operator's in the data folder]
    #[arg(long, global = true)]
    token: Option<String>,
    /// The data folder of a relay on this machine [else: STARLANE_DATA, else the user's own]
    #[arg(long, global = true, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Verb {
    /// Start a relay, in the foreground
    Up(up::Up),
    /// Write a folder with an application to begin with
    New(new::New),
    /// Compile the mechtrons of a folder, check them, and try one wave on each
    Build(build::Build),
    /// Publish a folder as a bundle
    Publish(publish::Publish),
    /// Write typed code for a bind
    Bindgen(bindgen::Bindgen),
    /// Install a bundle as an application; one that is installed is upgraded to it
    Install(install::Install),
    /// Take an application to another version while it runs
    Upgrade(upgrade::Upgrade),
    /// Take one mechtron of an application to another version while it runs
    Swap(upgrade::Swap),
    /// Put a mechtron of a bundle of your own behind a point that stands for a user
    Override(overrides::Override),
    /// List what is in the mesh
    Ls(ls::Ls),
    /// Print the values of an application, or the settings of the space
    Get(get::Get),
    /// Change values of an application, or settings of the space
    Set(set::Set),
    /// Send a ping and print the answer
    Send(send::Send),
    /// Print what mechtrons and the relay log
    Logs(logs::Logs),
    /// Remove an application, a bundle, or a mechtron's state
    Rm(rm::Rm),
    /// Print a token and a sign-in link for a user
    Token(token::Token),
    /// Make a key to sign bundles with
    Keygen(keygen::Keygen),
    /// Say whose keys may sign bundles, and what may run no more
    Trust(trust::Trust),
    /// Print completions for a shell
    Completions(completions::Completions),
}

/// What a verb works with.
struct Context {
    common: Common,
    output: Output,
}

impl Context {
    fn data(&self) -> Result<Data, Failure> {
        Data::find(self.common.data.clone().or_else(|| variable("STARLANE_DATA").map(PathBuf::from)))
    }

    fn client(&self) -> Result<Client, Failure> {
        // Without a data folder a relay and a token can still be named.
        let operator = self.data().ok().map(|data| data.operator()).transpose()?.flatten();
        let text = |name| variable(name).and_then(|value| value.into_string().ok());
        let relay = self.common.relay.clone().or_else(|| text("STARLANE_RELAY"));
        let token = self.common.token.clone().or_else(|| text("STARLANE_TOKEN"));
        Client::new(relay.as_deref(), token, operator)
    }

    /// Whoever is refused because nobody signed in is told where the command has looked for a token.
    fn explained(&self, failure: Failure) -> Failure {
        let named = self.common.token.is_some() || variable("STARLANE_TOKEN").is_some();
        let refused = matches!(failure.code(), "sign-in" | "forbidden") && !named;
        match self.data().ok().filter(|data| refused && !data.operator().is_ok_and(|note| note.is_some())) {
            Some(data) => failure.hint(format!(
                "no relay has left its operator's note in {}: name the relay's data folder with --data or STARLANE_DATA, or give a --token",
                data.path().display()
            )),
            None => failure,
        }
    }
}

/// A variable of the environment that says something.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Runs the command with these arguments, the program's name first.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    let json = arguments.iter().any(|argument| argument == "--json");
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return refused(&error, json),
    };
    let context = Context { output: Output::new(cli.common.json), common: cli.common };
    match dispatch(&context, cli.verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => context.explained(failure).tell(&context.output),
    }
}

fn dispatch(context: &Context, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Up(up) => up.run(context),
        Verb::New(new) => new.run(context),
        Verb::Build(build) => build.run(context),
        Verb::Publish(publish) => publish.run(context),
        Verb::Bindgen(bindgen) => bindgen.run(context),
        Verb::Install(install) => install.run(context),
        Verb::Upgrade(upgrade) => upgrade.run(context),
        Verb::Swap(swap) => swap.run(context),
        Verb::Override(put) => put.run(context),
        Verb::Ls(ls) => ls.run(context),
        Verb::Get(get) => get.run(context),
        Verb::Set(set) => set.run(context),
        Verb::Send(send) => send.run(context),
        Verb::Logs(logs) => logs.run(context),
        Verb::Rm(rm) => rm.run(context),
        Verb::Token(token) => token.run(context),
        Verb::Keygen(keygen) => keygen.run(context),
        Verb::Trust(trust) => trust.run(context),
        Verb::Completions(completions) => completions.run(context),
    }
}

/// What the arguments' parser says: help and the version are no failure.
fn refused(error: &clap::Error, json: bool) -> ExitCode {
    if json && error.use_stderr() {
        let message = error.to_string();
        let message = message.trim_start_matches("error: ").lines().next().unwrap_or_default().to_owned();
        return Failure::misuse("usage", message)
            .hint("`starlane --help` shows what there is")
            .tell(&Output::new(true));
    }
    // Where even that cannot be printed there is nobody to tell.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(failure::MISUSED))
}
