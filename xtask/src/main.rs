//! Build, start, test, bench, check: everything that continuous integration calls.
//!
//! It knows none of our crates, it builds them. Each verb is a file; what they share is `run`, `step`, `stamp` and `report`.

mod audit;
mod bench;
mod build;
mod check;
mod chromium;
mod files;
mod guard;
mod lock;
mod metadata;
mod report;
mod root;
mod run;
mod setup;
mod soak;
mod stamp;
mod start;
mod step;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, starts, tests and checks Starlane.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Install what is missing: the wasm32 target, the npm packages, the compilers for C and Zig.
    Setup,
    /// Build the client, the guest examples, the console and the relay.
    Build(build::Options),
    /// Set up, build, start a relay and install the example apps.
    Start(start::Options),
    /// Check, build, then run every test, those in a real browser included.
    Test(test::Options),
    /// Format, lints, docs, arrows, sizes, versions, licences.
    Check(check::Options),
    /// Measure, and print a table of ratios.
    Bench(bench::Options),
    /// Run the tests' long proofs in full, with a printed seed.
    Soak(soak::Options),
    /// Ask the advisory databases about our dependencies.
    Audit,
    /// End registered process groups when standard input closes.
    #[command(hide = true, name = guard::VERB)]
    Guard,
}

fn main() -> ExitCode {
    let done = match Cli::parse().verb {
        Verb::Guard => guard::serve(),
        verb => run::prepare().and_then(|()| perform(verb)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::print_error(&error);
            ExitCode::FAILURE
        }
    }
}

fn perform(verb: Verb) -> anyhow::Result<()> {
    match verb {
        Verb::Setup => setup::run(),
        Verb::Build(options) => build::run(&options),
        Verb::Start(options) => start::run(&options),
        Verb::Test(options) => test::run(&options),
        Verb::Check(options) => check::run(&options),
        Verb::Bench(options) => bench::run(&options),
        Verb::Soak(options) => soak::run(&options),
        Verb::Audit => audit::run(),
        Verb::Guard => guard::serve(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        super::Cli::command().debug_assert();
    }
}
