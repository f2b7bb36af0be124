//! `starlane bindgen --lang … <bind>`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use starlane_protocol::document::Bind;
use starlane_protocol::{Method, Point};

use super::failure::Failure;
use super::ping::Ping;
use super::{Context, arguments};
use crate::bindgen::{self, Language};
use crate::publish;

/// Write typed code for a bind: calls, and a handler.
#[derive(Args)]
pub(super) struct Bindgen {
    /// The document, like chat/binds/room.toml, or a mechtron, like localhost:hello:greeter
    bind: String,
    /// What the code is written in
    #[arg(long, value_enum)]
    lang: Language,
    /// What the mechtron is called in it [else: the name of the document or mechtron]
    #[arg(long)]
    name: Option<String>,
    /// The folder of AssemblyScript's guest library, as the code sees it
    #[arg(long, value_name = "FOLDER", default_value = bindgen::LIBRARY)]
    library: String,
    /// The file to write [else: print it]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Bindgen {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let (bind, called) = match self.bind.ends_with(".toml") {
            true => (document(Path::new(&self.bind))?, stem(&self.bind)),
            false => asked(context, &arguments::point(&self.bind)?)?,
        };
        let name = self.name.as_deref().unwrap_or(&called);
        // Without the way to it, which differs from machine to machine.
        let source = self.bind.rsplit('/').next().unwrap_or(&self.bind);
        let code = bindgen::write(self.lang, &bind, name, source, &self.library).map_err(|faults| {
            let details: Vec<_> = faults.iter().map(ToString::to_string).collect();
            Failure::new("bad-schema", "the bind has mistakes").details(&details)
        })?;
        let Some(out) = self.out else {
            return match context.output.is_json() {
                true => context.output.line(&json!({ "name": name, "code": code })),
                false => context.output.bytes(code.as_bytes()),
            };
        };
        fs::write(&out, &code)
            .map_err(|error| Failure::new("write-failed", format!("`{}` cannot be written: {error}", out.display())))?;
        let told = json!({ "name": name, "file": out, "bytes": code.len() });
        context.output.result(&told, || format!("wrote {}\n", out.display()))
    }
}

/// A bind as its author wrote it.
fn document(path: &Path) -> Result<Bind, Failure> {
    let shown = path.parent().map(|folder| folder.display().to_string()).filter(|folder| !folder.is_empty());
    publish::bind(path).map_err(|faults| Failure::of_document(&faults, &shown.unwrap_or_else(|| ".".into())))
}

fn stem(path: &str) -> String {
    Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or("bind").to_owned()
}

/// The bind that a mechtron has now, and its name.
fn asked(context: &Context, point: &Point) -> Result<(Bind, String), Failure> {
    let method: Method = "Cmd<Bind>".parse().map_err(|_| Failure::new("bad-method", "`Cmd<Bind>` is no command"))?;
    let pong = context.client()?.ping(&Ping::new(point, &method))?;
    if let Some(failure) = pong.failure() {
        return Err(failure);
    }
    let bind = serde_json::from_slice(&pong.bytes()?);
    let bind = bind.map_err(|error| Failure::new("bad-answer", format!("`{point}` gave no bind: {error}")))?;
    Ok((bind, point.segments().nth(2).unwrap_or("mechtron").to_owned()))
}
