//! `starlane new <name> --lang …`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use starlane_protocol::Point;

use super::Context;
use super::failure::Failure;
use crate::make::Language;
use crate::template;

/// Write a folder with an application to begin with
#[derive(Args)]
pub(super) struct New {
    /// The folder, like chat; its name is the application's
    folder: PathBuf,
    /// What its mechtron is written in
    #[arg(long, value_enum, default_value = "rust")]
    lang: Language,
}

impl New {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let name = name(&self.folder)?;
        is_free(&self.folder)?;
        let shown = self.folder.display().to_string();
        let files = template::files(self.lang, &name, &shown);
        for (path, text) in &files {
            write(&self.folder.join(path), text)?;
        }
        let told = json!({ "folder": shown, "name": name, "lang": self.lang.to_string(), "files": files.len() });
        context.output.result(&told, || {
            format!(
                "wrote {shown}: an application with a mechtron in {} and a page\nnext: starlane build {shown}\n({shown}/README.md says the rest)\n",
                self.lang
            )
        })
    }
}

/// The name of the application: the folder's.
fn name(folder: &Path) -> Result<String, Failure> {
    let shown = folder.display().to_string();
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or(&shown);
    let is_segment = !name.contains(['.', ':', '/']) && format!("localhost:{name}").parse::<Point>().is_ok();
    let reserved = ["users", "stars", "portals", "repo", "starlane"].contains(&name);
    if is_segment && !reserved {
        return Ok(name.into());
    }
    let meant: Vec<_> = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let meant = meant.join("-").to_ascii_lowercase();
    let failure = match reserved {
        true => Failure::misuse("bad-name", format!("`{name}` cannot be the name of an application: it is reserved")),
        false => Failure::misuse(
            "bad-name",
            format!(
                "`{name}` cannot be the name of an application: it is lower-case letters and digits, joined by single hyphens, 63 at most"
            ),
        ),
    };
    Err(match meant.is_empty() || reserved {
        true => failure.hint("name it like `chat` or `tea-time`"),
        false => failure.hint(format!("did you mean `{meant}`?")),
    })
}

/// A folder that is there already must be empty.
fn is_free(folder: &Path) -> Result<(), Failure> {
    let shown = folder.display();
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Failure::new("not-empty", format!("`{shown}` is there already, and not empty"))
                .hint("name a folder that is not there yet")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => {
            Err(Failure::new("not-a-folder", format!("`{shown}` cannot be a folder: {error}"))
                .hint("name another folder"))
        }
    }
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let parent = file.parent().unwrap_or(file);
    fs::create_dir_all(parent).and_then(|()| fs::write(file, text)).map_err(|error| {
        Failure::new("write-failed", format!("`{}` cannot be written: {error}", file.display()))
            .hint("name a folder in which you may write")
    })
}
