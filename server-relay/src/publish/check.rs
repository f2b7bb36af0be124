//! Checks of what documents name: the files are there, the code is a mechtron.

use starlane_host::inspect::inspect;
use starlane_protocol::document::{Documents, MechtronConfig};

use super::documents::{APP, Step};
use super::{Fault, Folder, files};
use crate::alike::nearest;

/// Every file and document that is named is there.
pub(super) fn references(folder: &Folder, documents: &Documents, faults: &mut Vec<Fault>) {
    let files = &folder.listing.files;
    if let Some(app) = &documents.app {
        for (name, mechtron) in &app.mechtrons {
            let steps = [Step::Key("mechtrons"), Step::Key(name), Step::Key("config")];
            let is_document = mechtron.config.starts_with("mechtrons/") && mechtron.config.ends_with(".toml");
            if !is_document || !files.contains_key(&mechtron.config) {
                faults.push(missing(folder, APP, &steps, &mechtron.config, "mechtrons/"));
            }
        }
    }
    for (path, config) in &documents.mechtrons {
        if !files.contains_key(&config.wasm) {
            faults.push(missing(folder, path, &[Step::Key("wasm")], &config.wasm, "wasm/"));
        }
        let is_document = config.bind.starts_with("binds/") && config.bind.ends_with(".toml");
        if !is_document || !files.contains_key(&config.bind) {
            faults.push(missing(folder, path, &[Step::Key("bind")], &config.bind, "binds/"));
        }
    }
}

fn missing(folder: &Folder, document: &str, steps: &[Step<'_>], file: &str, home: &str) -> Fault {
    let message = match folder.listing.files.contains_key(file) {
        true => format!("`{file}` is not in the folder `{home}` with an ending `.toml`"),
        false => format!("`{file}` is not in the bundle"),
    };
    let fault = Fault::new("missing-file", message).in_file(document).at(folder.sources.place(document, steps));
    match suggestion(folder, file, home) {
        Some(hint) => fault.hint(hint),
        None => fault,
    }
}

/// What might have been meant by a file that is not there.
pub(super) fn suggestion(folder: &Folder, file: &str, home: &str) -> Option<String> {
    let top = file.split('/').next().unwrap_or_default();
    if let Some(reason) = folder.listing.left_out.get(top) {
        return Some(format!("the folder `{top}` is no part of the bundle: {reason}"));
    }
    let names = folder.listing.files.keys().filter(|name| name.starts_with(home));
    if let Some(name) = nearest(names.map(String::as_str), file) {
        return Some(format!("there is `{name}`"));
    }
    file.ends_with(".wasm").then(|| "build the mechtron first".into())
}

/// Every mechtron's code is WebAssembly that a star will run under the limits of its document.
pub(super) fn code(folder: &Folder, documents: &Documents, faults: &mut Vec<Fault>) {
    for (path, config) in &documents.mechtrons {
        faults.extend(refused(folder, path, config));
    }
}

fn refused(folder: &Folder, path: &str, config: &MechtronConfig) -> Option<Fault> {
    // A file that is missing or cannot be read is named elsewhere.
    let file = folder.listing.files.get(&config.wasm)?;
    let wasm = files::bytes(&config.wasm, file).ok()?;
    let error = inspect(&wasm, config.limits.memory.0).err()?;
    let place = folder.sources.place(path, &[Step::Key("wasm")]);
    // What the validator says may go over several lines.
    let said = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    Some(Fault::new(error.code(), format!("`{}`: {said}", config.wasm)).in_file(path).at(place))
}
