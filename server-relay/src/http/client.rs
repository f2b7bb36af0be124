//! The client's files and the console, which are inside the binary (see `build.rs`).

use std::collections::HashMap;
use std::sync::LazyLock;

use bytes::Bytes;
use starlane_bundle::{Digest, media_type};
use starlane_protocol::Code;
use warp::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName,
    IF_NONE_MATCH, VARY,
};

use super::answer::Answer;
use super::request::Request;
use crate::problem::Problem;

/// A file inside the binary.
struct Embedded {
    /// `client/…` or `console/…`.
    path: &'static str,
    bytes: &'static [u8],
    /// The same, compressed (RFC 1952), where that is much smaller.
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// What the console's pages may load and do.
const CONSOLE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; \
    style-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:; manifest-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// Names with a digest inside never change what they name.
const FOREVER: &str = "public, max-age=31536000, immutable";

struct Entry {
    file: &'static Embedded,
    etag: String,
}

static FILES: LazyLock<HashMap<&'static str, Entry>> = LazyLock::new(|| {
    let entry = |file: &'static Embedded| (file.path, Entry { file, etag: format!("\"{}\"", Digest::of(file.bytes)) });
    EMBEDDED.iter().map(entry).collect()
});

/// Whether the client and the console are inside this binary.
pub(crate) fn is_embedded() -> bool {
    let has = |folder: &str| EMBEDDED.iter().any(|file| file.path.starts_with(folder));
    has("client/") && has("console/")
}

/// A file of the npm package.
pub(super) fn client(name: &str, request: &Request) -> Result<Answer, Problem> {
    let answer = file(&format!("client/{name}"), request)?;
    Ok(answer.header(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"))
}

/// A file of the console.
pub(super) fn console(name: &str, request: &Request) -> Result<Answer, Problem> {
    let name = if name.is_empty() { "index.html" } else { name };
    let mut answer = file(&format!("console/{name}"), request)?.header(CONTENT_SECURITY_POLICY, CONSOLE_POLICY);
    if name.starts_with("assets/") {
        answer = answer.header(CACHE_CONTROL, FOREVER);
    }
    Ok(answer)
}

fn file(path: &str, request: &Request) -> Result<Answer, Problem> {
    request.only("GET, HEAD")?;
    let Some(Entry { file, etag }) = FILES.get(path) else { return Err(missing()) };
    let answer = Answer::new(200)
        .header(CONTENT_TYPE, media(path))
        .header(ETAG, etag)
        .header(CACHE_CONTROL, "no-cache")
        .header(VARY, "accept-encoding");
    if request.header(&IF_NONE_MATCH).is_some_and(|known| known.contains(etag.as_str())) {
        return Ok(Answer { status: 304, ..answer });
    }
    let compressed = file.gzip.filter(|_| takes_gzip(request));
    Ok(match compressed {
        Some(gzip) => answer.header(CONTENT_ENCODING, "gzip").body(Bytes::from_static(gzip)),
        None => answer.body(Bytes::from_static(file.bytes)),
    })
}

fn missing() -> Problem {
    if is_embedded() {
        let hint = "The console is at /starlane/, the client at /starlane/starlane.js and below /starlane/client/.";
        return Problem::new(Code::NotFound, "there is no such file here").hint(hint);
    }
    Problem::named(Code::NotFound, "client-missing", "this binary was built before the client and the console were")
        .hint("Build it with `cargo xtask build`.")
}

fn media(path: &str) -> &'static str {
    if path.ends_with(".sri") { "text/plain; charset=utf-8" } else { media_type(path) }
}

fn takes_gzip(request: &Request) -> bool {
    let accepted = request.header(&ACCEPT_ENCODING).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim() == "gzip" && !quality.replace(' ', "").starts_with("q=0")
    })
}
