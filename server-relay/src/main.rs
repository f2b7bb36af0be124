//! The `starlane` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    starlane_relay::command::run(std::env::args_os().collect())
}
