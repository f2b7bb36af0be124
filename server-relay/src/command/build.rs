//! `starlane build [folder]`.

use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::Args;
use serde_json::{Value, json};

use super::failure::Failure;
use super::{Context, units};
use crate::make::{self, Asked, CompileError, Made, MakeError, Trial};

const DIM: Style = Style::new().dimmed();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Compile the mechtrons of a folder, check them, and try one wave on each
#[derive(Args)]
pub(super) struct Build {
    /// The folder that holds app.toml
    #[arg(default_value = ".")]
    folder: PathBuf,
}

impl Build {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let shown = self.folder.display().to_string();
        let failed = |error| failure(error, &shown);
        let mut made = Vec::new();
        for source in make::sources(&self.folder).map_err(failed)? {
            context.output.remark(&format!("{DIM}{}: compiling {}{DIM:#}", source.name, source.language));
            let one = make::make(&self.folder, &source).map_err(failed)?;
            if !one.remarks.is_empty() && !context.output.is_json() {
                context.output.last_words(&format!("{}\n", one.remarks));
            }
            made.push(one);
        }
        let trials = make::check(&self.folder).map_err(failed)?;
        let told = json!({
            "folder": shown,
            "mechtrons": made.iter().map(described).collect::<Vec<_>>(),
            "trials": trials,
        });
        context
            .output
            .result(&told, || made.iter().map(line).chain(trials.iter().map(tried)).chain([next(&shown)]).collect())
    }
}

fn described(made: &Made) -> Value {
    json!({
        "name": made.source.name, "lang": made.source.language.to_string(),
        "wasm": made.source.wasm(), "bytes": made.size, "stack": made.stack, "remarks": made.remarks,
    })
}

fn line(made: &Made) -> String {
    let stack = made.stack.map(|stack| format!(", stack {}", units::bytes(stack))).unwrap_or_default();
    format!("{}  {} ({}{stack})\n", made.source.wasm(), units::bytes(made.size), made.source.language)
}

/// What the mechtron did with its wave.
fn tried(trial: &Trial) -> String {
    let name = &trial.mechtron;
    let Some(asked) = &trial.asked else {
        return format!("{name}: not tried, no route of its bind can be asked with JSON or text\n");
    };
    let log: String = trial.log.iter().map(|line| format!("  log: {}\n", plain(line))).collect();
    let fuel = units::count(asked.fuel);
    match &asked.code {
        Some(code) => format!(
            "{WARNING}{name}: {} ended with {} {code}{WARNING:#}, {fuel} fuel\n  {}\n{log}",
            asked.route,
            asked.status,
            plain(&asked.body)
        ),
        None => format!("{name}: {} answered {} with {fuel} fuel{}\n{log}", asked.route, asked.status, answer(asked)),
    }
}

fn answer(asked: &Asked) -> String {
    if asked.body.is_empty() { String::new() } else { format!("\n  {}", plain(&asked.body)) }
}

/// What a mechtron said, without what a terminal would obey.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

fn next(folder: &str) -> String {
    format!("next: starlane publish {folder} <space>:repo:<name>:<version>\n")
}

fn failure(error: MakeError, folder: &str) -> Failure {
    match error {
        MakeError::Folder(what) => Failure::new("read-failed", what).hint("name the folder that holds app.toml"),
        MakeError::NoSource => Failure::new("no-source", format!("no folder in `{folder}` holds the source of a mechtron")).hint(
            "the source of `wasm/<name>.wasm` is `<name>/` with a Cargo.toml, an asconfig.json, a <name>.c, a <name>.zig or a <name>.wat; `starlane new` writes one",
        ),
        MakeError::Compile(error) => not_compiled(error),
        MakeError::Faults(faults) => Failure::of_folder(&faults, folder).nothing("the build has failed"),
    }
}

fn not_compiled(error: CompileError) -> Failure {
    match error {
        CompileError::Missing { what, hint } => Failure::new("compiler-missing", what).hint(hint),
        CompileError::Refused { name, said } => Failure::new("compile-failed", format!("`{name}` cannot be compiled"))
            .place(format!("{}\n", said.trim_end()))
            .with("said", json!(said))
            .hint("what is above is what its compiler said"),
        CompileError::File(what) => Failure::new("write-failed", what).hint("look whether the file may be written"),
    }
}
