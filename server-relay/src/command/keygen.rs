//! `starlane keygen [file]`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::failure::Failure;
use super::{Context, key};

/// Make a key to sign bundles with.
#[derive(Args)]
pub(super) struct Keygen {
    /// Where to write it [else: starlane/publisher.key in the user's folder for configuration, where publish looks]
    file: Option<PathBuf>,
}

impl Keygen {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let file = self.file.or_else(key::default_place).ok_or_else(|| {
            Failure::misuse("no-config-folder", "there is no home folder to keep a key in").hint("name a file")
        })?;
        let public = key::make(&file)?.public();
        let told = json!({ "public_key": public, "file": file });
        context.output.result(&told, || {
            let file = file.display();
            format!(
                "public key  {public}\nsecret key  {file} (nobody else may read it; there is no other copy)\n\
                 let a series trust it: starlane trust add <series> {public}\n"
            )
        })
    }
}
