//! Files of a bundle as an application serves them: GET and HEAD, ETag, single ranges, `index.html` for a folder.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use starlane_bundle::FileEntry;
use starlane_host::app::InstalledApp;
use starlane_protocol::Code;
use warp::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
};

use super::answer::Answer;
use super::range::{self, Wanted};
use super::request::Request;
use crate::mesh::Mesh;
use crate::problem::Problem;

/// Answers a request that a line of `[http]` leads to a file or folder.
pub(super) async fn answer(
    mesh: &Arc<Mesh>,
    request: &Request,
    app: &InstalledApp,
    target: &str,
) -> Result<Answer, Problem> {
    request.only("GET, HEAD")?;
    let path = percent_decode_str(&request.path).decode_utf8();
    let path = path.map_err(|_| Problem::new(Code::NotFound, "the path is not UTF-8"))?;
    match find(app, target, &path) {
        Found::File(file) => send(mesh, request, file).await,
        Found::Folder => {
            let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
            // Two slashes in front would lead to another host.
            Ok(Answer::redirect(308, &format!("/{}/{query}", request.path.trim_matches('/'))))
        }
        Found::Nothing => {
            let what = format!("`{}` has no file `{}`", app.bundle, name(target, &path));
            Err(Problem::new(Code::NotFound, what)
                .hint("Look at what was published, and at `[http]` in its app.toml, which never strips the path."))
        }
    }
}

enum Found<'a> {
    File(&'a FileEntry),
    /// A folder with an index, asked for without its last slash.
    Folder,
    Nothing,
}

/// The file that a path leads to.
fn name(target: &str, path: &str) -> String {
    let folder = target.is_empty() || target.ends_with('/');
    if folder { format!("{target}{}", path.trim_start_matches('/')) } else { target.to_owned() }
}

fn find<'a>(app: &'a InstalledApp, target: &str, path: &str) -> Found<'a> {
    let name = name(target, path);
    let index = |name: &str| app.files.get(&format!("{name}index.html"));
    if name.is_empty() || name.ends_with('/') {
        return index(&name).map_or(Found::Nothing, Found::File);
    }
    match app.files.get(&name) {
        Some(file) => Found::File(file),
        None if index(&format!("{name}/")).is_some() => Found::Folder,
        None => Found::Nothing,
    }
}

/// Whether a path leads to a file, or to a folder with an index.
pub(super) fn is_there(app: &InstalledApp, target: &str, path: &str) -> bool {
    !matches!(find(app, target, path), Found::Nothing)
}

/// The path of the first page below a path, else of the first file.
pub(super) fn first_page(app: &InstalledApp, target: &str, path: &str) -> Option<String> {
    let below = name(target, path);
    let all = || app.files.keys().filter(|file| file.starts_with(&below));
    let first = all().find(|file| file.ends_with(".html")).or_else(|| all().next())?;
    Some(format!("/{}", first.strip_prefix(target)?))
}

async fn send(mesh: &Arc<Mesh>, request: &Request, file: &FileEntry) -> Result<Answer, Problem> {
    let etag = format!("\"{}\"", file.sha256);
    let answer = Answer::new(200)
        .header(ETAG, &etag)
        .header(CONTENT_TYPE, &file.media)
        .header(CACHE_CONTROL, "no-cache")
        .header(ACCEPT_RANGES, "bytes");
    let known = request.header(&IF_NONE_MATCH);
    if known.is_some_and(|known| known.trim() == "*" || known.contains(&etag)) {
        return Ok(Answer { status: 304, ..answer });
    }
    let bytes = mesh.blobs.read(&file.sha256).await?;
    let same = request.header(&IF_RANGE).is_none_or(|known| known == etag);
    Ok(match range::wanted(request.header(&RANGE).filter(|_| same), bytes.len()) {
        Wanted::Whole => answer.body(bytes.to_vec()),
        Wanted::Part(part) => {
            let said = format!("bytes {}-{}/{}", part.start(), part.end(), bytes.len());
            Answer { status: 206, ..answer.header(CONTENT_RANGE, said).body(bytes[part].to_vec()) }
        }
        Wanted::Nothing => Answer { status: 416, ..answer.header(CONTENT_RANGE, format!("bytes */{}", bytes.len())) },
    })
}
