//! Bundles and their files: published by whoever may, read by whoever may call anything of an application made from them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::json;
use starlane_bundle::{Digest, MANIFEST_BYTES, Manifest, PublicKey, Signed, owner};
use starlane_protocol::{Agent, Code, May, Point};
use warp::http::Method;
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};

use super::answer::Answer;
use super::host::Site;
use super::request::Request;
use super::respond::{KEY, SIGNATURE};
use crate::blobs::BlobError;
use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::registry::{Installation, Picture, Upload};
use crate::steward;

/// What is named by its digest never changes; what is not for everybody is kept by the visitor only.
const FOREVER: &str = "private, max-age=31536000, immutable";

/// `…/bundles/<point or digest>`.
pub(super) async fn bundle(
    mesh: &Arc<Mesh>,
    request: &mut Request,
    name: &str,
    site: &Site,
) -> Result<Answer, Problem> {
    let name = percent_decode_str(name).decode_utf8_lossy().into_owned();
    match (&request.method, site) {
        (&Method::PUT, Site::Own) => publish(mesh, request, &name).await,
        (_, Site::Own) => request.only("GET, HEAD, PUT").and_then(|()| read(mesh, request, &name, site)),
        _ => request.only("GET, HEAD").and_then(|()| read(mesh, request, &name, site)),
    }
}

/// `…/blobs/<sha256>`.
pub(super) async fn blob(mesh: &Arc<Mesh>, request: &mut Request, name: &str, site: &Site) -> Result<Answer, Problem> {
    let digest: Digest = name.parse().map_err(|_| {
        Problem::named(Code::BadWave, "bad-digest", "a file is named by its SHA-256: 64 lower-case hex digits")
    })?;
    match (&request.method, site) {
        (&Method::PUT, Site::Own) => store(mesh, request, digest).await,
        (&Method::HEAD, Site::Own) => has(mesh, request, digest).await,
        (_, Site::Own) => {
            request.only("GET, HEAD, PUT")?;
            fetch(mesh, request, digest, site).await
        }
        _ => {
            request.only("GET, HEAD")?;
            fetch(mesh, request, digest, site).await
        }
    }
}

async fn publish(mesh: &Arc<Mesh>, request: &mut Request, name: &str) -> Result<Answer, Problem> {
    let point: Point = name.parse().map_err(|error| Problem::new(Code::BadPoint, format!("`{name}`: {error}")))?;
    let agent = request.visitor(mesh)?.agent;
    steward::judge(mesh, &agent, May::Publish, &point)?;
    let by = publisher(request)?;
    let upload = Upload { bytes: request.whole(MANIFEST_BYTES).await?.into(), by };
    has_files(mesh, &agent, &upload.bytes)?;
    let change = mesh.registry.accept(&point, upload, &mesh.notary(), &mesh.blobs).await?;
    let accepted = &change.what;
    steward::told(mesh, &accepted.shifts);
    mesh.blobs.published(accepted.signed.manifest.files.values().map(|file| &file.sha256), &agent);
    tracing::info!(bundle = %point, digest = %accepted.signed.digest, "published");
    let by = Some(&accepted.signed.signer).filter(|key| **key != mesh.keys.root.public());
    let mut told = json!({ "bundle": point, "digest": accepted.signed.digest, "signed_by": by });
    if let Some(compared) = &accepted.compared {
        told["compared"] = json!(compared);
    }
    Ok(Answer::json(200, told.to_string()))
}

/// The publisher's key and signature, if the manifest comes with them.
fn publisher(request: &Request) -> Result<Option<(PublicKey, Vec<u8>)>, Problem> {
    let wrong = |what: &str| {
        Problem::named(Code::BadWave, "bad-signature", what)
            .hint("`starlane-key` is 64 hex digits, `starlane-signature` base64 of 64 bytes; both, or none.")
    };
    match (request.header(&KEY), request.header(&SIGNATURE)) {
        (None, None) => Ok(None),
        (Some(key), Some(signature)) => {
            let key = key.parse().map_err(|_| wrong("the header `starlane-key` is not a public key"))?;
            let signature = STANDARD.decode(signature);
            Ok(Some((key, signature.map_err(|_| wrong("the header `starlane-signature` is not base64"))?)))
        }
        _ => Err(wrong("a signature and its key come together")),
    }
}

fn read(mesh: &Mesh, request: &Request, name: &str, site: &Site) -> Result<Answer, Problem> {
    let agent = request.visitor(mesh)?.agent;
    let picture = mesh.registry.now();
    let signed = picture.bundle(name).filter(|signed| {
        let made_from = |one: &Installation| one.names(signed);
        may_read(mesh, &picture, &agent, site, &signed.manifest.bundle, made_from)
    });
    let signed = signed.ok_or_else(|| nothing(&agent, format!("there is no bundle `{name}` for you here")))?;
    Ok(manifest(request, signed))
}

fn manifest(request: &Request, signed: &Signed) -> Answer {
    let etag = format!("\"{}\"", signed.digest);
    let answer = Answer::new(200)
        .header(CONTENT_TYPE, "application/json")
        .header(ETAG, &etag)
        .header(CACHE_CONTROL, "no-cache")
        .header(SIGNATURE, STANDARD.encode(signed.signature.to_bytes()));
    if request.header(&IF_NONE_MATCH).is_some_and(|known| known.contains(&etag)) {
        return Answer { status: 304, ..answer };
    }
    answer.body(signed.bytes.to_vec())
}

async fn store(mesh: &Arc<Mesh>, request: &mut Request, digest: Digest) -> Result<Answer, Problem> {
    let agent = request.visitor(mesh)?.agent;
    may_upload(mesh, &agent)?;
    let mut upload = mesh.blobs.upload(agent).await?;
    while let Some(part) = request.next().await? {
        upload.write(&part).await?;
    }
    upload.finish(digest).await?;
    if mesh.registry.now().names(&digest) {
        mesh.blobs.named([&digest]);
    }
    Ok(Answer::json(201, json!({ "digest": digest }).to_string()))
}

/// Whoever may publish may ask what need not be uploaded; others are answered as by GET. A user who may publish in series
/// of their own only is told of what they may read: knowing a digest is not having the file.
async fn has(mesh: &Arc<Mesh>, request: &Request, digest: Digest) -> Result<Answer, Problem> {
    let agent = request.visitor(mesh)?.agent;
    let publisher = publishes_for_space(mesh, &agent);
    let known = publisher.is_ok() || may_read_blob(mesh, &agent, &Site::Own, &digest);
    if !known && !mesh.blobs.is_claimed(&digest, &agent) {
        return match agent.is_user() {
            true => Err(BlobError::Missing(digest).into()),
            false => publisher.map(|()| Answer::new(200)),
        };
    }
    mesh.blobs.size(&digest).await.ok_or(BlobError::Missing(digest))?;
    if agent.is_user() || publisher.is_ok() {
        // What need not be uploaded has to be there still when the bundle is.
        mesh.blobs.touch(digest, &agent);
        mesh.blobs.size(&digest).await.ok_or(BlobError::Missing(digest))?;
    }
    Ok(Answer::new(200))
}

async fn fetch(mesh: &Arc<Mesh>, request: &Request, digest: Digest, site: &Site) -> Result<Answer, Problem> {
    let agent = request.visitor(mesh)?.agent;
    if !may_read_blob(mesh, &agent, site, &digest) {
        return Err(nothing(&agent, format!("there is no file {digest} for you here")));
    }
    let etag = format!("\"{digest}\"");
    let answer = Answer::new(200)
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(ETAG, &etag)
        .header(CACHE_CONTROL, FOREVER);
    if request.header(&IF_NONE_MATCH).is_some_and(|known| known.contains(&etag)) {
        return Ok(Answer { status: 304, ..answer });
    }
    Ok(answer.body(mesh.blobs.read(&digest).await?.to_vec()))
}

/// Files belong to no bundle yet while they are uploaded: whoever may publish anywhere below `repo` may upload, and every
/// user, who has series of their own.
fn may_upload(mesh: &Mesh, agent: &Agent) -> Result<(), Problem> {
    if agent.is_user() { Ok(()) } else { publishes_for_space(mesh, agent) }
}

fn publishes_for_space(mesh: &Mesh, agent: &Agent) -> Result<(), Problem> {
    let repo = mesh.space.child("repo").map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    steward::judge(mesh, agent, May::Publish, &repo)
}

/// Whoever publishes by no more than the right to series of their own has every file: uploaded it, or may read it.
fn has_files(mesh: &Mesh, agent: &Agent, manifest: &[u8]) -> Result<(), Problem> {
    if publishes_for_space(mesh, agent).is_ok() {
        return Ok(());
    }
    let manifest = Manifest::parse(manifest)?;
    let has = |digest| mesh.blobs.is_claimed(digest, agent) || may_read_blob(mesh, agent, &Site::Own, digest);
    match manifest.files.iter().find(|(_, file)| !has(&file.sha256)) {
        None => Ok(()),
        Some((path, file)) => {
            let what = format!("`{path}`: you have uploaded no file with the digest {}", file.sha256);
            Err(Problem::named(Code::BadBundle, "missing-file", what))
        }
    }
}

fn may_read_blob(mesh: &Mesh, agent: &Agent, site: &Site, digest: &Digest) -> bool {
    let picture = mesh.registry.now();
    let is_own = |bundle: &Signed| {
        owner(&bundle.manifest.bundle).is_some_and(|user| agent.point() == Some(&user))
            && bundle.manifest.files.values().any(|file| file.sha256 == *digest)
    };
    may_read(mesh, &picture, agent, site, &mesh.space, |one| one.has_blob(digest))
        || (!matches!(site, Site::App(_)) && picture.bundles.values().any(|bundle| is_own(bundle)))
}

/// Whether one of the applications made from it is the agent's to use. On an application's host only that one counts.
fn may_read(
    mesh: &Mesh,
    picture: &Picture,
    agent: &Agent,
    site: &Site,
    on: &Point,
    made_from: impl Fn(&Installation) -> bool,
) -> bool {
    let usable = |one: &Installation| made_from(one) && one.is_for(agent, &picture.grants);
    match site {
        Site::App(one) => usable(one),
        Site::Own | Site::Space => {
            picture.apps.values().any(|one| usable(one)) || steward::judge(mesh, agent, May::Read, on).is_ok()
        }
    }
}

/// What is not there and what may not be seen look the same.
fn nothing(agent: &Agent, what: String) -> Problem {
    let code = if *agent == Agent::Anonymous { Code::SignIn } else { Code::NotFound };
    Problem::new(code, what)
}
