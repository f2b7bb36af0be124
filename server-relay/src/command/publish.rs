//! `starlane publish <folder> <bundle>`.
//!
//! Contents go first, named by their digests, so that a publish that was cut off goes on where it ended; the manifest
//! goes last, so that a bundle is there whole or not at all.

use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use starlane_bundle::{Digest, SecretKey};

use super::client::Client;
use super::failure::Failure;
use super::{Context, arguments, key, units};
use crate::publish::{Blob, Pack, pack};

/// Publish a folder as a bundle.
#[derive(Args)]
pub(super) struct Publish {
    /// The folder: app.toml, binds, mechtrons, wasm, and files
    folder: PathBuf,
    /// What to publish it as, like localhost:repo:chat:1.2.0
    bundle: String,
    /// The key to sign it with [else: the one that `starlane keygen` made; without one the relay signs]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Let the relay sign it, also when there is a key
    #[arg(long, conflicts_with = "key")]
    unsigned: bool,
}

/// What a publish had to send.
#[derive(Default)]
struct Sent {
    files: usize,
    bytes: u64,
}

impl Publish {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let bundle = arguments::bundle(&self.bundle)?;
        let shown = self.folder.display().to_string();
        let pack = pack(&self.folder, &bundle).map_err(|faults| Failure::of_folder(&faults, &shown))?;
        let key = self.key()?;
        let client = context.client()?;
        let sent = upload(&client, &pack, context.output.is_watched())?;
        let said = client.put_bundle(&bundle, &pack.bytes, key.as_ref())?;
        if let Some(digest) = said["digest"].as_str().filter(|digest| *digest != pack.digest.to_string()) {
            return Err(Failure::new(
                "wrong-digest",
                format!("the relay took the manifest for {digest}, and it is {}", pack.digest),
            ));
        }
        let size: u64 = pack.manifest.files.values().map(|file| file.size).sum();
        let files = pack.manifest.files.len();
        let mut told = json!({
            "bundle": bundle, "digest": pack.digest, "files": files, "bytes": size,
            "sent": { "files": sent.files, "bytes": sent.bytes }, "signed_by": said["signed_by"],
        });
        if said["compared"].is_object() {
            told["compared"] = said["compared"].clone();
        }
        context.output.result(&told, || {
            let new = match sent.files {
                0 => "the relay had all of it".to_owned(),
                some => format!("{} sent ({})", units::plural(some, "file"), units::bytes(sent.bytes)),
            };
            let compared = routes(&said["compared"]);
            let signed = match said["signed_by"].as_str() {
                Some(key) => format!("signed by {key}\n"),
                None => String::new(),
            };
            let files = units::plural(files, "file");
            format!("published {bundle}\n{files}, {}; {new}\n{signed}{compared}", units::bytes(size))
        })
    }

    /// The key that signs it: the one that was named, else the one at the default place, if there is one.
    fn key(&self) -> Result<Option<SecretKey>, Failure> {
        let place = || key::default_place().filter(|file| !self.unsigned && file.exists());
        self.key.clone().or_else(place).map(|file| key::read(&file)).transpose()
    }
}

/// The routes of the version before, each of which the new one was found to keep.
fn routes(compared: &Value) -> String {
    let (Some(with), Some(routes)) = (compared["with"].as_str(), compared["routes"].as_array()) else {
        return String::new();
    };
    let kept = routes.iter().map(|route| {
        let text = |name: &str| route[name].as_str().unwrap_or_default();
        format!("  kept  {} {}\n", text("mechtron"), text("route"))
    });
    format!("compatible with {with}\n{}", kept.collect::<String>())
}

/// Sends the contents that the relay lacks.
fn upload(client: &Client, pack: &Pack, watched: bool) -> Result<Sent, Failure> {
    let mut missing = Vec::new();
    for (digest, blob) in &pack.blobs {
        if !client.has_blob(digest)? {
            missing.push((digest, blob));
        }
    }
    let bar = bar(missing.iter().map(|(_, blob)| blob.size).sum(), watched);
    let mut sent = Sent::default();
    for (digest, blob) in missing {
        bar.set_message(blob.path.clone());
        let bytes = unchanged(digest, blob)?;
        client.put_blob(digest, blob.size, bar.wrap_read(Cursor::new(bytes)))?;
        sent.files += 1;
        sent.bytes += blob.size;
    }
    bar.finish_and_clear();
    Ok(sent)
}

/// The bytes of a file, if they still are what the manifest says.
fn unchanged(digest: &Digest, blob: &Blob) -> Result<Vec<u8>, Failure> {
    let path = &blob.path;
    let bytes = fs::read(&blob.file)
        .map_err(|error| Failure::new("read-failed", format!("`{path}` cannot be read: {error}")))?;
    match digest.verifies(&bytes) {
        true => Ok(bytes),
        false => Err(Failure::new("file-changed", format!("`{path}` changed while it was being published"))
            .hint("publish again when nothing writes to the folder")),
    }
}

fn bar(bytes: u64, watched: bool) -> ProgressBar {
    let target = if watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{bar:24} {binary_bytes} of {binary_total_bytes}  {wide_msg}");
    let bar = ProgressBar::with_draw_target(Some(bytes), target);
    match style {
        Ok(style) => bar.with_style(style.progress_chars("━━─")),
        Err(_) => bar,
    }
}
