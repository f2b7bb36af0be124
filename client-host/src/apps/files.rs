//! Files of bundles by digest: from the cache, else from the relay, verified either way. Several who ask for the same
//! file at once share one answer.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;
use starlane_bundle::Digest;
use starlane_host::event::LogLevel;
use starlane_protocol::{Code, Refusal};

use super::forged;
use crate::http;
use crate::shell::Shell;
use crate::store::Read;

/// Bytes of a file that a tab takes: more would be the largest part of its memory.
const FILE_BYTES: u64 = 64 << 20;

/// Who waits for a file.
type Waiting = Vec<oneshot::Sender<Result<Vec<u8>, Refusal>>>;

/// Files on their way, and those that no cache could take.
#[derive(Default)]
pub(super) struct Files {
    coming: RefCell<Vec<(Digest, Waiting)>>,
    held: RefCell<Vec<(Digest, Vec<u8>)>>,
}

impl Files {
    /// Holds a file that no cache takes for as long as the page lives.
    pub(super) fn hold(&self, digest: Digest, bytes: Vec<u8>) {
        self.held.borrow_mut().push((digest, bytes));
    }
}

impl Files {
    /// Waits for a file that is on its way; `None` for the first, who must get it.
    fn share(&self, digest: Digest) -> Option<oneshot::Receiver<Result<Vec<u8>, Refusal>>> {
        let mut coming = self.coming.borrow_mut();
        let Some((_, waiting)) = coming.iter_mut().find(|(other, _)| *other == digest) else {
            coming.push((digest, Waiting::new()));
            return None;
        };
        let (tell, told) = oneshot::channel();
        waiting.push(tell);
        Some(told)
    }

    /// Who waited for a file.
    fn came(&self, digest: Digest) -> Waiting {
        let mut coming = self.coming.borrow_mut();
        let at = coming.iter().position(|(other, _)| *other == digest);
        at.map(|at| coming.swap_remove(at).1).unwrap_or_default()
    }
}

/// A file, from wherever it can be had.
pub(super) async fn get(shell: &Rc<Shell>, digest: Digest) -> Result<Vec<u8>, Refusal> {
    let files = &shell.apps.files;
    if let Some((_, held)) = files.held.borrow().iter().find(|(held, _)| *held == digest) {
        return Ok(held.clone());
    }
    let shared = files.share(digest);
    if let Some(told) = shared {
        let gone = |_| Err(Refusal::new(Code::FetchFailed, "the star was closed"));
        return told.await.unwrap_or_else(gone);
    }
    let result = read_or_download(shell, digest).await;
    files.came(digest).into_iter().for_each(|tell| drop(tell.send(result.clone())));
    result
}

async fn read_or_download(shell: &Rc<Shell>, digest: Digest) -> Result<Vec<u8>, Refusal> {
    match shell.store.cache.blob(digest).await {
        Read::Here(bytes) => return Ok(bytes),
        Read::Absent => {}
        Read::Damaged => {
            shell
                .tell(LogLevel::Warning, format!("cache-damaged: the kept file {digest} is refused and fetched again"));
        }
    }
    let bytes = download(shell, digest).await?;
    if shell.store.cache.keep_blob(digest, &bytes).await.is_err() {
        shell.apps.files.hold(digest, bytes.clone());
    }
    Ok(bytes)
}

/// A file from the relay, verified.
pub(super) async fn download(shell: &Rc<Shell>, digest: Digest) -> Result<Vec<u8>, Refusal> {
    let url = format!("{}/starlane/blobs/{digest}", shell.apps.relay);
    let file = http::get(&url, &shell.link.token(), FILE_BYTES, "content-type").await?;
    if digest.verifies(&file.bytes) { Ok(file.bytes) } else { Err(forged("the file")) }
}
